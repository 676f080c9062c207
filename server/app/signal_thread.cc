#include "server/app/signal_thread.h"

#include "absl/time/clock.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(250);
constexpr absl::Duration kAfterFailure = absl::Seconds(2);
constexpr absl::Duration kPatience = absl::Seconds(90);  // Less than the courier's lease.

}  // namespace

SignalThread::SignalThread(Database* database, const EventTokens* tokens, const HttpsOptions& options)
    : courier_(database, tokens, PostOver(options)),
      thread_({kIdle, kAfterFailure}, "events could not be delivered",
              [this]() -> absl::StatusOr<int64_t> { return courier_.DeliverSome(absl::Now() + kPatience); }) {}

}  // namespace hearth
