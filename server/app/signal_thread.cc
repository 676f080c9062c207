#include "server/app/signal_thread.h"

#include <string>

#include "absl/time/clock.h"
#include "server/base/log.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);
constexpr absl::Duration kAfterFailure = absl::Seconds(2);
constexpr absl::Duration kPatience = absl::Seconds(90);  // Less than the courier's lease.

}  // namespace

SignalThread::SignalThread(Database* database, const EventTokens* tokens, const HttpsOptions& options)
    : courier_(database, tokens, PostOver(options)) {
  thread_ = std::thread([this] { Run(); });
}

SignalThread::~SignalThread() {
  stopping_.Notify();
  thread_.join();
}

void SignalThread::Run() {
  absl::Duration pause = absl::ZeroDuration();
  while (!stopping_.WaitForNotificationWithTimeout(pause)) {
    const auto done = courier_.DeliverSome(absl::Now() + kPatience);
    if (!done.ok()) {
      Log(LogLevel::kWarning, "events could not be delivered", {{"detail", std::string(done.status().message())}});
    }
    pause = !done.ok() ? kAfterFailure : *done > 0 ? absl::ZeroDuration() : kIdle;
  }
}

}  // namespace hearth
