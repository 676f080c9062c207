// Where a method that is streamed its requests gets them.
#pragma once

#include <functional>

#include "absl/status/statusor.h"

namespace hearth {

// Gives the requests one by one, each admitted by the gate and valid until the next; null at the end. Waits for the caller. Fails with INVALID_FIELDS and
// the like for a request that is not admitted, CALL_CANCELLED and DEADLINE_PASSED: then the method ends.
template <class Request>
using Source = std::function<absl::StatusOr<const Request*>()>;

}  // namespace hearth
