#include "server/rpc/fair_queue.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class FairQueueTest : public testing::Test {
 protected:
  std::optional<std::string> Push(const std::string& group, const std::string& item) {
    return queue_.Push(group, item, now_);
  }
  std::vector<std::string> Drain() {
    std::vector<std::string> items;
    while (auto item = queue_.Pop(now_)) items.push_back(*item);
    return items;
  }

  FairQueue<std::string> queue_{6, absl::Milliseconds(100)};
  absl::Time now_ = kNow;
};

TEST_F(FairQueueTest, OneGroupGoesInTheOrderOfArrival) {
  for (const char* item : {"1", "2", "3"}) EXPECT_EQ(Push("a", item), std::nullopt);
  EXPECT_EQ(queue_.size(), 3u);
  EXPECT_THAT(Drain(), ElementsAre("1", "2", "3"));
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.Pop(now_), std::nullopt);
}

TEST_F(FairQueueTest, GroupsTakeTurnsHoweverManyEachHasWaiting) {
  for (const char* item : {"a1", "a2", "a3", "a4"}) Push("a", item);
  Push("b", "b1");
  Push("c", "c1");
  EXPECT_THAT(Drain(), ElementsAre("a1", "b1", "c1", "a2", "a3", "a4"));
}

TEST_F(FairQueueTest, AGroupThatComesBackDoesNotOvertake) {
  Push("a", "a1");
  Push("b", "b1");
  EXPECT_EQ(queue_.Pop(now_), "a1");
  Push("a", "a2");
  EXPECT_THAT(Drain(), ElementsAre("b1", "a2"));
}

TEST_F(FairQueueTest, WhenItStandsTheNewestGoesFirst) {
  for (const char* item : {"1", "2", "3"}) Push("a", item);
  now_ += absl::Milliseconds(101);
  Push("a", "4");
  EXPECT_EQ(queue_.Pop(now_), "4");
  EXPECT_EQ(queue_.Pop(now_), "3");
  Push("b", "other");
  EXPECT_THAT(Drain(), ElementsAre("2", "other", "1"));
}

TEST_F(FairQueueTest, AFullQueueRefusesWhoHasMost) {
  for (const char* item : {"a1", "a2", "a3", "a4", "a5", "a6"}) EXPECT_EQ(Push("a", item), std::nullopt);
  EXPECT_EQ(Push("a", "a7"), "a7") << "the newcomer, at once";
  EXPECT_EQ(Push("b", "b1"), "a1") << "the oldest of the group with most";
  EXPECT_EQ(Push("b", "b2"), "a2");
  EXPECT_EQ(Push("b", "b3"), "a3");
  EXPECT_EQ(Push("b", "b4"), "b4") << "b would have more than a";
  EXPECT_EQ(Push("c", "c1"), "a4");
  EXPECT_EQ(queue_.size(), 6u);
  EXPECT_THAT(Drain(), ElementsAre("a5", "b1", "c1", "a6", "b2", "b3"));
}

// Jain's index over equal groups, one of which offers ten times as much.
TEST_F(FairQueueTest, AFloodOfOneGroupCostsTheOthersNothing) {
  FairQueue<std::string> queue(32, absl::Milliseconds(100));
  std::map<std::string, double> served;
  for (int tick = 0; tick < 4000; ++tick) {
    now_ += absl::Milliseconds(10);
    for (int i = 0; i < 10; ++i) queue.Push("flood", "flood", now_);
    for (const char* group : {"a", "b", "c"}) queue.Push(group, group, now_);
    for (int i = 0; i < 2; ++i) ++served[*queue.Pop(now_)];
  }
  double sum = 0, squares = 0;
  for (const auto& [group, count] : served) sum += count, squares += count * count;
  EXPECT_EQ(served.size(), 4u);
  EXPECT_GE(sum * sum / (4 * squares), 0.99);
}

TEST_F(FairQueueTest, HoldsWhatCannotBeCopied) {
  FairQueue<std::unique_ptr<int>> queue(1, absl::Milliseconds(100));
  EXPECT_EQ(queue.Push("a", std::make_unique<int>(1), kNow), std::nullopt);
  const auto refused = queue.Push("a", std::make_unique<int>(2), kNow);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(**refused, 2);
  EXPECT_EQ(**queue.Pop(kNow), 1);
}

}  // namespace
}  // namespace hearth
