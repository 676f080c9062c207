#include "server/credential/hash_lanes.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"

namespace hearth {
namespace {

using ::testing::ElementsAre;

absl::Time In(absl::Duration duration) { return absl::Now() + duration; }

TEST(HashLanesTest, GivesOutEveryLaneAndNoMore) {
  HashLanes lanes(2);
  EXPECT_TRUE(lanes.Take(In(absl::Seconds(10))).ok());
  EXPECT_TRUE(lanes.Take(In(absl::Seconds(10))).ok());
  EXPECT_EQ(ReasonOf(lanes.Take(In(absl::Milliseconds(20)))), v1::ERROR_REASON_DEADLINE_PASSED);
  lanes.Return();
  EXPECT_TRUE(lanes.Take(In(absl::Seconds(10))).ok());
}

TEST(HashLanesTest, RefusesACallWhoseDeadlineHasPassedThoughALaneIsFree) {
  HashLanes lanes(1);
  const absl::Status status = lanes.Take(In(-absl::Milliseconds(1)));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DEADLINE_PASSED);
  EXPECT_TRUE(lanes.Take(In(absl::Seconds(10))).ok()) << "the lane is still there";
}

TEST(HashLanesTest, AWaiterThatGaveUpIsNotGivenALane) {
  HashLanes lanes(1);
  ASSERT_TRUE(lanes.Take(absl::InfiniteFuture()).ok());
  EXPECT_FALSE(lanes.Take(In(absl::Milliseconds(10))).ok());
  lanes.Return();
  EXPECT_TRUE(lanes.Take(In(absl::Seconds(10))).ok());
}

TEST(HashLanesTest, ServesInTheOrderOfArrival) {
  HashLanes lanes(1);
  ASSERT_TRUE(lanes.Take(absl::InfiniteFuture()).ok());
  std::vector<int> order;  // Written by whoever holds the lane.
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    std::atomic<bool> arriving{false};
    threads.emplace_back([&, i] {
      arriving = true;
      ASSERT_TRUE(lanes.Take(absl::InfiniteFuture()).ok());
      order.push_back(i);
      lanes.Return();
    });
    while (!arriving) absl::SleepFor(absl::Milliseconds(1));
    absl::SleepFor(absl::Milliseconds(50));  // For its last step into the queue.
  }
  lanes.Return();
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(HashLanesTest, NeverHasMoreHoldersThanLanes) {
  HashLanes lanes(3);
  std::atomic<int> holders{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        // Some give up at once, some wait.
        if (!lanes.Take(i % 5 == 0 ? In(absl::Microseconds(50)) : absl::InfiniteFuture()).ok()) continue;
        const int now = ++holders;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --holders;
        lanes.Return();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lanes.Take(In(absl::Seconds(1))).ok()) << "no lane is lost";
  EXPECT_FALSE(lanes.Take(In(absl::Milliseconds(10))).ok()) << "and none is invented";
}

}  // namespace
}  // namespace hearth
