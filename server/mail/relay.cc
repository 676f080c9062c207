#include "server/mail/relay.h"

#include "absl/time/clock.h"
#include "server/base/log.h"
#include "server/mail/relay_rules.h"

namespace hearth {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr absl::Duration kBetweenMeasures = absl::Seconds(10);
constexpr absl::Duration kPatience = absl::Seconds(5);

}  // namespace

Relay::Relay(Database* database, const Keyring* keyring, Random* random, prometheus::Registry& registry,
             const MailTransportFactory& transports, const CourierOptions& options, int couriers)
    : database_(*database), keyring_(*keyring), random_(*random), metrics_(registry), options_(options) {
  for (int i = 0; i < couriers; ++i) transports_.push_back(transports());
  for (size_t i = 0; i < transports_.size(); ++i) threads_.emplace_back([this, i] { Run(i); });
  threads_.emplace_back([this] { Measure(); });
}

Relay::~Relay() {
  stopping_.Notify();
  for (const auto& transport : transports_) transport->Abort();
  for (std::thread& thread : threads_) thread.join();
}

void Relay::Run(size_t courier) {
  Courier me(&database_, &keyring_, transports_[courier].get(), &metrics_, &random_, &stopping_, options_);
  int failures = 0, batch = kLeastBatch;
  absl::Duration pause;
  do {
    const absl::Time began = absl::Now();
    // One mail is enough to see whether the server is there again.
    const auto round = me.Run(failures > 0 ? 1 : batch);
    if (round.ok()) batch = NextBatch(batch, round->claimed, absl::Now() - began);
    pause = Pause(round, failures);
  } while (!stopping_.WaitForNotificationWithTimeout(pause));
}

absl::Duration Relay::Pause(const absl::StatusOr<CourierRound>& round, int& failures) {
  if (round.ok() && !round->no_server) {
    if (failures > 0 && round->spoken) {
      Log(LogLevel::kInfo, "mails leave again");
      failures = 0;
    }
    return round->claimed > 0 ? absl::ZeroDuration() : kPoll;
  }
  ++failures;
  const absl::Duration pause = ServerPause(failures, random_);
  Log(LogLevel::kWarning,
      round.ok() ? "the mail server cannot be spoken to; mails wait" : "the outbox cannot be read; mails wait",
      {{"detail", round.ok() ? round->note : std::string(round.status().message())},
       {"failures", int64_t{failures}},
       {"pause_ms", absl::ToInt64Milliseconds(pause)}});
  return pause;
}

void Relay::Measure() {
  do {
    OutboxDepth depth;
    const absl::Status status = database_.Read({}, absl::Now() + kPatience, [&](Tx& tx) {
      depth = MeasureOutbox(tx);
      return absl::OkStatus();
    });
    if (!status.ok()) continue;
    metrics_.waiting.Set(static_cast<double>(depth.waiting));
    metrics_.lag.Set(absl::ToDoubleSeconds(depth.lag));
  } while (!stopping_.WaitForNotificationWithTimeout(kBetweenMeasures));
}

}  // namespace hearth
