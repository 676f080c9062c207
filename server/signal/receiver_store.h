// Receivers of events in the database.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace hearth {

class Tx;

// Where events are delivered: one row of hearth.event_receivers.
struct EventReceiver {
  std::string directory;
  std::string id;
  std::string endpoint_uri;
  std::string audience;
  std::set<int> types;  // hearth.v1.EventType; empty: all.
  int64_t place = 0;    // The sequence of the last event that was delivered, or need not be.
  int attempts = 0;     // That failed since the last success.
  std::string problem;
  absl::Time due_time = absl::InfinitePast();
  absl::Time create_time = absl::InfinitePast();
};

// At most so many of a directory.
inline constexpr int kMostReceivers = 10;

std::optional<EventReceiver> FindReceiver(Tx& tx, std::string_view directory, std::string_view id);
// In the order of their ids, after `after`, at most `limit`.
std::vector<EventReceiver> ListReceivers(Tx& tx, std::string_view directory, const std::string& after, int limit);
// How many there are. Until the transaction ends nobody else counts those of this directory: so the limit holds also for two who add at once.
int CountReceivers(Tx& tx, std::string_view directory);
// Adds one whose place is where the stream is now. False when there is one of that id.
bool InsertReceiver(Tx& tx, const EventReceiver& receiver);
bool DeleteReceiver(Tx& tx, std::string_view directory, std::string_view id);

// A receiver for which there is something, under a lease.
struct Delivery {
  EventReceiver receiver;
  int64_t last;     // Where the stream is.
  int64_t removed;  // Events up to here are not kept any more.
};
// Takes up to `most`, of any directory. Sets its own scope.
std::vector<Delivery> TakeDeliveries(Tx& tx, int most, const std::string& lease, absl::Duration length);
// Ends the lease: how far the delivery is, and when to go on. Nothing when the lease is another's by now.
void EndDelivery(Tx& tx, const EventReceiver& receiver, const std::string& lease, absl::Duration wait);

}  // namespace hearth
