#include "server/authz/unit_reach.h"

#include <algorithm>

#include "server/base/error.h"

namespace hearth {

absl::Status CheckUnitReach(const Call& call, const std::vector<UnitMembership>& units) {
  const v1::Permission permission = call.policy->permission();
  if (call.access.permissions.Has(permission)) return absl::OkStatus();
  for (const HeldRole& role : call.access.roles) {
    const bool reaches =
        std::any_of(units.begin(), units.end(), [&](const auto& unit) { return unit.unit == role.unit; });
    if (reaches && role.permissions.Has(permission)) return absl::OkStatus();
  }
  return Refuse(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT);
}

}  // namespace hearth
