#include "server/credential/hash_lanes.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "server/base/error.h"

namespace hearth {

absl::Status HashLanes::Take(absl::Time deadline) {
  if (absl::Now() >= deadline) return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
  absl::MutexLock lock(&mutex_);
  if (free_ > 0) {
    --free_;
    return absl::OkStatus();
  }
  Waiter self;
  waiting_.push_back(&self);
  mutex_.AwaitWithDeadline(absl::Condition(&self.has_lane), deadline);
  if (self.has_lane) return absl::OkStatus();
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &self));
  return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
}

void HashLanes::Return() {
  absl::MutexLock lock(&mutex_);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  // The lane is handed over without becoming free, so a newcomer cannot overtake.
  waiting_.front()->has_lane = true;
  waiting_.pop_front();
}

}  // namespace hearth
