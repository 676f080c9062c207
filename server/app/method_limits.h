// Limits of single methods, as flags give them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/rate_limiter.h"

namespace hearth {

// Reads texts such as "ResetPasswordService.ResetPassword=5": a method as proto/PERMISSIONS.md names it, and its most calls a second, between 0 (any
// number) and 1,000,000. Fails with a text for the operator that names the flag.
absl::StatusOr<MethodRates> ParseMethodLimits(const std::string& flag, const std::vector<std::string>& texts);

}  // namespace hearth
