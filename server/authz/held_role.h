// A role as somebody holds it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/v1/role.pb.h"
#include "server/authz/permissions.h"

namespace hearth {

// A role that is held in a directory, or on one of its administrative units: by a person themselves, or by a group of
// theirs.
struct HeldRole {
  std::string id;  // "helpdesk_administrator", or "custom.auditor" of a role that the directory defines.
  // UNSPECIFIED: a custom role; or one that this binary does not know, which grants nothing, but protects its holder.
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string unit;              // Id of the administrative unit that limits the role; empty: the whole directory.
  bool unit_restricted = false;  // Whether that unit is a restricted one.
  PermissionSet permissions;     // What the role grants, there.

  bool IsCustom() const;
  // "Helpdesk Administrator", or "custom role auditor".
  std::string DisplayName() const;
};

// An administrative unit that a person is in.
struct UnitMembership {
  std::string unit;  // Its id.
  bool restricted = false;
};

// The role, held in the whole directory, or on a unit.
HeldRole Hold(v1::Role role, const std::string& unit = "", bool unit_restricted = false);

// The list of roles as hearth.held_roles encodes them, with commas between: "helpdesk_administrator,user_administrator@north,…@!board,
// custom.auditor=users.read+directory.read@north".
std::vector<HeldRole> ParseHeldRoles(std::string_view encoded);

// The units of a person as hearth.people lists them: "north,!board".
std::vector<UnitMembership> ParseUnits(std::string_view encoded);

}  // namespace hearth
