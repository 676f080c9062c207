// Breached passwords, asked of a public list over the network: by five digits of a digest, which tens of thousands of passwords share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/secret.h"

namespace hearth {

// Where a password is in such a list.
struct BreachPlace {
  std::string prefix;  // The first 5 hexadecimal digits of its SHA-1 digest, in capitals. No more of it is ever sent.
  uint64_t tail;       // The 64 bits after those.
};
BreachPlace BreachPlaceOf(const Secret& password);

// The tails, in order, in an answer to a prefix: lines SUFFIX:COUNT, the suffix being the 35 digits that follow the prefix. A count of 0 is padding, which
// hides how long the answer is. nullopt: it is no such answer. Pure.
std::optional<std::vector<uint64_t>> ParseBreachRange(std::string_view answer);

// What came of a question.
enum class RangeOutcome {
  kBreached,
  kAbsent,
  kFailed,   // No answer, or none that makes sense.
  kSkipped,  // Not asked: as many as may be are being asked, too many failed, or the call has no time left for it.
};
inline constexpr int kRangeOutcomes = 4;

// How much may be asked.
struct RangeLimits {
  absl::Duration timeout = absl::Seconds(2);  // Of one question; at most half of the time that the call has left.
  int at_once = 4;
  int failures = 3;                         // So many in a row,
  absl::Duration rest = absl::Seconds(30);  // and for so long nothing is asked.
  size_t kept = 64;                         // Answers that are remembered,
  absl::Duration keep = absl::Hours(1);     // and for how long.
};

// Asks, remembers a few answers, and leaves a list that does not answer alone. Never an obstacle: whatever is not breached for sure is for the caller to
// judge without it. Thread-safe.
class BreachRange {
 public:
  // What the list answers to a prefix, within the time. Fails with a text for the log. Thread-safe.
  using Fetch = std::function<absl::StatusOr<std::string>(const std::string& prefix, absl::Duration timeout)>;
  // Called once for each question. Thread-safe.
  using Count = std::function<void(RangeOutcome)>;

  BreachRange(Fetch fetch, Count count, RangeLimits limits = {});

  // Whether the list has the password. Blocks for the limits' timeout at most.
  RangeOutcome Ask(const Secret& password, absl::Time deadline);

 private:
  struct Answer {
    absl::Time asked;
    std::vector<uint64_t> tails;
  };

  RangeOutcome Find(const BreachPlace& place, absl::Time deadline);
  // Takes the right to ask, or says why not.
  bool Begin(absl::Duration time, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives it back, and learns from what came of it.
  void End(const std::string& prefix, const std::optional<std::vector<uint64_t>>& tails);
  const Answer* Known(const std::string& prefix, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<std::vector<uint64_t>> FetchTails(const std::string& prefix, absl::Duration time) const;

  const Fetch fetch_;
  const Count count_;
  const RangeLimits limits_;
  absl::Mutex mutex_;
  int asking_ ABSL_GUARDED_BY(mutex_) = 0;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;  // In a row.
  absl::Time rests_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::map<std::string, Answer> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
