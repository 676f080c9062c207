// Measures what password hashes cost on this machine, and proposes parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/credential/hasher.h"

namespace hearth {

// What is wanted.
struct TuningGoal {
  absl::Duration most_time = absl::Milliseconds(100);  // Of one hash while all lanes are busy.
  int64_t most_memory_kib = 0;                         // Of all lanes together.
  int lanes = 1;
};

// One measurement.
struct HashCost {
  HashParameters parameters;
  absl::Duration time;    // Of one hash while all lanes are busy: the median.
  double per_second = 0;  // Hashes that all lanes together make.

  int64_t memory_kib(int lanes) const { return int64_t{parameters.memory_kib} * lanes; }
  bool Fits(const TuningGoal& goal) const {
    return time <= goal.most_time && memory_kib(goal.lanes) <= goal.most_memory_kib;
  }
};

// The parameters worth measuring, from the weakest on: each is as strong as OWASP's least (19 MiB in two passes, 46 MiB in one) or stronger, and
// within kMaxHashParameters and the goal's memory.
std::vector<HashParameters> TuningCandidates(const TuningGoal& goal);

// Hashes in `lanes` threads at once, `rounds` times each. Fails with INTERNAL when memory is short.
absl::StatusOr<HashCost> MeasureHash(const HashParameters& parameters, int lanes, int rounds);

// The strongest that fits the goal: of most memory, then of most passes (RFC 9106, 4: memory first). nullopt: none does, and the machine is too slow or
// too small for the goal.
std::optional<HashCost> ChooseHash(const std::vector<HashCost>& measured, const TuningGoal& goal);

}  // namespace hearth
