#include "server/signal/poll_store.h"

#include <utility>

#include "server/base/resource_name.h"
#include "server/signal/poll_rules.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kMarks{
    "event_receiver_marks",
    "SELECT r.directory_id, r.event_receiver_id, concat_ws('/', s.last, r.revision, r.service_account_id,"
    " r.verification_id) AS mark"
    " FROM hearth.event_receivers r LEFT JOIN hearth.event_streams s ON s.directory_id = r.directory_id"
    " WHERE r.directory_id = ANY ($1::text[]) AND r.delivery_method = 2"};

}  // namespace

Polled ReadForPoll(Tx& tx, const EventReceiver& receiver, int most) {
  Polled polled;
  if (receiver.paused || most == 0) return polled;
  polled.verification = receiver.verification;
  if (!receiver.verification.id.empty()) --most;
  const std::vector<Event> window = ReadEvents(tx, receiver.directory, receiver.place, kPollWindow);
  polled.events = Outstanding(receiver, window, most + 1);
  polled.more = static_cast<int>(polled.events.size()) > most || static_cast<int>(window.size()) == kPollWindow;
  if (static_cast<int>(polled.events.size()) > most) polled.events.pop_back();
  return polled;
}

v1::PollEventsResponse SignPolled(const EventTokens& tokens, const EventReceiver& receiver, const Polled& polled,
                                  absl::Time now) {
  v1::PollEventsResponse response;
  const auto add = [&response](const std::string& id, std::string jws) {
    v1::EventToken& set = *response.add_sets();
    set.set_event_id(id);
    set.set_jws(std::move(jws));
  };
  const Verification& verification = polled.verification;
  if (!verification.id.empty()) {
    add(verification.id,
        tokens.SignVerification(verification.id, verification.state, EventReceiverName(receiver.directory, receiver.id),
                                receiver.audience, now));
  }
  for (const Event& event : polled.events) {
    add(event.event_id, tokens.Sign(event, receiver.directory, receiver.audience, now));
  }
  response.set_more_available(polled.more);
  return response;
}

PollMarks ReadPollMarks(Tx& tx, const std::vector<std::string>& directories) {
  PollMarks marks;
  for (const auto& row : tx.Exec(kMarks, TextArray(directories))) {
    marks[{row["directory_id"].c_str(), row["event_receiver_id"].c_str()}] = row["mark"].c_str();
  }
  return marks;
}

}  // namespace hearth
