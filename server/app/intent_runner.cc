#include "server/app/intent_runner.h"

#include "absl/time/clock.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);
constexpr absl::Duration kAfterFailure = absl::Seconds(2);
constexpr double kRest = 1;  // A flood of requests leaves those who ask half of the processors' time.
constexpr absl::Duration kDigests = absl::Minutes(1);
constexpr absl::Duration kPatience = absl::Seconds(20);  // Less than the relay's lease.

}  // namespace

IntentRunner::IntentRunner(IntentRelay* relay)
    : relay_(*relay), thread_({kIdle, kAfterFailure, kRest}, "reset relay failed", [this] { return Work(); }) {}

absl::StatusOr<int64_t> IntentRunner::Work() {
  const auto taken = relay_.Work(absl::Now() + kPatience);
  absl::Status status = taken.status();
  if (absl::Now() >= digests_due_) {
    status.Update(relay_.SendDigests(absl::Now() + kPatience));
    digests_due_ = absl::Now() + kDigests;
  }
  RETURN_IF_ERROR(status);
  return *taken;
}

}  // namespace hearth
