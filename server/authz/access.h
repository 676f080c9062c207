// What a caller holds.
#pragma once

#include <string>
#include <vector>

#include "server/authz/held_role.h"
#include "server/authz/permissions.h"

namespace hearth {

enum class PrincipalKind { kPerson, kService };

// What a principal holds in its directory, as the database says at the moment it is asked. A service account
// holds permissions of its own and no roles.
struct Access {
  PrincipalKind kind = PrincipalKind::kPerson;
  bool active = false;              // Known, not disabled, not deleted, in a live directory.
  std::string user_principal_name;  // Of a person; empty for services.
  std::vector<HeldRole> roles;
  PermissionSet permissions;       // In the whole directory.
  PermissionSet unit_permissions;  // On some administrative unit only: what they reach, the roles tell.
};

}  // namespace hearth
