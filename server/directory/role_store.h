// All SQL about assignments of roles.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/authz/held_role.h"
#include "server/storage/tx.h"

namespace hearth {

// Who can hold a role: a person, or a role-assignable group for its members.
struct RoleHolder {
  std::string directory;
  bool is_group = false;
  std::string id;

  // The resource name.
  std::string name() const;
};

// A role as it was given: one row of hearth.role_assignments or of hearth.group_role_assignments.
struct RoleGrant {
  RoleHolder holder;
  std::string role;  // Its id: "helpdesk_administrator", "custom.auditor".
  std::string unit;  // Id of the administrative unit that limits it; empty: the whole directory.
  absl::Time create_time;

  // The resource name.
  std::string name() const;
};

// The assignment with its create_time; nullopt when there is none.
std::optional<RoleGrant> FindRole(Tx& tx, const RoleGrant& grant);
// One page of what the holder holds in the order of the names, after `after`: of a person also what they hold through groups.
std::vector<RoleGrant> ListRoles(Tx& tx, const RoleHolder& holder, const std::string& after, int limit);

// Gives a role; false when it is held there already. Takes a role; false when it was not held. The unit and the custom role exist.
bool InsertRole(Tx& tx, const RoleGrant& grant);
bool DeleteRole(Tx& tx, const RoleGrant& grant);

// The roles that the group gives to its members; and those that are held on the unit, by whomever.
std::vector<HeldRole> RolesOfGroup(Tx& tx, std::string_view directory, std::string_view group);
std::vector<HeldRole> RolesOnUnit(Tx& tx, std::string_view directory, std::string_view unit);

// Whether a live, enabled person is Global Administrator of the whole directory. Transactions that ask this wait for each other.
bool HasGlobalAdministrator(Tx& tx, std::string_view directory);

}  // namespace hearth
