#include "server/authz/role_giving.h"

#include <algorithm>

#include "server/base/error.h"

namespace hearth {
namespace {

bool GivesAll(const Access& access) {
  return std::any_of(access.roles.begin(), access.roles.end(), [](const HeldRole& role) {
    return role.unit.empty() &&
           (role.role == v1::ROLE_GLOBAL_ADMINISTRATOR || role.role == v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR);
  });
}

// Whether `mine` is the same role, there or in the whole directory.
bool IsSameAndAsWide(const HeldRole& mine, const HeldRole& role) {
  return mine.id == role.id && (mine.unit.empty() || mine.unit == role.unit);
}

absl::Status Beyond(const std::string& what) { return Refuse(v1::ERROR_REASON_ROLE_BEYOND_CALLER, {{"role", what}}); }

}  // namespace

absl::Status CheckMayGive(const Access& access, const HeldRole& role) {
  if (GivesAll(access)) return absl::OkStatus();
  const bool may = role.IsCustom() ? access.permissions.HasAll(role.permissions)
                                   : std::any_of(access.roles.begin(), access.roles.end(),
                                                 [&](const HeldRole& mine) { return IsSameAndAsWide(mine, role); });
  return may ? absl::OkStatus() : Beyond(role.DisplayName());
}

absl::Status CheckMayGiveAll(const Access& access, const std::string& what) {
  return GivesAll(access) ? absl::OkStatus() : Beyond(what);
}

}  // namespace hearth
