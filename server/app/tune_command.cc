#include "server/app/tune_command.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/app/machine.h"
#include "server/credential/tuning.h"

namespace hearth {
namespace {

constexpr int kRounds = 5;

TuningGoal GoalOf(const TuneOptions& options) {
  const MachineShare share = ShareOfMachine();
  TuningGoal goal;
  goal.most_time = absl::Milliseconds(options.most_millis);
  goal.lanes = options.lanes > 0 ? options.lanes : share.processors;
  goal.most_memory_kib = options.memory_mib > 0 ? int64_t{options.memory_mib} * 1024 : share.memory_kib / 4;
  return goal;
}

std::string FlagsOf(const HashCost& cost, const TuningGoal& goal) {
  return absl::StrCat("--argon2-memory-kib ", cost.parameters.memory_kib, " --argon2-iterations ",
                      cost.parameters.iterations, " --hash-lanes ", goal.lanes);
}

nlohmann::json ToJson(const HashCost& cost, const TuningGoal& goal) {
  return {{"memory_kib", cost.parameters.memory_kib},
          {"iterations", cost.parameters.iterations},
          {"lanes", goal.lanes},
          {"milliseconds", absl::ToDoubleMilliseconds(cost.time)},
          {"per_second", cost.per_second},
          {"total_memory_kib", cost.memory_kib(goal.lanes)},
          {"fits", cost.Fits(goal)}};
}

void PrintRow(const HashCost& cost, const TuningGoal& goal) {
  std::cout << absl::StrFormat("%8d MiB %7d %12.1f %12.1f %9d MiB  %s\n", cost.parameters.memory_kib / 1024,
                               cost.parameters.iterations, absl::ToDoubleMilliseconds(cost.time), cost.per_second,
                               cost.memory_kib(goal.lanes) / 1024, cost.Fits(goal) ? "fits" : "too slow")
            << std::flush;
}

int Propose(const std::vector<HashCost>& measured, const TuningGoal& goal, bool json) {
  const auto best = ChooseHash(measured, goal);
  if (json) {
    nlohmann::json rows = nlohmann::json::array();
    for (const HashCost& cost : measured) rows.push_back(ToJson(cost, goal));
    nlohmann::json all = {{"measured", rows}};
    if (best.has_value()) all["proposal"] = ToJson(*best, goal);
    if (best.has_value()) all["flags"] = FlagsOf(*best, goal);
    std::cout << all.dump(2) << '\n';
  } else if (best.has_value()) {
    std::cout << "\nThe strongest that fits:\n  hearthd serve " << FlagsOf(*best, goal) << '\n';
  }
  if (best.has_value()) return 0;
  std::cerr << "hearthd: not even OWASP's least fits. Allow more time (--max-ms), more memory (--memory-mib) or fewer "
               "lanes (--lanes).\n";
  return 1;
}

}  // namespace

int RunTune(const TuneOptions& options) {
  const TuningGoal goal = GoalOf(options);
  if (!options.json) {
    std::cout << "Argon2id, " << goal.lanes << " at once, at most " << options.most_millis << " ms a hash and "
              << goal.most_memory_kib / 1024 << " MiB in all:\n"
              << "      memory  passes  ms per hash   per second     in all\n";
  }
  std::vector<HashCost> measured;
  for (const HashParameters& parameters : TuningCandidates(goal)) {
    // More memory or passes than what was too slow already is not measured: it would take long and tell nothing.
    const bool hopeless = std::any_of(measured.begin(), measured.end(), [&](const HashCost& slow) {
      return slow.time > goal.most_time && slow.parameters.memory_kib <= parameters.memory_kib &&
             slow.parameters.iterations <= parameters.iterations;
    });
    if (hopeless) continue;
    const auto cost = MeasureHash(parameters, goal.lanes, kRounds);
    if (!cost.ok()) {
      std::cerr << "hearthd: " << cost.status().message() << '\n';
      return 1;
    }
    measured.push_back(*cost);
    if (!options.json) PrintRow(*cost, goal);
  }
  return Propose(measured, goal, options.json);
}

}  // namespace hearth
