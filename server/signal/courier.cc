#include "server/signal/courier.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/event/event_store.h"
#include "server/signal/poll_rules.h"
#include "server/signal/receiver_store.h"

namespace hearth {
namespace {

constexpr int kEvents = 50;
constexpr absl::Duration kLease = absl::Seconds(60);  // Longer than a turn: a round, a post, and the database before and after.
constexpr absl::Duration kLongestWait = absl::Minutes(10);
constexpr long kAccepted = 202;
constexpr long kNever = 400;

}  // namespace

absl::Duration WaitAfter(int failures) {
  return std::min(kLongestWait, absl::Seconds(1) * (int64_t{1} << std::clamp(failures - 1, 0, 20)));
}

SignalCourier::Post PostOver(const HttpsOptions& options) {
  return [options](const std::string& uri, const std::string& token) {
    return CallHttps(uri, options, "application/secevent+jwt", token);
  };
}

SignalCourier::Outcome SignalCourier::Offer(EventReceiver& receiver, const std::string& event_id,
                                            const std::string& token) {
  const auto answer = post_(receiver.endpoint_uri, token);
  if (!answer.ok() || (answer->status != kAccepted && answer->status != kNever)) {
    receiver.problem = answer.ok() ? absl::StrCat("the receiver answers with status ", answer->status)
                                   : std::string(answer.status().message());
    ++receiver.attempts;
    return Outcome::kFailed;
  }
  receiver.attempts = 0;
  if (answer->status == kAccepted) return Outcome::kAccepted;
  receiver.problem = absl::StrCat("the receiver refused event ", event_id);
  return Outcome::kRefused;
}

bool SignalCourier::OfferEvents(EventReceiver& receiver, const std::vector<Event>& events,
                                absl::Time end) {
  for (const Event& event : events) {
    if (absl::Now() > end) break;
    if (IsWanted(receiver, event)) {
      const std::string token = tokens_.Sign(event, receiver.directory, receiver.audience, absl::Now());
      if (Offer(receiver, event.event_id, token) == Outcome::kFailed) return false;
    }
    receiver.place = event.sequence;
  }
  return true;
}

absl::Status SignalCourier::DeliverTo(ReceiverTurn& delivery, const std::string& lease) {
  const absl::Time end = absl::Now() + pace_.round;
  EventReceiver& receiver = delivery.receiver;
  receiver.problem.clear();
  if (receiver.place < delivery.removed) {
    receiver.place = delivery.removed;
    receiver.problem = kEventsLost;
  }
  std::vector<Event> events;
  RETURN_IF_ERROR(database_.Read({receiver.directory}, absl::Now() + pace_.patience, [&](Tx& tx) {
    events = ReadEvents(tx, receiver.directory, receiver.place, kEvents);
    return absl::OkStatus();
  }));
  Verified verified = Verified::kWaits;
  bool failed = false;
  if (const Verification& verification = receiver.verification; !verification.id.empty()) {
    const std::string name = EventReceiverName(receiver.directory, receiver.id);
    const std::string token =
        tokens_.SignVerification(verification.id, verification.state, name, receiver.audience, absl::Now());
    const Outcome outcome = Offer(receiver, verification.id, token);
    failed = outcome == Outcome::kFailed;
    if (!failed) verified = outcome == Outcome::kAccepted ? Verified::kAccepted : Verified::kRefused;
  }
  failed = failed || !OfferEvents(receiver, events, end);
  if (!receiver.problem.empty()) {
    Log(LogLevel::kInfo, "events not delivered",
        {{"directory", receiver.directory}, {"receiver", receiver.id}, {"detail", receiver.problem}});
  }
  const absl::Duration wait = failed ? WaitAfter(receiver.attempts) : absl::ZeroDuration();
  // However long the posts took: what was accepted is not to come again.
  return database_.Write({receiver.directory}, absl::Now() + pace_.patience, [&](Tx& tx) {
    EndDelivery(tx, receiver, lease, wait, verified);
    return absl::OkStatus();
  });
}

absl::StatusOr<int> SignalCourier::DeliverTurn() {
  const std::string lease = NewUuid4();
  std::vector<ReceiverTurn> deliveries;
  RETURN_IF_ERROR(database_.WriteAlone(absl::Now() + pace_.patience, [&](Tx& tx) {
    deliveries = TakeDeliveries(tx, /*most=*/1, lease, kLease);
    return absl::OkStatus();
  }));
  for (ReceiverTurn& delivery : deliveries) RETURN_IF_ERROR(DeliverTo(delivery, lease));
  return static_cast<int>(deliveries.size());
}

}  // namespace hearth
