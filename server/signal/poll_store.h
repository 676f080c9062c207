// What polls find in the database.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "server/event/event_store.h"
#include "server/signal/event_token.h"
#include "server/signal/receiver_store.h"

namespace hearth {

class Tx;

// What a poll finds.
struct Polled {
  Verification verification;  // Comes first; without id: none.
  std::vector<Event> events;
  bool more = false;  // There is more than this.
  bool empty() const { return verification.id.empty() && events.empty() && !more; }
};

// What is outstanding of a receiver, at most `most`; of one that is paused, nothing.
Polled ReadForPoll(Tx& tx, const EventReceiver& receiver, int most);

// The tokens of what a poll found. Throws as EventTokens::Sign does.
v1::PollEventsResponse SignPolled(const EventTokens& tokens, const EventReceiver& receiver, const Polled& polled,
                                  absl::Time now);

// By directory and receiver, of those that ask: a text that changes when a poll may find something it did not find before.
using PollMarks = std::map<std::pair<std::string, std::string>, std::string>;
PollMarks ReadPollMarks(Tx& tx, const std::vector<std::string>& directories);

}  // namespace hearth
