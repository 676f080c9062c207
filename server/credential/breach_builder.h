// Makes filters of breached passwords.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hearth {

// What was made.
struct BuiltFilter {
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

// Calls its argument with the keys of a list, in order; those that come twice count once. It is asked twice: to count, and to write.
using BreachKeys = std::function<absl::Status(const std::function<absl::Status(uint64_t key)>& each)>;

// Writes a filter of the keys to `path`, through a file beside it, so that there is never half a filter of that name. Takes the memory of the
// index: 4 bytes for every 16 to 32 keys. Fails with a text for the operator.
absl::StatusOr<BuiltFilter> BuildBreachFilter(const std::string& path, const BreachKeys& keys);

}  // namespace hearth
