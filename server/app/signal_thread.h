// Delivers events to their receivers, in a thread of its own.
#pragma once

#include "server/app/repeating_thread.h"
#include "server/authn/https.h"
#include "server/signal/courier.h"
#include "server/storage/database.h"

namespace hearth {

// Looks a few times a second for what is to be delivered. Replicas may do so at once. Thread-safe.
class SignalThread {
 public:
  // What is passed in outlives the thread.
  SignalThread(Database* database, const EventTokens* tokens, const HttpsOptions& options);

 private:
  SignalCourier courier_;
  RepeatingThread thread_;  // The last: it works at once.
};

}  // namespace hearth
