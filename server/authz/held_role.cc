#include "server/authz/held_role.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/text.h"

namespace hearth {

bool HeldRole::IsCustom() const { return CustomRoleOf(id).has_value(); }

std::string HeldRole::DisplayName() const {
  if (role != v1::ROLE_UNSPECIFIED) return RoleDisplayName(role);
  const auto custom = CustomRoleOf(id);
  return custom.has_value() ? absl::StrCat("custom role ", ToAbsl(*custom)) : id;
}

HeldRole Hold(v1::Role role, const std::string& unit, bool unit_restricted) {
  return {.id = RoleId(role),
          .role = role,
          .unit = unit,
          .unit_restricted = unit_restricted,
          .permissions = PermissionsOf(role)};
}

std::vector<HeldRole> ParseHeldRoles(std::string_view encoded) {
  std::vector<HeldRole> roles;
  for (const absl::string_view one : absl::StrSplit(ToAbsl(encoded), ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(one, absl::MaxSplits('@', 1));
    const std::pair<absl::string_view, absl::string_view> granted =
        absl::StrSplit(parts.first, absl::MaxSplits('=', 1));
    HeldRole& role = roles.emplace_back();
    role.id = std::string(granted.first);
    role.role = RoleFromId(role.id).value_or(v1::ROLE_UNSPECIFIED);
    role.permissions = PermissionsOf(role.role);
    for (const absl::string_view name : absl::StrSplit(granted.second, '+', absl::SkipEmpty())) {
      if (const auto permission = PermissionFromName(ToStd(name))) role.permissions.Add(*permission);
    }
    absl::string_view unit = parts.second;
    role.unit_restricted = absl::ConsumePrefix(&unit, "!");
    role.unit = std::string(unit);
  }
  return roles;
}

std::vector<UnitMembership> ParseUnits(std::string_view encoded) {
  std::vector<UnitMembership> units;
  for (absl::string_view one : absl::StrSplit(ToAbsl(encoded), ',', absl::SkipEmpty())) {
    const bool restricted = absl::ConsumePrefix(&one, "!");
    units.push_back({std::string(one), restricted});
  }
  return units;
}

}  // namespace hearth
