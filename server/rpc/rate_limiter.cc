#include "server/rpc/rate_limiter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

constexpr double kSecondsAtOnce = 2;
constexpr double kLeastAtOnce = 10;

template <class Map>
double RateOf(const Map& rates, const typename Map::key_type& key) {
  const auto rate = rates.find(key);
  return rate == rates.end() ? 0 : rate->second;
}

// One of the limits that a call is under.
struct Limit {
  bool of_caller;  // Else of the directory.
  bool of_method;  // Else of the work class.
  double rate;
};

}  // namespace

RateLimiter::RateLimiter(const Clock* clock, RateLimits limits, size_t capacity)
    : clock_(*clock), limits_(std::move(limits)), capacity_(std::max<size_t>(1, capacity)) {}

std::optional<Excess> RateLimiter::Take(const Principal& caller, v1::WorkClass work_class, const std::string& method) {
  const std::array<Limit, 4> limits = {{{true, false, RateOf(limits_.caller, work_class)},
                                        {true, true, RateOf(limits_.caller_methods, method)},
                                        {false, false, RateOf(limits_.directory, work_class)},
                                        {false, true, RateOf(limits_.directory_methods, method)}}};
  const absl::Time now = clock_.Now();
  std::array<std::string, limits.size()> keys;
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < limits.size(); ++i) {
    const Limit& limit = limits[i];
    if (limit.rate <= 0) continue;
    // No directory's id has a slash, so no two of these are the same.
    const std::string what = limit.of_method ? method : absl::StrCat(work_class);
    const std::string whose = limit.of_caller ? absl::StrCat("/", caller.subject) : "";
    keys[i] = absl::StrCat(what, ":", caller.directory, whose);
    const absl::Duration wait = WaitFor(keys[i], limit.rate, now);
    if (wait > absl::ZeroDuration()) return Excess{limit.of_caller ? "caller" : "directory", limit.of_method, wait};
  }
  for (size_t i = 0; i < limits.size(); ++i) {
    if (limits[i].rate > 0) TakeOne(keys[i], limits[i].rate, now);
  }
  return std::nullopt;
}

absl::Duration RateLimiter::WaitFor(const std::string& key, double rate, absl::Time now) {
  const auto known = index_.find(key);
  if (known == index_.end()) return absl::ZeroDuration();
  // Also a bucket that lets nothing through is in use: it stays while others make room.
  buckets_.splice(buckets_.begin(), buckets_, known->second);
  const absl::Duration one = absl::Seconds(1 / rate);
  const absl::Duration at_once = one * std::max(kLeastAtOnce, rate * kSecondsAtOnce);
  const absl::Time full = std::max(now, known->second->full);
  return std::max(absl::ZeroDuration(), full + one - now - at_once);
}

void RateLimiter::TakeOne(const std::string& key, double rate, absl::Time now) {
  const absl::Duration one = absl::Seconds(1 / rate);
  if (const auto known = index_.find(key); known != index_.end()) {
    known->second->full = std::max(now, known->second->full) + one;
    return;
  }
  MakeRoom(now);
  buckets_.push_front({key, now + one});
  index_.emplace(key, buckets_.begin());
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
