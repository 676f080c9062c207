// All SQL about administrative units and who is in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// A part of a directory's people: one row of hearth.administrative_units.
struct Unit {
  std::string directory;
  std::string id;
  std::string display_name;
  std::string description;
  bool restricted = false;
  absl::Time create_time;
  absl::Time update_time;
  int64_t revision = 0;
};

std::optional<Unit> FindUnit(Tx& tx, std::string_view directory, std::string_view id);
// Locks the unit's row until the transaction ends, against others who change it; false when there is none.
bool LockUnit(Tx& tx, std::string_view directory, std::string_view id);
// Keeps the unit from being removed until the transaction ends; false when there is none.
bool KeepUnit(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's units by id, after `after`.
std::vector<Unit> ListUnits(Tx& tx, std::string_view directory, const std::string& after, int limit);

// How many restricted units the directory has. No other transaction counts them until this one ends.
int CountRestrictedUnits(Tx& tx, std::string_view directory);
// Inserts the unit; false when the id is taken.
bool InsertUnit(Tx& tx, const Unit& unit);
// Writes display name and description, and counts the revision.
void UpdateUnit(Tx& tx, const Unit& unit);
// Removes the unit with its memberships and the roles on it, and counts the revisions of the people concerned.
void DeleteUnit(Tx& tx, std::string_view directory, std::string_view id);

// A person in a unit.
struct UnitMember {
  std::string user;
  std::string user_principal_name;
  std::string display_name;
  absl::Time create_time;  // When they were added.
};

// The live member of that id; nullopt when there is none.
std::optional<UnitMember> FindUnitMember(Tx& tx, std::string_view directory, std::string_view unit,
                                         std::string_view user);
// One page of the unit's live members by id, after `after`.
std::vector<UnitMember> ListUnitMembers(Tx& tx, std::string_view directory, std::string_view unit,
                                        const std::string& after, int limit);
// Adds a person; false when they are in the unit already. Takes them out; false when they are not in it.
bool InsertUnitMember(Tx& tx, std::string_view directory, std::string_view unit, std::string_view user);
bool DeleteUnitMember(Tx& tx, std::string_view directory, std::string_view unit, std::string_view user);

}  // namespace hearth
