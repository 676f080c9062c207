// Token buckets under a clock that the test moves.
#include "server/rpc/rate_limiter.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
};

constexpr char kGetUser[] = "DirectoryService/GetUser";
constexpr v1::WorkClass kRead = v1::WORK_CLASS_READ;
const Principal kAnn{"forthcoffee", "ann"};
const Principal kBo{"forthcoffee", "bo"};
const Principal kCy{"contoso", "ann"};

class RateLimiterTest : public testing::Test {
 protected:
  // How many of `calls` calls are let through now.
  static int Let(RateLimiter& limiter, int calls, const Principal& caller, v1::WorkClass work_class = kRead) {
    int through = 0;
    for (int i = 0; i < calls; ++i) through += limiter.Take(caller, work_class, kGetUser).has_value() ? 0 : 1;
    return through;
  }
  FakeClock clock_;
};

TEST_F(RateLimiterTest, TwoSecondsWorthAtOnceThenTheRate) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 20}}, .directory = {}});
  EXPECT_EQ(Let(limiter, 100, kAnn), 40);
  clock_.now += absl::Seconds(1);
  EXPECT_EQ(Let(limiter, 100, kAnn), 20);
  clock_.now += absl::Hours(1);
  EXPECT_EQ(Let(limiter, 100, kAnn), 40) << "no more than a full bucket";
}

TEST_F(RateLimiterTest, TellsWhenTheCallWouldGoThrough) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 20}}, .directory = {}});
  Let(limiter, 100, kAnn);
  const auto excess = limiter.Take(kAnn, kRead, kGetUser);
  ASSERT_TRUE(excess.has_value());
  EXPECT_EQ(excess->limit, "caller");
  EXPECT_EQ(excess->wait, absl::Milliseconds(50));
  clock_.now += excess->wait - absl::Nanoseconds(1);
  EXPECT_TRUE(limiter.Take(kAnn, kRead, kGetUser).has_value());
  clock_.now += absl::Nanoseconds(1);
  EXPECT_FALSE(limiter.Take(kAnn, kRead, kGetUser).has_value()) << "those that were refused did not count";
}

TEST_F(RateLimiterTest, SlowRatesLetTenThroughAtOnce) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 0.1}}, .directory = {}});
  EXPECT_EQ(Let(limiter, 100, kAnn), 10);
  clock_.now += absl::Seconds(10);
  EXPECT_EQ(Let(limiter, 100, kAnn), 1);
}

TEST_F(RateLimiterTest, CallersDirectoriesAndWorkClassesAreCountedApart) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 10}, {v1::WORK_CLASS_HASH, 5}}, .directory = {}});
  EXPECT_EQ(Let(limiter, 100, kAnn), 20);
  EXPECT_EQ(Let(limiter, 100, kBo), 20);
  EXPECT_EQ(Let(limiter, 100, kCy), 20) << "the same id in another directory";
  EXPECT_EQ(Let(limiter, 100, kAnn, v1::WORK_CLASS_HASH), 10);
  EXPECT_EQ(Let(limiter, 100, kAnn, v1::WORK_CLASS_WRITE), 100) << "no limit";
}

TEST_F(RateLimiterTest, ManyCallersOfADirectoryShareItsLimitAndOthersDoNotFeelIt) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 10}}, .directory = {{kRead, 15}}});
  EXPECT_EQ(Let(limiter, 100, kAnn), 20);
  EXPECT_EQ(Let(limiter, 15, kBo), 10);
  EXPECT_EQ(limiter.Take({"forthcoffee", "di"}, kRead, kGetUser)->limit, "directory");
  EXPECT_EQ(Let(limiter, 100, kCy), 20);
}

TEST_F(RateLimiterTest, AMethodsOwnLimitComesOnTopOfItsWorkClass) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 10}},
                                .directory = {},
                                .caller_methods = {{kGetUser, 6}},
                                .directory_methods = {{kGetUser, 8}}});
  EXPECT_EQ(Let(limiter, 100, kAnn), 12);
  const auto excess = limiter.Take(kAnn, kRead, kGetUser);
  EXPECT_EQ(excess->limit, "caller");
  EXPECT_TRUE(excess->of_method);
  EXPECT_FALSE(limiter.Take(kAnn, kRead, "DirectoryService/ListUsers").has_value());
  EXPECT_EQ(Let(limiter, 100, kBo), 4) << "what the directory has left";
  EXPECT_EQ(Let(limiter, 100, kCy), 12);
}

TEST_F(RateLimiterTest, AFloodOfCallersTakesNoMoreMemoryAndIsStoppedByTheDirectorysLimit) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 1}}, .directory = {{kRead, 50}}}, /*capacity=*/1000);
  int through = 0;
  for (int i = 0; i < 100'000; ++i) through += Let(limiter, 1, {"forthcoffee", std::to_string(i)});
  EXPECT_EQ(through, 100);
  EXPECT_LE(limiter.size(), 1000u);
}

TEST_F(RateLimiterTest, FullBucketsMakeRoom) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 10}}, .directory = {}});
  for (int i = 0; i < 100; ++i) Let(limiter, 1, {"forthcoffee", std::to_string(i)});
  EXPECT_EQ(limiter.size(), 100u);
  clock_.now += absl::Seconds(1);
  Let(limiter, 1, kAnn);
  EXPECT_EQ(limiter.size(), 1u);
}

TEST_F(RateLimiterTest, ThreadsTogetherGetWhatOneWould) {
  RateLimiter limiter(&clock_, {.caller = {{kRead, 500}}, .directory = {}});
  std::vector<int> through(4);
  std::vector<std::thread> threads;
  for (int& one : through) threads.emplace_back([&] { one = Let(limiter, 1000, kAnn); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(through[0] + through[1] + through[2] + through[3], 1000);
}

}  // namespace
}  // namespace hearth
