// When what could not be sent is tried again.
#pragma once

#include "absl/time/time.h"
#include "server/base/random.h"

namespace hearth {

// After this many attempts that the mail itself is to blame for, it is set aside: some four hours.
inline constexpr int kMostMailAttempts = 20;

// How long a mail waits after its `attempt`-th one that the server refused for now: 5 s, doubling up to 15 min, each between half and all of it
// at random, so that mails which failed together do not come back together.
absl::Duration RetryDelay(int attempt, Random& random);

// How long a relay leaves a server alone that could not be spoken to `failures` times in a row: 1 s, doubling up to 1 min, likewise.
absl::Duration ServerPause(int failures, Random& random);

// How many mails a courier claims at once: few, so that others can help with what a slow server is given.
inline constexpr int kLeastBatch = 8;
inline constexpr int kMostBatch = 64;

// How many it claims after a round in which it asked for `batch`, got `claimed`, and took so long: twice as many when all of them went in less than a
// second, half as many when that took more than five.
int NextBatch(int batch, int claimed, absl::Duration took);

}  // namespace hearth
