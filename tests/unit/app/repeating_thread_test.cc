#include "server/app/repeating_thread.h"

#include <atomic>
#include <stdexcept>

#include "absl/status/status.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"

namespace hearth {
namespace {

// Longer than any test waits: whoever paused would be noticed.
constexpr absl::Duration kNever = absl::Hours(1);

TEST(RepeatingThreadTest, WhileThereIsWorkItDoesNotPauseAndThenItDoes) {
  std::atomic<int> calls = 0;
  absl::Notification found_nothing;
  {
    RepeatingThread thread({kNever, kNever}, "failed", [&]() -> absl::StatusOr<int64_t> {
      if (++calls < 5) return 1;
      found_nothing.Notify();  // Fails the program when it comes here twice.
      return 0;
    });
    found_nothing.WaitForNotification();
  }  // And whoever ends it does not wait for the pause.
  EXPECT_EQ(calls, 5);
}

TEST(RepeatingThreadTest, WhereItRestsOthersHaveTheirPartOfTheTime) {
  constexpr absl::Duration kWork = absl::Milliseconds(10);
  std::atomic<int> calls = 0;
  const absl::Time began = absl::Now();
  {
    RepeatingThread thread({kNever, kNever, 3}, "failed", [&]() -> absl::StatusOr<int64_t> {
      ++calls;
      absl::SleepFor(kWork);
      return 1;
    });
    absl::SleepFor(20 * kWork);
  }
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, (absl::Now() - began) / (4 * kWork) + 1);
}

TEST(RepeatingThreadTest, OnceStoppedItEndsWithTheWorkAtHand) {
  absl::Notification begun, stopped;
  std::atomic<int> calls = 0;
  {
    RepeatingThread thread({kNever, kNever}, "failed", [&]() -> absl::StatusOr<int64_t> {
      if (++calls == 1) begun.Notify();
      stopped.WaitForNotification();
      return 1;
    });
    begun.WaitForNotification();
    thread.Stop();
    stopped.Notify();
    absl::SleepFor(absl::Milliseconds(20));
    EXPECT_EQ(calls, 1);
  }
}

TEST(RepeatingThreadTest, AFailureIsFollowedByItsOwnPauseAndByWorkAgain) {
  absl::BlockingCounter calls(3);
  std::atomic<int> made = 0;
  {
    RepeatingThread thread({kNever, absl::Milliseconds(1)}, "failed", [&]() -> absl::StatusOr<int64_t> {
      const int number = ++made;
      if (number <= 3) calls.DecrementCount();
      if (number < 3) return absl::UnavailableError("away");
      return 0;
    });
    calls.Wait();
  }
  EXPECT_EQ(made, 3);
}

TEST(RepeatingThreadTest, AnExceptionIsAFailureAndNotTheEnd) {
  absl::BlockingCounter calls(2);
  std::atomic<int> made = 0;
  {
    RepeatingThread thread({kNever, absl::Milliseconds(1)}, "failed", [&]() -> absl::StatusOr<int64_t> {
      const int number = ++made;
      if (number <= 2) calls.DecrementCount();
      if (number < 2) throw std::runtime_error("a library failed");
      return 0;
    });
    calls.Wait();
  }
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace hearth
