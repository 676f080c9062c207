#include "server/signal/poll_rules.h"

#include "server/base/error.h"

namespace hearth {

absl::Status CheckPoller(const Call& call, const EventReceiver& receiver) {
  const bool own = call.access.kind == PrincipalKind::kService && !receiver.service_account.empty() &&
                   call.principal == Principal{receiver.directory, receiver.service_account};
  return own ? absl::OkStatus() : Refuse(v1::ERROR_REASON_NOT_THE_POLLER);
}

bool IsWanted(const EventReceiver& receiver, const Event& event) {
  return receiver.types.empty() || receiver.types.contains(event.type);
}

int Settle(const std::vector<Event>& window, const std::set<std::string>& ids, EventReceiver& receiver) {
  int news = 0;
  for (const Event& event : window) {
    if (IsWanted(receiver, event) && ids.contains(event.event_id))
      news += receiver.settled.insert(event.sequence).second;
  }
  for (const Event& event : window) {
    if (IsWanted(receiver, event) && !receiver.settled.contains(event.sequence)) break;
    receiver.settled.erase(event.sequence);
    receiver.place = event.sequence;
  }
  return news;
}

std::vector<Event> Outstanding(const EventReceiver& receiver, const std::vector<Event>& window, int most) {
  std::vector<Event> events;
  for (const Event& event : window) {
    if (static_cast<int>(events.size()) == most) break;
    if (IsWanted(receiver, event) && !receiver.settled.contains(event.sequence)) events.push_back(event);
  }
  return events;
}

}  // namespace hearth
