// Questions to a list of breached passwords: what is sent, what is made of the answer, and what becomes of the calls when there is none.
#include "server/credential/breach_range.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

// The example of the API's documentation: SHA-1 of "P@ssw0rd" is 21BD12DC183F740EE76F27B78EB39C8AD972A757.
constexpr char kPassword[] = "P@ssw0rd";
constexpr char kPrefix[] = "21BD1";
constexpr char kSuffix[] = "2DC183F740EE76F27B78EB39C8AD972A757";
constexpr char kOther[] = "0018A45C4D1DEF81644B54AB7F969B88D65";

class BreachRangeTest : public testing::Test {
 protected:
  BreachRange Make(const RangeLimits& limits) {
    return BreachRange(
        [this](const std::string& prefix, absl::Duration time) -> absl::StatusOr<std::string> {
          asked_.push_back(prefix);
          time_ = time;
          if (down_) return absl::UnavailableError("no answer");
          return answer_;
        },
        [this](RangeOutcome outcome) { ++counts_[static_cast<size_t>(outcome)]; }, limits);
  }
  RangeOutcome Ask(BreachRange& range, const std::string& password = kPassword,
                   absl::Duration left = absl::Seconds(10)) {
    return range.Ask(Secret(password), absl::Now() + left);
  }

  std::string answer_ = absl::StrCat(kOther, ":1\r\n", kSuffix, ":37359195\r\n");
  bool down_ = false;
  std::vector<std::string> asked_;
  absl::Duration time_;
  std::array<int, kRangeOutcomes> counts_{};
};

TEST_F(BreachRangeTest, FiveDigitsAreSentAndTheRestIsComparedHere) {
  BreachRange range = Make({});
  EXPECT_EQ(Ask(range), RangeOutcome::kBreached);
  EXPECT_THAT(asked_, ElementsAre(kPrefix));
  answer_ = absl::StrCat(kOther, ":1");
  EXPECT_EQ(Ask(range, "another password"), RangeOutcome::kAbsent);
  EXPECT_EQ(asked_.back().size(), 5u);
  EXPECT_THAT(counts_, ElementsAre(1, 1, 0, 0));
}

TEST_F(BreachRangeTest, PaddingIsNoPassword) {
  answer_ = absl::StrCat(kOther, ":3\r\n", kSuffix, ":0\r\n");
  BreachRange range = Make({});
  EXPECT_EQ(Ask(range), RangeOutcome::kAbsent);
}

TEST_F(BreachRangeTest, WhatIsNoAnswerIsAFailure) {
  for (const std::string& garbage :
       {std::string("<html>Sign in to the network</html>"), absl::StrCat(kSuffix, "\n"), absl::StrCat(kSuffix, ":"),
        absl::StrCat(kSuffix, ":x"), absl::StrCat(kSuffix, ":-1"), absl::StrCat(kSuffix, "0:1"),
        absl::StrCat(std::string(35, 'G'), ":1"), absl::StrCat(kSuffix, ":1\n", kPrefix, kSuffix, ":1"),
        absl::StrCat(kSuffix, ":99999999999999999999"), std::string(5, '\0')}) {
    EXPECT_EQ(ParseBreachRange(garbage), std::nullopt) << garbage;
  }
  EXPECT_THAT(*ParseBreachRange(""), testing::IsEmpty()) << "a small list has nothing there";
  answer_ = "garbage";
  BreachRange range = Make({});
  EXPECT_EQ(Ask(range), RangeOutcome::kFailed);
  EXPECT_THAT(counts_, ElementsAre(0, 0, 1, 0));
}

TEST_F(BreachRangeTest, AnAnswerIsRememberedForAWhile) {
  BreachRange range = Make({.keep = absl::Milliseconds(50)});
  EXPECT_EQ(Ask(range), RangeOutcome::kBreached);
  EXPECT_EQ(Ask(range), RangeOutcome::kBreached);
  EXPECT_EQ(asked_.size(), 1u);
  absl::SleepFor(absl::Milliseconds(60));
  EXPECT_EQ(Ask(range), RangeOutcome::kBreached);
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(BreachRangeTest, OnlyTheLastAnswersAreRemembered) {
  answer_ = "";
  BreachRange range = Make({.kept = 2});
  for (const char* password : {"one", "two", "three", "two", "three"}) Ask(range, password);
  EXPECT_EQ(asked_.size(), 3u);
  Ask(range, "one");
  EXPECT_EQ(asked_.size(), 4u) << "the oldest gave way";
}

TEST_F(BreachRangeTest, AListThatFailsIsLeftAloneForAWhile) {
  down_ = true;
  BreachRange range = Make({.failures = 2, .rest = absl::Milliseconds(100)});
  EXPECT_EQ(Ask(range), RangeOutcome::kFailed);
  EXPECT_EQ(Ask(range), RangeOutcome::kFailed);
  EXPECT_EQ(Ask(range), RangeOutcome::kSkipped);
  EXPECT_EQ(asked_.size(), 2u);
  down_ = false;
  absl::SleepFor(absl::Milliseconds(110));
  EXPECT_EQ(Ask(range), RangeOutcome::kBreached);
  EXPECT_THAT(counts_, ElementsAre(1, 0, 2, 1));
}

TEST_F(BreachRangeTest, ACallGivesHalfOfItsTimeAtMost) {
  BreachRange range = Make({.timeout = absl::Seconds(2)});
  Ask(range, "one", absl::Seconds(60));
  EXPECT_EQ(time_, absl::Seconds(2));
  Ask(range, "two", absl::Seconds(1));
  EXPECT_LE(time_, absl::Milliseconds(500));
  EXPECT_EQ(Ask(range, "three", absl::Milliseconds(100)), RangeOutcome::kSkipped) << "no time for it";
  EXPECT_EQ(asked_.size(), 2u);
}

TEST(BreachRange, OnlySoManyWaitAtOnceAndTheOthersGoOn) {
  absl::Notification answered;
  std::atomic<int> asked = 0;
  BreachRange range(
      [&](const std::string&, absl::Duration) -> absl::StatusOr<std::string> {
        ++asked;
        answered.WaitForNotification();
        return "";
      },
      [](RangeOutcome) {}, {.at_once = 2});
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  std::vector<std::thread> waiting;
  for (const char* password : {"one", "two"}) {
    waiting.emplace_back(
        [&range, deadline, password] { EXPECT_EQ(range.Ask(Secret(password), deadline), RangeOutcome::kAbsent); });
  }
  while (asked < 2 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(range.Ask(Secret("three"), deadline), RangeOutcome::kSkipped);
  answered.Notify();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(range.Ask(Secret("three"), deadline), RangeOutcome::kAbsent);
}

}  // namespace
}  // namespace hearth::test
