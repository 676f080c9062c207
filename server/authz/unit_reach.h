// How far roles on administrative units reach when nothing is changed: the home rule asks more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/authz/call.h"

namespace hearth {

// For methods with unit_scoped that only read: OK when the caller holds the method's permission in the whole directory, or on one of `units`,
// the units of what is read; else OUTSIDE_ADMINISTRATIVE_UNIT. Restricted units hide nothing. Pure.
absl::Status CheckUnitReach(const Call& call, const std::vector<UnitMembership>& units);

// The same for methods that list: the units whose members the caller may see; nullopt: everybody. Pure.
std::optional<std::vector<std::string>> UnitsInReach(const Call& call);

}  // namespace hearth
