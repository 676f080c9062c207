#include "server/mail/relay_rules.h"

#include <algorithm>

namespace hearth {
namespace {

absl::Duration Doubling(absl::Duration first, absl::Duration most, int count, Random& random) {
  const absl::Duration whole = std::min(most, first * (int64_t{1} << std::clamp(count - 1, 0, 20)));
  return whole / 2 + whole / 2 * (random.Uniform(1001) / 1000.0);
}

}  // namespace

absl::Duration RetryDelay(int attempt, Random& random) {
  return Doubling(absl::Seconds(5), absl::Minutes(15), attempt, random);
}

absl::Duration ServerPause(int failures, Random& random) {
  return Doubling(absl::Seconds(1), absl::Minutes(1), failures, random);
}

int NextBatch(int batch, int claimed, absl::Duration took) {
  if (took > absl::Seconds(5)) return std::max(kLeastBatch, batch / 2);
  return claimed >= batch && took < absl::Seconds(1) ? std::min(kMostBatch, 2 * batch) : batch;
}

}  // namespace hearth
