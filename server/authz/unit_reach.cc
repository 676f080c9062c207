#include "server/authz/unit_reach.h"

#include <algorithm>

#include "server/base/error.h"

namespace hearth {

std::optional<std::vector<std::string>> UnitsInReach(const Call& call) {
  const v1::Permission permission = call.policy->permission();
  if (call.access.permissions.Has(permission)) return std::nullopt;
  std::vector<std::string> units;
  for (const HeldRole& role : call.access.roles) {
    if (!role.unit.empty() && role.permissions.Has(permission)) units.push_back(role.unit);
  }
  return units;
}

absl::Status CheckUnitReach(const Call& call, const std::vector<UnitMembership>& units) {
  const auto reach = UnitsInReach(call);
  const auto in_reach = [&](const UnitMembership& unit) {
    return std::find(reach->begin(), reach->end(), unit.unit) != reach->end();
  };
  if (!reach.has_value() || std::any_of(units.begin(), units.end(), in_reach)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT);
}

}  // namespace hearth
