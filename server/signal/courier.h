// Delivers events to their receivers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/authn/https.h"
#include "server/signal/event_token.h"
#include "server/storage/database.h"

namespace hearth {

// How long to wait after so many failures: a second, doubling, at most ten minutes. Pure.
absl::Duration WaitAfter(int failures);

// How long a turn may take.
struct CourierPace {
  absl::Duration round = absl::Seconds(10);     // No token is posted after it: the turn is over.
  absl::Duration patience = absl::Seconds(10);  // With the database, each time.
};

// Takes receivers under a lease and posts them their events (RFC 8935): one after the other, in the order of the stream. What the receiver will never
// accept (push_answer.h) is passed over, and that is in the audit; what failed comes again. EventReceiver.problem says what was met, until a later turn in which
// a token was accepted and nothing met. A verification event that waits goes first. Threads and replicas may deliver at once: to one receiver of a directory at a time. Thread-safe.
class SignalCourier {
 public:
  // Posts a token to an address; tests give their own.
  using Post = std::function<absl::StatusOr<HttpsAnswer>(const std::string& uri, const std::string& token)>;

  // What is passed in outlives the courier.
  SignalCourier(Database* database, const EventTokens* tokens, Post post, CourierPace pace = {})
      : database_(*database), tokens_(*tokens), post_(std::move(post)), pace_(pace) {}

  // One turn: delivers up to 50 events to the one receiver that has waited longest, of any directory. However slow that is, what it accepted is kept. Returns
  // how many receivers there was something for: one or none. Fails as Database::Write does; what cannot be made a token is a failure of that turn.
  absl::StatusOr<int> DeliverTurn();

 private:
  struct Delivery;

  absl::Status DeliverTo(struct ReceiverTurn& turn, const std::string& lease);
  // Posts one token, and notes what came of it. False: it failed, and the turn is over.
  bool Offer(const std::string& event_id, const std::string& token, Delivery& delivery);
  bool OfferVerification(Delivery& delivery);
  // Posts events in their order and moves the receiver's place, until one fails or the turn is over.
  bool OfferEvents(const std::vector<Event>& events, absl::Time end, Delivery& delivery);
  // Keeps how far the delivery is and what it met, and gives the lease back.
  absl::Status EndTurn(const Delivery& delivery, const std::string& lease, bool failed);

  Database& database_;
  const EventTokens& tokens_;
  const Post post_;
  const CourierPace pace_;
};

// The post of the real world.
SignalCourier::Post PostOver(const HttpsOptions& options);

}  // namespace hearth
