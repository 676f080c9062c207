// The directory fence: a name of another directory is refused before anything is looked up.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "server/authz/principal.h"

namespace hearth {

// OK when `directory` is the caller's own; else FOREIGN_DIRECTORY, the same for every other directory,
// existing or not. Pure.
absl::Status CheckFence(const Principal& caller, std::string_view directory);

}  // namespace hearth
