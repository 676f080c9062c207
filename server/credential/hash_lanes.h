// How many hashes run at once.
#pragma once

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hearth {

// A fixed number of lanes, given out first come, first served. A hash holds a lane while it runs, so the
// memory of all hashes is lanes times the memory of one, whatever the load. How many may wait is bounded by
// whoever calls (the dispatcher's queue). Thread-safe.
class HashLanes {
 public:
  // `lanes` is at least 1.
  explicit HashLanes(int lanes) : free_(lanes) {}
  HashLanes(const HashLanes&) = delete;
  HashLanes& operator=(const HashLanes&) = delete;

  // Waits for a lane, until `deadline` on the machine's clock. Fails with DEADLINE_PASSED when none came in
  // time, also when the deadline is over already and a lane is free. After OK the caller calls Return once.
  absl::Status Take(absl::Time deadline);

  // Gives a lane back: to the one who has waited longest, if any.
  void Return();

 private:
  struct Waiter {
    bool has_lane = false;
  };

  absl::Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiter*> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
