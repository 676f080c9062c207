// How often a caller, and a whole directory, may call.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hearth/v1/options.pb.h"
#include "server/authz/principal.h"
#include "server/base/clock.h"

namespace hearth {

// Calls a second, by work class; 0 or absent: as many as come. Twice as many may come at once, and at least ten, when there were none before.
using Rates = std::map<v1::WorkClass, double>;

struct RateLimits {
  Rates caller;     // Of one person or service account.
  Rates directory;  // Of all callers of a directory together.
};

// A call that is one too many.
struct Excess {
  std::string limit;    // "caller" or "directory".
  absl::Duration wait;  // After which the call would have been let through, if no other came.
};

// Token buckets, in the form of the generic cell rate algorithm (ITU-T I.371): a bucket is one time. Holds at most `capacity` buckets; a bucket that is
// full again says nothing and makes room first, then the one used longest ago (whose caller is then let through as if new: memory is bounded,
// and a flood of callers is still stopped by their directory's bucket). Each replica counts for itself. Thread-safe.
class RateLimiter {
 public:
  // 65,536 buckets take about 10 MiB.
  static constexpr size_t kDefaultCapacity = 65536;

  // `clock` outlives the limiter.
  RateLimiter(const Clock* clock, RateLimits limits, size_t capacity = kDefaultCapacity);
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Counts a call; nullopt: it may go on. A call that is refused for its directory has still counted for its caller.
  std::optional<Excess> Take(const Principal& caller, v1::WorkClass work_class);

  // Buckets held now.
  size_t size() const;

 private:
  // The front was used last.
  struct Bucket {
    std::string key;
    absl::Time full;  // When it will be full again if nobody calls.
  };
  using Buckets = std::list<Bucket>;

  absl::Duration TakeOne(const std::string& key, double rate, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const RateLimits limits_;
  const size_t capacity_;
  mutable absl::Mutex mutex_;
  Buckets buckets_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Buckets::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
