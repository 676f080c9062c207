// Roles and permissions: names, and what a role grants. The grants are declared in role.proto and read from
// there.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/v1/options.pb.h"
#include "hearth/v1/role.pb.h"

namespace hearth {

// A set of permissions.
class PermissionSet {
 public:
  bool Has(v1::Permission permission) const { return bits_.test(static_cast<size_t>(permission)); }
  void Add(v1::Permission permission) { bits_.set(static_cast<size_t>(permission)); }
  void Add(const PermissionSet& other) { bits_ |= other.bits_; }
  bool HasAll(const PermissionSet& other) const { return (other.bits_ & ~bits_).none(); }

 private:
  std::bitset<64> bits_;
};

// What the role grants in the directory where it is assigned.
const PermissionSet& PermissionsOf(v1::Role role);

// "Helpdesk Administrator".
const std::string& RoleDisplayName(v1::Role role);
// Whether the role can be held on an administrative unit.
bool IsUnitAssignable(v1::Role role);
// "helpdesk_administrator", as in resource names and in the database.
std::string RoleId(v1::Role role);
// The role of that id; nullopt when there is none.
std::optional<v1::Role> RoleFromId(std::string_view id);

// "custom.auditor" from "auditor", the id of a role that a directory defines; and back, nullopt for the id of another role.
std::string CustomRoleId(std::string_view custom_role);
std::optional<std::string_view> CustomRoleOf(std::string_view role_id);

// "users.read".
std::string PermissionName(v1::Permission permission);
// The permission of that name; nullopt when there is none.
std::optional<v1::Permission> PermissionFromName(std::string_view name);

}  // namespace hearth
