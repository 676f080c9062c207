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

// Takes receivers under a lease and posts them their events (RFC 8935): one after the other, in the order of the stream. 202 is success. 400 says that this
// token will never be accepted: it is passed over, and the problem noted. After anything else the same token comes again. A verification event that waits goes
// first. Replicas may deliver at once. Thread-safe.
class SignalCourier {
 public:
  // Posts a token to an address; tests give their own.
  using Post = std::function<absl::StatusOr<HttpsAnswer>(const std::string& uri, const std::string& token)>;

  // What is passed in outlives the courier.
  SignalCourier(Database* database, const EventTokens* tokens, Post post)
      : database_(*database), tokens_(*tokens), post_(std::move(post)) {}

  // Delivers up to 50 events to each of up to 16 receivers. Returns how many receivers there was something for. Fails as Database::Write does.
  absl::StatusOr<int> DeliverSome(absl::Time deadline);

 private:
  enum class Outcome { kAccepted, kRefused, kFailed };

  absl::Status DeliverTo(struct ReceiverTurn& delivery, const std::string& lease, absl::Time deadline);
  // Posts one token, and notes in the receiver what came of it.
  Outcome Offer(struct EventReceiver& receiver, const std::string& event_id, const std::string& token);
  // Posts events in their order and moves the receiver's place, until one fails or the turn is over.
  bool OfferEvents(struct EventReceiver& receiver, const std::vector<Event>& events);

  Database& database_;
  const EventTokens& tokens_;
  const Post post_;
};

// The post of the real world.
SignalCourier::Post PostOver(const HttpsOptions& options);

}  // namespace hearth
