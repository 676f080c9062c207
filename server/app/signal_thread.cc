#include "server/app/signal_thread.h"

#include <utility>

namespace hearth {
namespace {

constexpr int kThreads = 4;
constexpr absl::Duration kIdle = absl::Milliseconds(500);  // Of each.
constexpr absl::Duration kAfterFailure = absl::Seconds(2);

}  // namespace

SignalThread::SignalThread(Database* database, const EventTokens* tokens, SignalCourier::Post post)
    : courier_(database, tokens, std::move(post)) {
  for (int i = 0; i < kThreads; ++i) {
    threads_.push_back(
        std::make_unique<RepeatingThread>(RepeatingThread::Pace{kIdle, kAfterFailure}, "events could not be delivered",
                                          [this]() -> absl::StatusOr<int64_t> { return courier_.DeliverTurn(); }));
  }
}

// All are told before any is waited for.
SignalThread::~SignalThread() {
  for (const auto& thread : threads_) thread->Stop();
}

}  // namespace hearth
