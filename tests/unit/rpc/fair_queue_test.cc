#include "server/rpc/fair_queue.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Milliseconds(100);
constexpr absl::Duration kInterval = absl::Milliseconds(500);

class FairQueueTest : public testing::Test {
 protected:
  // What was refused for it.
  std::vector<std::string> Push(const std::string& group, const std::string& item) {
    return queue_.Push(group, item, now_);
  }
  std::vector<std::string> Drain() {
    std::vector<std::string> items;
    while (auto item = queue_.Pop(now_)) items.push_back(*item);
    return items;
  }
  // Whatever comes out of the group has waited too long, for as long as it takes.
  void Overload(const std::string& group) {
    Push(group, "x");
    while (!queue_.overloaded(group, now_)) {
      Push(group, "x");
      now_ += kPatience + absl::Milliseconds(1);
      queue_.Pop(now_);
    }
    queue_.Pop(now_);
    ASSERT_TRUE(queue_.empty());
  }

  FairQueue<std::string> queue_{6, kPatience};
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_F(FairQueueTest, OneGroupGoesInTheOrderOfArrival) {
  for (const char* item : {"1", "2", "3"}) EXPECT_THAT(Push("a", item), IsEmpty());
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

TEST_F(FairQueueTest, AFullQueueRefusesWhoHasMost) {
  for (const char* item : {"a1", "a2", "a3", "a4", "a5", "a6"}) EXPECT_THAT(Push("a", item), IsEmpty());
  EXPECT_THAT(Push("a", "a7"), ElementsAre("a7")) << "the newcomer, at once";
  EXPECT_THAT(Push("b", "b1"), ElementsAre("a1")) << "the oldest of the group with most";
  EXPECT_THAT(Push("b", "b2"), ElementsAre("a2"));
  EXPECT_THAT(Push("b", "b3"), ElementsAre("a3"));
  EXPECT_THAT(Push("b", "b4"), ElementsAre("b4")) << "b would have more than a";
  EXPECT_THAT(Push("c", "c1"), ElementsAre("a4"));
  EXPECT_EQ(queue_.size(), 6u);
  EXPECT_THAT(Drain(), ElementsAre("a5", "b1", "c1", "a6", "b2", "b3"));
}

TEST_F(FairQueueTest, ABurstThatIsServedInTimeIsNoOverload) {
  for (const char* item : {"1", "2", "3", "4", "5"}) Push("a", item);
  for (const char* item : {"1", "2", "3", "4", "5"}) {
    now_ += kPatience - absl::Milliseconds(10);
    EXPECT_EQ(queue_.Pop(now_), item);
  }
  EXPECT_FALSE(queue_.overloaded("a", now_));
}

TEST_F(FairQueueTest, InOverloadAGroupHasOneWaitingAndNewcomersAreRefusedAtOnce) {
  Overload("a");
  EXPECT_THAT(Push("a", "a1"), IsEmpty());
  EXPECT_THAT(Push("a", "a2"), ElementsAre("a2"));
  for (const char* item : {"b1", "b2", "b3"}) EXPECT_THAT(Push("b", item), IsEmpty()) << "another group is not";
  EXPECT_THAT(Drain(), ElementsAre("a1", "b1", "b2", "b3"));
}

TEST_F(FairQueueTest, SaysSoonerWhomItWouldOnlyRefuse) {
  Push("a", "a1");
  EXPECT_FALSE(queue_.Refuses("a", now_)) << "no overload";
  queue_.Pop(now_);
  Overload("a");
  EXPECT_FALSE(queue_.Refuses("a", now_)) << "nobody waits";
  Push("a", "a1");
  now_ += kInterval - absl::Milliseconds(1);
  EXPECT_TRUE(queue_.Refuses("a", now_));
  EXPECT_FALSE(queue_.Refuses("b", now_));
  now_ += kInterval - absl::Milliseconds(1);
  EXPECT_TRUE(queue_.overloaded("a", now_)) << "the refusal prolonged it";
  EXPECT_THAT(Drain(), ElementsAre("a1"));
}

TEST_F(FairQueueTest, WhenOverloadBeginsTheNewestStaysAndTheOldAreRefused) {
  // Three in all the time, and what comes out has waited for three times as long as it takes one.
  for (const char* item : {"1", "2", "3"}) Push("a", item);
  int number = 3;
  while (true) {
    now_ += absl::Milliseconds(60);
    queue_.Pop(now_);
    if (queue_.overloaded("a", now_)) break;
    EXPECT_THAT(Push("a", absl::StrCat(++number)), IsEmpty());
    ASSERT_LT(number, 100);
  }
  EXPECT_GE(number, 8) << "not before it has lasted";
  ASSERT_EQ(queue_.size(), 2u);
  EXPECT_THAT(Push("a", "late"), ElementsAre(absl::StrCat(number - 2), "late"));
  EXPECT_THAT(Drain(), ElementsAre(absl::StrCat(number - 1)));
}

TEST_F(FairQueueTest, OverloadIsOverWhenNobodyHadToBeRefusedForAWhile) {
  Overload("a");
  Push("a", "a1");
  now_ += kInterval - absl::Milliseconds(1);
  EXPECT_THAT(Push("a", "a2"), ElementsAre("a2"));
  now_ += kInterval - absl::Milliseconds(1);
  EXPECT_TRUE(queue_.overloaded("a", now_)) << "the refusal prolonged it";
  now_ += absl::Milliseconds(1);
  EXPECT_FALSE(queue_.overloaded("a", now_));
  EXPECT_THAT(Push("a", "a3"), IsEmpty());
  EXPECT_EQ(queue_.size(), 2u);
}

TEST_F(FairQueueTest, WhatAnotherGroupLosesDoesNotProlongAGroupsOverload) {
  Overload("a");
  for (const char* item : {"b1", "b2", "b3", "b4", "b5", "b6"}) Push("b", item);
  now_ += kInterval - absl::Milliseconds(1);
  ASSERT_TRUE(queue_.overloaded("a", now_));
  EXPECT_THAT(Push("a", "a1"), ElementsAre("b1")) << "the queue is full of the other's";
  now_ += absl::Milliseconds(1);
  EXPECT_FALSE(queue_.overloaded("a", now_)) << "nobody of its own had to be refused";
}

// It asks for less than its half, four at a time.
TEST_F(FairQueueTest, AModestGroupBesideAFloodIsNotRefused) {
  FairQueue<std::string> queue(32, kPatience);
  int refused = 0, served = 0, asked = 0;
  const absl::Time begin = now_;
  for (absl::Time next = begin; now_ < begin + absl::Seconds(10); now_ += absl::Milliseconds(4)) {
    const int64_t millis = absl::ToInt64Milliseconds(now_ - begin);
    std::vector<std::string> gone = queue.Push("flood", "flood", now_);
    for (int i = 0; millis % 300 == 0 && i < 4; ++i, ++asked) {
      for (std::string& item : queue.Push("modest", "modest", now_)) gone.push_back(std::move(item));
    }
    for (const std::string& item : gone) refused += item == "modest";
    if (now_ < next) continue;
    next += absl::Milliseconds(28);
    served += queue.Pop(now_) == "modest";
  }
  EXPECT_EQ(refused, 0);
  EXPECT_GE(served, asked - 4);
  EXPECT_GE(asked, 120);
}

TEST_F(FairQueueTest, RemembersNoMoreGroupsThanItNeeds) {
  for (int i = 0; i < 1000; ++i) {
    Overload(absl::StrCat("group", i));
    EXPECT_THAT(Push(absl::StrCat("group", i), "x"), IsEmpty());
    EXPECT_THAT(Drain(), ElementsAre("x"));
  }
  EXPECT_FALSE(queue_.overloaded("group0", now_));
}

// A server of 36 a second, offered ten times that for ten seconds: Jain's index over equal groups, and of one that offers ten times as much.
TEST_F(FairQueueTest, AFloodOfOneGroupCostsTheOthersNothing) {
  for (const int flood : {1, 10}) {
    FairQueue<std::string> queue(32, kPatience);
    std::map<std::string, double> served;
    absl::Duration longest;
    std::map<std::string, absl::Time> came;
    const absl::Time begin = now_;
    absl::Time next = begin;
    for (int tick = 0; now_ < begin + absl::Seconds(10); ++tick) {
      now_ += absl::Milliseconds(10);
      for (const char* group : {"a", "b", "c", "flood"}) {
        const int many = group[0] == 'f' ? flood : 1;
        for (int i = 0; i < many; ++i) {
          const std::string item = absl::StrCat(group, " ", tick, " ", i);
          came[item] = now_;
          queue.Push(group, item, now_);
        }
      }
      for (; next <= now_; next += absl::Milliseconds(28)) {
        const auto item = queue.Pop(now_);
        if (!item.has_value()) continue;
        ++served[item->substr(0, item->find(' '))];
        if (now_ > begin + absl::Seconds(2)) longest = std::max(longest, now_ - came[*item]);
      }
    }
    double sum = 0, squares = 0;
    for (const auto& [group, count] : served) sum += count, squares += count * count;
    EXPECT_EQ(served.size(), 4u);
    EXPECT_GE(sum * sum / (4 * squares), 0.99) << flood;
    EXPECT_GE(sum, 340) << "the server was never idle";
    EXPECT_LE(longest, absl::Milliseconds(200)) << "a turn of each group, and no more";
  }
}

TEST_F(FairQueueTest, HoldsWhatCannotBeCopied) {
  FairQueue<std::unique_ptr<int>> queue(1, kPatience);
  EXPECT_THAT(queue.Push("a", std::make_unique<int>(1), now_), IsEmpty());
  const auto refused = queue.Push("a", std::make_unique<int>(2), now_);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(*refused[0], 2);
  EXPECT_EQ(**queue.Pop(now_), 1);
}

}  // namespace
}  // namespace hearth
