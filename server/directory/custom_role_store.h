// All SQL about roles that directories define.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/authz/permissions.h"
#include "server/storage/tx.h"

namespace hearth {

// A name for a set of permissions: one row of hearth.custom_roles.
struct CustomRole {
  std::string directory;
  std::string id;
  std::string display_name;
  std::string description;
  std::vector<v1::Permission> permissions;
  absl::Time create_time;
  absl::Time update_time;
  int64_t revision = 0;
};

std::optional<CustomRole> FindCustomRole(Tx& tx, std::string_view directory, std::string_view id);
// Locks the role until the transaction ends, against others who change, give or use it; false when there is none.
bool LockCustomRole(Tx& tx, std::string_view directory, std::string_view id);
// Keeps the role from being changed or removed until the transaction ends; false when there is none.
bool KeepCustomRole(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's roles by id, after `after`.
std::vector<CustomRole> ListCustomRoles(Tx& tx, std::string_view directory, const std::string& after, int limit);

// How many custom roles the directory has. No other transaction counts them until this one ends.
int CountCustomRoles(Tx& tx, std::string_view directory);
// Whether a person or a group holds the role.
bool IsCustomRoleHeld(Tx& tx, std::string_view directory, std::string_view id);
// Inserts the role; false when the id is taken.
bool InsertCustomRole(Tx& tx, const CustomRole& role);
// Writes display name, description and permissions, and counts the revision.
void UpdateCustomRole(Tx& tx, const CustomRole& role);
void DeleteCustomRole(Tx& tx, std::string_view directory, std::string_view id);

}  // namespace hearth
