#include "server/mail/relay_rules.h"

#include "gtest/gtest.h"

namespace hearth::test {
namespace {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(bool most) : most_(most) {}
  uint32_t Uniform(uint32_t bound) override { return most_ ? bound - 1 : 0; }

 private:
  const bool most_;
};

TEST(RelayRules, ARefusedMailWaitsTwiceAsLongEachTimeUpToAQuarterOfAnHour) {
  FixedRandom most(true), least(false);
  EXPECT_EQ(RetryDelay(1, most), absl::Seconds(5));
  EXPECT_EQ(RetryDelay(1, least), absl::Seconds(2.5));
  EXPECT_EQ(RetryDelay(2, most), absl::Seconds(10));
  EXPECT_EQ(RetryDelay(5, most), absl::Seconds(80));
  for (const int attempt : {9, 20, 1'000'000}) EXPECT_EQ(RetryDelay(attempt, most), absl::Minutes(15));
  EXPECT_EQ(RetryDelay(20, least), absl::Minutes(7.5));
}

TEST(RelayRules, AServerThatIsAwayIsAskedAtLeastOnceAMinute) {
  FixedRandom most(true);
  EXPECT_EQ(ServerPause(1, most), absl::Seconds(1));
  EXPECT_EQ(ServerPause(3, most), absl::Seconds(4));
  EXPECT_EQ(ServerPause(100, most), absl::Minutes(1));
}

TEST(RelayRules, ACourierClaimsMoreWhereTheServerIsFastAndLessWhereItIsSlow) {
  EXPECT_EQ(NextBatch(kLeastBatch, kLeastBatch, absl::Milliseconds(10)), 2 * kLeastBatch);
  EXPECT_EQ(NextBatch(kMostBatch, kMostBatch, absl::Milliseconds(10)), kMostBatch);
  EXPECT_EQ(NextBatch(16, 15, absl::Milliseconds(10)), 16) << "there were no more";
  EXPECT_EQ(NextBatch(16, 16, absl::Seconds(2)), 16);
  EXPECT_EQ(NextBatch(16, 1, absl::Seconds(6)), kLeastBatch);
  EXPECT_EQ(NextBatch(kLeastBatch, kLeastBatch, absl::Minutes(1)), kLeastBatch);
}

TEST(RelayRules, AMailOutlivesAnHourOfTrouble) {
  FixedRandom least(false);
  absl::Duration total;
  for (int attempt = 1; attempt < kMostMailAttempts; ++attempt) total += RetryDelay(attempt, least);
  EXPECT_GT(total, absl::Hours(1));
}

}  // namespace
}  // namespace hearth::test
