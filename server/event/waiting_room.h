// Where callers who wait for events are taken in, until the thread of their hub takes them over.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/error.h"

namespace hearth {

// How many may wait: those the hub has taken over, too, until they leave.
struct WaitingLimits {
  size_t in_all = 1000;
  size_t of_directory = 200;
};

// `Item` says whose directory it waits for: item.directory. Thread-safe.
template <class Item>
class WaitingRoom {
 public:
  explicit WaitingRoom(WaitingLimits limits) : limits_(limits) {}

  // Takes one in. Fails with OVERLOADED, and with SHUTTING_DOWN after Close; then the item is gone, untouched.
  absl::Status Add(Item item) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return Refuse(v1::ERROR_REASON_SHUTTING_DOWN);
    const auto own = counts_.find(item.directory);
    if (count_ >= limits_.in_all || (own != counts_.end() && own->second >= limits_.of_directory)) {
      return Refuse(v1::ERROR_REASON_OVERLOADED, {{"work_class", "watch"}});
    }
    ++count_;
    ++counts_[item.directory];
    new_.push_back(std::move(item));
    return absl::OkStatus();
  }
  // One that was taken in waits no more.
  void Leave(const std::string& directory) {
    absl::MutexLock lock(&mutex_);
    --count_;
    const auto count = counts_.find(directory);
    if (--count->second == 0) counts_.erase(count);
  }
  // Ends the Await at hand, or the next one.
  void Wake() {
    absl::MutexLock lock(&mutex_);
    woken_ = true;
  }
  // Takes in nobody any more. False: was closed before.
  bool Close() {
    absl::MutexLock lock(&mutex_);
    return !std::exchange(closed_, true);
  }

  // Of the hub's thread. Waits for a newcomer or for Wake, `tick` at most; false: closed.
  bool Await(absl::Duration tick) {
    absl::MutexLock lock(&mutex_);
    const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_ || closed_ || !new_.empty(); };
    mutex_.AwaitWithTimeout(absl::Condition(&due), tick);
    woken_ = false;
    return !closed_;
  }
  // Those that came since the last time.
  std::vector<Item> Take() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(new_, {});
  }

  // How many wait.
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

 private:
  const WaitingLimits limits_;
  mutable absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Item> new_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, size_t> counts_ ABSL_GUARDED_BY(mutex_);  // Of each directory; none is 0.
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace hearth
