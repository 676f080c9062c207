// Lets the relay of reset intents run.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "server/reset/intent_relay.h"

namespace hearth {

// Runs the relay in a thread of its own: at once while there is work, then a few times a second; digests once a minute. Replicas may run at once.
class IntentRunner {
 public:
  // `relay` outlives the runner.
  explicit IntentRunner(IntentRelay* relay);
  // Ends after the intent that is being worked on.
  ~IntentRunner();

 private:
  void Run();

  IntentRelay& relay_;
  absl::Notification stopping_;
  std::thread thread_;
};

}  // namespace hearth
