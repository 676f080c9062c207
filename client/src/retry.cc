#include "retry.h"

#include <algorithm>

#include "absl/random/random.h"
#include "hearth/client/error.h"

namespace hearth::client {

bool SafeToRepeat(v1::Idempotency idempotency, bool has_request_id) {
  switch (idempotency) {
    case v1::IDEMPOTENCY_READ_ONLY:
      return true;
    case v1::IDEMPOTENCY_REQUEST_ID:
      return has_request_id;
    default:
      return false;
  }
}

bool WasTurnedAway(const absl::Status& status) { return absl::IsResourceExhausted(status); }

std::optional<absl::Duration> DelayBeforeRetry(const absl::Status& status, int failed_attempts,
                                               const RetryOptions& options, absl::BitGenRef random) {
  if (failed_attempts >= options.max_attempts) return std::nullopt;
  const std::optional<absl::Duration> asked = Error::From(status).retry_delay;
  const bool worth_it = absl::IsUnavailable(status) ||
                        ((absl::IsResourceExhausted(status) || absl::IsAborted(status)) && asked.has_value());
  if (!worth_it) return std::nullopt;

  const int doublings = std::min(failed_attempts - 1, 30);
  const absl::Duration backoff = std::min(options.initial_backoff * (1 << doublings), options.max_backoff);
  const double part = absl::Uniform(random, 0.5, 1.0);
  return asked.has_value() ? *asked + backoff * (part - 0.5) : backoff * part;
}

}  // namespace hearth::client
