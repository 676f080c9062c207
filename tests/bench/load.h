// Closed-loop load: a fixed number of callers, each with one call in flight; who is refused for overload comes back when the server says.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/plans.h"

namespace hearth::bench {

// How to load.
struct Load {
  int in_flight = 1;
  double warm_up_seconds = 0.5;
  double seconds = 3;
  uint64_t most_calls = UINT64_MAX;  // Ends early after this many.
};

// What came of it. Calls count when they ended while it was measured.
struct Outcome {
  double seconds = 0;
  std::vector<uint32_t> micros;           // Of each call that went well.
  std::map<std::string, int64_t> errors;  // What other calls failed with, and how often, all along.
  int64_t sent_away = 0;                  // Refusals for overload that said when to come back, all along.
  std::string last_answer;                // Its bytes.
};

// The warm-up is over; the measured time is over.
enum class Phase { kMeasuring, kMeasured };

// Calls `plan` over the channels, each call with the next of the tokens as authorization metadata, and tells `enter`
// when it begins and ends to measure. Calls that are in flight at the end are cancelled. Returns when there are none.
Outcome Run(const Plan& plan, const Load& load, const std::vector<std::shared_ptr<grpc::Channel>>& channels,
            const std::vector<std::string>& tokens, const std::function<void(Phase)>& enter);

}  // namespace hearth::bench
