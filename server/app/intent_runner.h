// Lets the relay of reset intents run.
#pragma once

#include "server/app/repeating_thread.h"
#include "server/reset/intent_relay.h"

namespace hearth {

// Runs the relay in a thread of its own: half of the time while there is work, then a few times a second; digests once a minute. Replicas may run at
// once.
class IntentRunner {
 public:
  // `relay` outlives the runner.
  explicit IntentRunner(IntentRelay* relay);

 private:
  absl::StatusOr<int64_t> Work();

  IntentRelay& relay_;
  absl::Time digests_due_ = absl::InfinitePast();
  RepeatingThread thread_;  // The last: it works at once.
};

}  // namespace hearth
