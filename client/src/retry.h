// Whether and when a failed attempt is repeated: pure rules.
#ifndef HEARTH_CLIENT_SRC_RETRY_H_
#define HEARTH_CLIENT_SRC_RETRY_H_

#include <optional>

#include "absl/random/bit_gen_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/client/options.h"
#include "hearth/v1/options.pb.h"

namespace hearth::client {

// Whether the contract allows to repeat a call. `has_request_id`: the request names its attempt.
bool SafeToRepeat(v1::Idempotency idempotency, bool has_request_id);

// Whether the server did nothing of the call that it answered so: it turned it away before it looked at what the call brings.
bool WasTurnedAway(const absl::Status& status);

// How long to wait after `failed_attempts` (1 or more), the last of which ended with `status`; nothing: give
// up. At least what the server asks for, and a random part on top so that callers who failed together do not
// come back together.
std::optional<absl::Duration> DelayBeforeRetry(const absl::Status& status, int failed_attempts,
                                               const RetryOptions& options, absl::BitGenRef random);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_RETRY_H_
