#include "server/signal/poll_desk.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_store.h"
#include "server/authz/access_store.h"
#include "server/base/error.h"
#include "server/base/log.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/signal/poll_rules.h"

namespace hearth {
namespace {

constexpr int kWindowsAPoll = 20;
constexpr absl::Duration kBeforeDeadline = absl::Milliseconds(500);  // So that an empty answer still arrives.

// The locked receiver; a failure when it is not one that asks, or not the caller's.
absl::StatusOr<EventReceiver> LockAsking(Tx& tx, const Call& call, const ResourceName& name) {
  std::optional<EventReceiver> receiver = FindReceiver(tx, name.directory, name.id, /*lock=*/true);
  if (!receiver.has_value()) return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "event receiver"}});
  if (receiver->delivery_method != v1::EVENT_DELIVERY_METHOD_POLL) {
    return Refuse(v1::ERROR_REASON_RECEIVER_IS_POSTED_TO);
  }
  RETURN_IF_ERROR(CheckPoller(call, *receiver));
  return *std::move(receiver);
}

// Moves the receiver over what it settled and what it did not ask for. Returns how much of `ids` was news.
int Advance(Tx& tx, const std::set<std::string>& ids, EventReceiver& receiver) {
  const int64_t removed = FindStreams(tx, {receiver.directory})[receiver.directory].removed;
  if (receiver.place < removed) {
    receiver.place = removed;
    receiver.settled.erase(receiver.settled.begin(), receiver.settled.upper_bound(removed));
    receiver.problem = kEventsLost;
  }
  int news = 0;
  for (int i = 0; i < kWindowsAPoll; ++i) {
    const std::vector<Event> window = ReadEvents(tx, receiver.directory, receiver.place, kPollWindow);
    news += Settle(window, ids, receiver);
    if (window.size() < kPollWindow || receiver.place < window.back().sequence) break;
  }
  return news;
}

// Takes the receiver's word on what it was given before, and records it when that changes anything.
void TakeWord(Tx& tx, const Call& call, const v1::PollEventsRequest& request, EventReceiver& receiver) {
  std::set<std::string> ids(request.acks().begin(), request.acks().end()), refused;
  for (const v1::EventError& error : request.set_errors()) refused.insert(error.event_id());
  ids.insert(refused.begin(), refused.end());
  const EventReceiver before = receiver;
  int news = Advance(tx, ids, receiver);
  Verified verified = Verified::kWaits;
  if (ids.contains(receiver.verification.id)) {
    verified = refused.contains(receiver.verification.id) ? Verified::kRefused : Verified::kAccepted;
    ++news;
  }
  if (news > 0 && request.set_errors_size() > 0) {
    const v1::EventError& error = request.set_errors(0);
    receiver.problem = absl::StrCat("the receiver refused event ", error.event_id(), ": ", error.err());
    Log(LogLevel::kInfo, "events not delivered",
        {{"directory", receiver.directory},
         {"receiver", receiver.id},
         {"detail", receiver.problem},
         {"description", error.description()}});
  } else if (news > 0) {
    receiver.problem.clear();
  }
  if (news > 0) AppendAudit(tx, call);
  if (news > 0 || receiver.place != before.place) WriteSettled(tx, receiver, verified);
  if (verified != Verified::kWaits) receiver.verification = {};
}

}  // namespace

absl::Status PollDesk::PollEvents(const Call& call, const v1::PollEventsRequest& request,
                                  std::unique_ptr<Outlet> outlet) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (tokens_.issuer().empty()) return Refuse(v1::ERROR_REASON_NO_EVENT_ISSUER);
  if (request.max_events() < 0) return InvalidField("max_events", "must not be negative");
  WaitingPoll poll{.call = call,
                   .directory = std::string(name.directory),
                   .receiver = std::string(name.id),
                   .most = request.has_max_events() ? std::min(request.max_events(), kMostPolled) : kMostPolled,
                   .mark = "",
                   .until = call.deadline - kBeforeDeadline,
                   .outlet = nullptr};
  poll.call.note = nullptr;
  EventReceiver receiver;
  Polled polled;
  RETURN_IF_ERROR(database_.Write({poll.directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    Access access;
    RETURN_IF_ERROR(CheckAccessAgain(tx, call, /*self=*/false, access));
    ASSIGN_OR_RETURN(receiver, LockAsking(tx, call, name));
    TakeWord(tx, call, request, receiver);
    // The mark before the events: what comes between is looked at twice, and not never.
    poll.mark = ReadPollMarks(tx, {poll.directory})[{poll.directory, poll.receiver}];
    polled = ReadForPoll(tx, receiver, poll.most);
    return absl::OkStatus();
  }));
  if (poll.most > 0 && !request.return_immediately() && polled.empty() && absl::Now() < poll.until) {
    poll.outlet = std::move(outlet);
    return hub_.Add(std::move(poll));
  }
  outlet->Send(SignPolled(tokens_, receiver, polled, absl::Now()));
  outlet->End(absl::OkStatus());
  return absl::OkStatus();
}

}  // namespace hearth
