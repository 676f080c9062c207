#include "server/signal/courier.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/event/event_store.h"
#include "server/signal/passed_over.h"
#include "server/signal/poll_rules.h"
#include "server/signal/push_answer.h"
#include "server/signal/receiver_store.h"

namespace hearth {
namespace {

constexpr int kEvents = 50;
// Longer than a turn: a round, a post, and the database before and after.
constexpr absl::Duration kLease = absl::Seconds(60);
constexpr absl::Duration kLongestWait = absl::Minutes(10);

constexpr char kNoToken[] = "the next event cannot be made a token; the log of the server says why";

}  // namespace

// What a turn has come to.
struct SignalCourier::Delivery {
  ReceiverTurn& turn;
  std::string problem{};                       // What it met last; empty: nothing.
  bool accepted = false;                       // Any token.
  PushVerdict verdict = PushVerdict::kFailed;  // Of the last token.
  Verified verified = Verified::kWaits;
  std::vector<PassedOver> passed_over{};
};

absl::Duration WaitAfter(int failures) {
  return std::min(kLongestWait, absl::Seconds(1) * (int64_t{1} << std::clamp(failures - 1, 0, 20)));
}

SignalCourier::Post PostOver(const HttpsOptions& options) {
  return [options](const std::string& uri, const std::string& token) {
    return CallHttps(uri, options, "application/secevent+jwt", token);
  };
}

bool SignalCourier::Offer(const std::string& event_id, const std::string& token, Delivery& delivery) {
  EventReceiver& receiver = delivery.turn.receiver;
  PushAnswer answer = ReadPushAnswer(post_(receiver.endpoint_uri, token));
  delivery.verdict = answer.verdict;
  if (answer.verdict == PushVerdict::kFailed) {
    delivery.problem = std::move(answer.problem);
    return false;
  }
  receiver.attempts = 0;
  if (answer.verdict == PushVerdict::kAccepted) {
    delivery.accepted = true;
    return true;
  }
  delivery.problem = absl::StrCat("the receiver refused event ", event_id, ": ", answer.problem);
  delivery.passed_over.push_back({event_id, NewUuid4()});
  Log(LogLevel::kWarning, "event passed over",
      {{"directory", receiver.directory},
       {"receiver", receiver.id},
       {"event", event_id},
       {"audit_event", delivery.passed_over.back().audit_id}});
  return true;
}

bool SignalCourier::OfferVerification(Delivery& delivery) {
  const EventReceiver& receiver = delivery.turn.receiver;
  const Verification& verification = receiver.verification;
  if (verification.id.empty()) return true;
  const std::string name = EventReceiverName(receiver.directory, receiver.id);
  const std::string token =
      tokens_.SignVerification(verification.id, verification.state, name, receiver.audience, absl::Now());
  if (!Offer(verification.id, token, delivery)) return false;
  delivery.verified = delivery.verdict == PushVerdict::kAccepted ? Verified::kAccepted : Verified::kRefused;
  return true;
}

bool SignalCourier::OfferEvents(const std::vector<Event>& events, absl::Time end, Delivery& delivery) {
  EventReceiver& receiver = delivery.turn.receiver;
  for (const Event& event : events) {
    if (absl::Now() > end) break;
    if (IsWanted(receiver, event)) {
      const std::string token = tokens_.Sign(event, receiver.directory, receiver.audience, absl::Now());
      if (!Offer(event.event_id, token, delivery)) return false;
    }
    receiver.place = event.sequence;
  }
  return true;
}

absl::Status SignalCourier::DeliverTo(ReceiverTurn& turn, const std::string& lease) {
  EventReceiver& receiver = turn.receiver;
  Delivery delivery{.turn = turn};
  if (receiver.place < turn.removed) {
    receiver.place = turn.removed;
    delivery.problem = kEventsLost;
  }
  std::vector<Event> events;
  RETURN_IF_ERROR(database_.Read({receiver.directory}, absl::Now() + pace_.patience, [&](Tx& tx) {
    events = ReadEvents(tx, receiver.directory, receiver.place, kEvents);
    return absl::OkStatus();
  }));
  const absl::Time end = absl::Now() + pace_.round;
  bool failed = true;
  try {
    failed = !OfferVerification(delivery) || !OfferEvents(events, end, delivery);
  } catch (const std::exception& exception) {
    // One event that cannot be made a token is this receiver's problem: it waits, and others are delivered to.
    delivery.problem = kNoToken;
    Log(LogLevel::kWarning, "an event cannot be made a token",
        {{"directory", receiver.directory}, {"receiver", receiver.id}, {"detail", std::string(exception.what())}});
  }
  return EndTurn(delivery, lease, failed);
}

absl::Status SignalCourier::EndTurn(const Delivery& delivery, const std::string& lease, bool failed) {
  EventReceiver& receiver = delivery.turn.receiver;
  if (failed) ++receiver.attempts;
  if (!delivery.problem.empty()) {
    receiver.problem = delivery.problem;
    Log(LogLevel::kInfo, "events not delivered",
        {{"directory", receiver.directory}, {"receiver", receiver.id}, {"detail", receiver.problem}});
  } else if (delivery.accepted) {
    receiver.problem.clear();
  }
  const absl::Duration wait = failed ? WaitAfter(receiver.attempts) : absl::ZeroDuration();
  // However long the posts took: what was accepted is not to come again.
  return database_.Write({receiver.directory}, absl::Now() + pace_.patience, [&](Tx& tx) {
    if (!EndDelivery(tx, receiver, lease, wait, delivery.verified)) return absl::OkStatus();
    for (const PassedOver& one : delivery.passed_over) RecordPassedOver(tx, receiver.directory, receiver.id, one);
    return absl::OkStatus();
  });
}

absl::StatusOr<int> SignalCourier::DeliverTurn() {
  const std::string lease = NewUuid4();
  std::vector<ReceiverTurn> turns;
  RETURN_IF_ERROR(database_.WriteAlone(absl::Now() + pace_.patience, [&](Tx& tx) {
    turns = TakeDeliveries(tx, /*most=*/1, lease, kLease);
    return absl::OkStatus();
  }));
  for (ReceiverTurn& turn : turns) RETURN_IF_ERROR(DeliverTo(turn, lease));
  return static_cast<int>(turns.size());
}

}  // namespace hearth
