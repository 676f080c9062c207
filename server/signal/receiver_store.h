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

// A verification event that waits.
struct Verification {
  std::string id;  // Its `jti`; empty: there is none.
  std::string state;
};

// Where events are delivered: one row of hearth.event_receivers.
struct EventReceiver {
  std::string directory;
  std::string id;
  int delivery_method = 1;      // hearth.v1.EventDeliveryMethod
  std::string endpoint_uri;     // Empty for one that asks.
  std::string service_account;  // Id of who alone may ask; empty: nobody.
  std::string audience;
  std::set<int> types;  // hearth.v1.EventType; empty: all.
  bool paused = false;
  int64_t place = 0;          // The sequence of the last event that was delivered, or need not be.
  std::set<int64_t> settled;  // Sequences after `place` that one that asks has settled already.
  int attempts = 0;           // That failed since the last success.
  std::string problem;
  Verification verification;
  absl::Time verified_time = absl::InfinitePast();  // When a verification event was last accepted.
  absl::Time due_time = absl::InfinitePast();
  absl::Time create_time = absl::InfinitePast();
  int64_t revision = 1;
};

// At most so many of a directory.
inline constexpr int kMostReceivers = 10;
// The problem of one whose place the stream does not keep any more.
inline constexpr char kEventsLost[] = "events were removed before they could be delivered";

// `lock`: until the transaction ends nobody else changes it.
std::optional<EventReceiver> FindReceiver(Tx& tx, std::string_view directory, std::string_view id, bool lock = false);
// In the order of their ids, after `after`, at most `limit`.
std::vector<EventReceiver> ListReceivers(Tx& tx, std::string_view directory, const std::string& after, int limit);
// How many there are. Until the transaction ends nobody else counts those of this directory: so the limit holds also for two who add at once.
int CountReceivers(Tx& tx, std::string_view directory);
// Adds one whose place is where the stream is now. False when there is one of that id.
bool InsertReceiver(Tx& tx, const EventReceiver& receiver);
// Writes what an administrator may change, as a new revision. `anew`: a delivery that is under way counts no more, what failed is forgotten, and what was
// settled out of turn comes again.
void UpdateReceiver(Tx& tx, const EventReceiver& receiver, bool anew);
// Has a verification event delivered as soon as may be, and wakes who waits for it. False when there is no such receiver.
bool RequestVerification(Tx& tx, std::string_view directory, std::string_view id, const Verification& verification);
bool DeleteReceiver(Tx& tx, std::string_view directory, std::string_view id);

// A receiver for which there is something, under a lease.
struct ReceiverTurn {
  EventReceiver receiver;
  int64_t last;     // Where the stream is.
  int64_t removed;  // Events up to here are not kept any more.
};
// Takes up to `most`, one of each directory of which none is taken. Sets its own scope.
std::vector<ReceiverTurn> TakeDeliveries(Tx& tx, int most, const std::string& lease, absl::Duration length);
// What became of the verification event that a delivery, or a poll, began with.
enum class Verified { kWaits, kAccepted, kRefused };

// Ends the lease: how far the delivery is, and when to go on. Nothing, and false, when the lease is another's by now.
bool EndDelivery(Tx& tx, const EventReceiver& receiver, const std::string& lease, absl::Duration wait,
                 Verified verified);

// Writes what a receiver that asks has settled: place, settled and problem. The row is locked.
void WriteSettled(Tx& tx, const EventReceiver& receiver, Verified verified);

}  // namespace hearth
