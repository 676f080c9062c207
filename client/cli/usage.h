// Mistakes of the person at the keyboard, told apart from what a server refuses.
#ifndef HEARTH_CLIENT_CLI_USAGE_H_
#define HEARTH_CLIENT_CLI_USAGE_H_

#include <string>

#include "absl/status/status.h"

namespace hearth::cli {

// A failure that never left this machine: exit code 2. `next`: what to do about it.
absl::Status UsageError(const std::string& message, const std::string& next = "");

// Whether `status` came from UsageError.
bool IsUsageError(const absl::Status& status);

// The `next` of a UsageError; empty for others.
std::string NextOf(const absl::Status& status);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_USAGE_H_
