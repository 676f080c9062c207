#include "server/rpc/rate_limiter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

constexpr double kSecondsAtOnce = 2;
constexpr double kLeastAtOnce = 10;

double RateOf(const Rates& rates, v1::WorkClass work_class) {
  const auto rate = rates.find(work_class);
  return rate == rates.end() ? 0 : rate->second;
}

}  // namespace

RateLimiter::RateLimiter(const Clock* clock, RateLimits limits, size_t capacity)
    : clock_(*clock), limits_(std::move(limits)), capacity_(std::max<size_t>(1, capacity)) {}

std::optional<Excess> RateLimiter::Take(const Principal& caller, v1::WorkClass work_class) {
  const double by_caller = RateOf(limits_.caller, work_class);
  const double by_directory = RateOf(limits_.directory, work_class);
  if (by_caller <= 0 && by_directory <= 0) return std::nullopt;
  const absl::Time now = clock_.Now();
  const std::string directory = absl::StrCat(work_class, "/", caller.directory);
  absl::MutexLock lock(&mutex_);
  if (const auto wait = TakeOne(absl::StrCat(directory, "/", caller.subject), by_caller, now);
      wait > absl::ZeroDuration()) {
    return Excess{"caller", wait};
  }
  if (const auto wait = TakeOne(directory, by_directory, now); wait > absl::ZeroDuration()) {
    return Excess{"directory", wait};
  }
  return std::nullopt;
}

absl::Duration RateLimiter::TakeOne(const std::string& key, double rate, absl::Time now) {
  if (rate <= 0) return absl::ZeroDuration();
  const absl::Duration one = absl::Seconds(1 / rate);
  const absl::Duration at_once = one * std::max(kLeastAtOnce, rate * kSecondsAtOnce);
  const auto known = index_.find(key);
  const absl::Time full = known == index_.end() ? now : std::max(now, known->second->full);
  // Also a bucket that lets nothing through is in use: it stays while others make room.
  if (known != index_.end()) buckets_.splice(buckets_.begin(), buckets_, known->second);
  if (full + one > now + at_once) return full + one - now - at_once;
  if (known != index_.end()) {
    known->second->full = full + one;
    return absl::ZeroDuration();
  }
  MakeRoom(now);
  buckets_.push_front({key, full + one});
  index_.emplace(key, buckets_.begin());
  return absl::ZeroDuration();
}

void RateLimiter::MakeRoom(absl::Time now) {
  // Those used longest ago are the likeliest to be full again.
  while (!buckets_.empty() && (buckets_.back().full <= now || buckets_.size() >= capacity_)) {
    index_.erase(buckets_.back().key);
    buckets_.pop_back();
  }
}

size_t RateLimiter::size() const {
  absl::MutexLock lock(&mutex_);
  return buckets_.size();
}

}  // namespace hearth
