// Where a method that is streamed its requests gets them.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace hearth {

// One request of a stream, as the gate admitted it: what it names, and the form of its fields. Of its rows, the elements of its repeated messages, the
// gate refuses each for itself, so that one of wrong form does not keep the others back.
template <class Request>
struct Streamed {
  const Request* request = nullptr;  // Null: there are no more.
  absl::Span<const absl::Status>
      rows;  // In their order: OK, or INVALID_FIELDS; nothing else of such a row may be looked at.
};

// Gives the requests one by one, each valid until the next. Waits for the caller. Fails with INVALID_FIELDS and the like for a request that is not
// admitted, CALL_CANCELLED and DEADLINE_PASSED: then the method ends.
template <class Request>
using Source = std::function<absl::StatusOr<Streamed<Request>>()>;

}  // namespace hearth
