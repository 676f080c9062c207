#include "server/signal/poll_rules.h"

namespace hearth {

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
