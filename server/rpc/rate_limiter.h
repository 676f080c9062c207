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
// The same, by method ("ResetPasswordService/ResetPassword"); a call takes from both.
using MethodRates = std::map<std::string, double>;

struct RateLimits {
  Rates caller;     // Of one person or service account.
  Rates directory;  // Of all callers of a directory together.
  MethodRates caller_methods{};
  MethodRates directory_methods{};
};

// A call that is one too many.
struct Excess {
  std::string limit;    // "caller" or "directory".
  bool of_method;       // The limit is that of the method; else that of its work class.
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

  // Counts a call; nullopt: it may go on. A call that one limit refuses counts for none.
  std::optional<Excess> Take(const Principal& caller, v1::WorkClass work_class, const std::string& method);

  // Buckets held now.
  size_t size() const;

 private:
  // The front was used last.
  struct Bucket {
    std::string key;
    absl::Time full;  // When it will be full again if nobody calls.
  };
  using Buckets = std::list<Bucket>;

  absl::Duration WaitFor(const std::string& key, double rate, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeOne(const std::string& key, double rate, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const RateLimits limits_;
  const size_t capacity_;
  mutable absl::Mutex mutex_;
  Buckets buckets_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Buckets::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
