// What a receiver that asks has settled, and what it is given.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/authz/call.h"
#include "server/event/event_store.h"
#include "server/signal/receiver_store.h"

namespace hearth {

// How many events after a receiver's place are looked at at once: what it is given is among them, and what it settles out of turn.
inline constexpr int kPollWindow = 500;
// How many tokens one poll gives at most.
inline constexpr int kMostPolled = 100;

// Whether the caller is the service account that may ask for the receiver's events. Fails with NOT_THE_POLLER: of whoever else was given an event, or
// acknowledged one, the receiver would not know. A person is never it, through whatever service they come. Pure.
absl::Status CheckPoller(const Call& call, const EventReceiver& receiver);

// Whether the receiver asked for events of this type. Pure.
bool IsWanted(const EventReceiver& receiver, const Event& event);

// Notes which of `window`, the events after the receiver's place, are among `ids`, and moves the place over all at its beginning that need not come (again).
// Returns how many of the ids were news. Pure.
int Settle(const std::vector<Event>& window, const std::set<std::string>& ids, EventReceiver& receiver);

// The oldest of `window` that are still to be given, at most `most`. Pure.
std::vector<Event> Outstanding(const EventReceiver& receiver, const std::vector<Event>& window, int most);

}  // namespace hearth
