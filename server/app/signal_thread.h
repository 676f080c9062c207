// Delivers events to their receivers, in threads of its own.
#pragma once

#include <memory>
#include <vector>

#include "server/app/repeating_thread.h"
#include "server/signal/courier.h"
#include "server/storage/database.h"

namespace hearth {

// Four threads that look a few times a second for a receiver to deliver to: a slow one holds up one of them for a turn, and its own directory. Replicas may
// do so at once. Thread-safe.
class SignalThread {
 public:
  // What is passed in outlives the threads.
  SignalThread(Database* database, const EventTokens* tokens, SignalCourier::Post post);
  // Ends after the turns at hand.
  ~SignalThread();

 private:
  SignalCourier courier_;
  std::vector<std::unique_ptr<RepeatingThread>> threads_;  // The last: they work at once.
};

}  // namespace hearth
