#include "server/credential/tuning.h"

#include "gtest/gtest.h"

namespace hearth {
namespace {

constexpr uint32_t kMib = 1024;

HashCost Cost(uint32_t mib, uint32_t passes, int millis) {
  return {{.memory_kib = mib * kMib, .iterations = passes}, absl::Milliseconds(millis), 1000.0 / millis};
}

TEST(TuningTest, CandidatesAreNoWeakerThanOwaspsLeastAndFitTheMemory) {
  const TuningGoal goal{.most_memory_kib = 4 * 64 * kMib, .lanes = 4};
  const auto candidates = TuningCandidates(goal);
  ASSERT_FALSE(candidates.empty());
  for (const HashParameters& one : candidates) {
    EXPECT_TRUE(one.memory_kib >= 46 * kMib || (one.memory_kib >= 19 * kMib && one.iterations >= 2));
    EXPECT_LE(int64_t{one.memory_kib} * goal.lanes, goal.most_memory_kib);
    EXPECT_LE(one.memory_kib, kMaxHashParameters.memory_kib);
    EXPECT_LE(one.iterations, kMaxHashParameters.iterations);
  }
  EXPECT_EQ(candidates.back().memory_kib, 64 * kMib);
  EXPECT_TRUE(TuningCandidates({.most_memory_kib = 18 * kMib, .lanes = 1}).empty());
}

TEST(TuningTest, ChoosesMostMemoryThenMostPassesOfWhatFits) {
  const TuningGoal goal{.most_time = absl::Milliseconds(100), .most_memory_kib = 1024 * kMib, .lanes = 2};
  const std::vector<HashCost> measured = {Cost(19, 2, 40), Cost(46, 1, 45),  Cost(46, 2, 90),
                                          Cost(64, 1, 65), Cost(96, 1, 100), Cost(96, 2, 190)};
  const auto best = ChooseHash(measured, goal);
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(best->parameters.memory_kib, 96 * kMib);
  EXPECT_EQ(best->parameters.iterations, 1u);
  TuningGoal small = goal;
  small.most_memory_kib = 2 * 46 * kMib;
  EXPECT_EQ(ChooseHash(measured, small)->parameters.iterations, 2u);
  TuningGoal slow = goal;
  slow.most_time = absl::Milliseconds(10);
  EXPECT_FALSE(ChooseHash(measured, slow).has_value());
}

TEST(TuningTest, MeasuresWhatTheLanesDoTogether) {
  const auto cost = MeasureHash({.memory_kib = 1024, .iterations = 1}, 2, 3);
  ASSERT_TRUE(cost.ok()) << cost.status();
  EXPECT_GT(cost->time, absl::ZeroDuration());
  EXPECT_GT(cost->per_second, 0);
}

}  // namespace
}  // namespace hearth
