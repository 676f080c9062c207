// Delivers events to their receivers, in a thread of its own.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "server/authn/https.h"
#include "server/signal/courier.h"
#include "server/storage/database.h"

namespace hearth {

// Looks a few times a second for what is to be delivered. Replicas may do so at once. Thread-safe.
class SignalThread {
 public:
  // What is passed in outlives the thread.
  SignalThread(Database* database, const EventTokens* tokens, const HttpsOptions& options);
  ~SignalThread();

 private:
  void Run();

  SignalCourier courier_;
  absl::Notification stopping_;
  std::thread thread_;
};

}  // namespace hearth
