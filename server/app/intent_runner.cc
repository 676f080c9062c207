#include "server/app/intent_runner.h"

#include <string>

#include "absl/time/clock.h"
#include "server/base/log.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);
constexpr absl::Duration kAfterFailure = absl::Seconds(2);
constexpr absl::Duration kDigests = absl::Minutes(1);
constexpr absl::Duration kPatience = absl::Seconds(20);  // Less than the relay's lease.

}  // namespace

IntentRunner::IntentRunner(IntentRelay* relay) : relay_(*relay) {
  thread_ = std::thread([this] { Run(); });
}

IntentRunner::~IntentRunner() {
  stopping_.Notify();
  thread_.join();
}

void IntentRunner::Run() {
  absl::Time digests_due = absl::Now();
  absl::Duration pause = absl::ZeroDuration();
  while (!stopping_.WaitForNotificationWithTimeout(pause)) {
    const auto taken = relay_.Work(absl::Now() + kPatience);
    absl::Status status = taken.status();
    if (absl::Now() >= digests_due) {
      status.Update(relay_.SendDigests(absl::Now() + kPatience));
      digests_due = absl::Now() + kDigests;
    }
    if (!status.ok()) Log(LogLevel::kWarning, "reset relay failed", {{"detail", std::string(status.message())}});
    pause = !status.ok() ? kAfterFailure : *taken > 0 ? absl::ZeroDuration() : kIdle;
  }
}

}  // namespace hearth
