#include "server/reset/limit_rules.h"

#include "gmock/gmock.h"
#include "server/reset/policy_rules.h"

namespace hearth {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class LimitRulesTest : public testing::Test {
 protected:
  LimitRulesTest() {
    limit_.set_count(3);
    limit_.mutable_window()->set_seconds(3600);
    limit_.mutable_block()->set_seconds(7200);
  }
  LimitVerdict At(absl::Duration after) { return CountOne(limit_, kStart + after, count_); }

  v1::ResetPolicy::Limit limit_;
  LimitCount count_;
};

TEST_F(LimitRulesTest, SoManyAsTheCountSaysAreAllowedInAWindow) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(At(absl::Minutes(i)), LimitVerdict::kAllowed);
  EXPECT_EQ(At(absl::Minutes(3)), LimitVerdict::kBlocks);
  EXPECT_EQ(At(absl::Minutes(4)), LimitVerdict::kBlocked);
}

TEST_F(LimitRulesTest, AWindowEndsAtItsLengthAndNotBefore) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(At(absl::ZeroDuration()), LimitVerdict::kAllowed);
  LimitCount before = count_, at = count_;
  EXPECT_EQ(CountOne(limit_, kStart + absl::Seconds(3600) - absl::Microseconds(1), before), LimitVerdict::kBlocks);
  EXPECT_EQ(CountOne(limit_, kStart + absl::Seconds(3600), at), LimitVerdict::kAllowed);
  EXPECT_EQ(at.count, 1);
}

TEST_F(LimitRulesTest, ABlockOutlastsItsWindowAndIsNotProlongedByTrying) {
  for (int i = 0; i < 4; ++i) At(absl::ZeroDuration());
  EXPECT_EQ(At(absl::Hours(1)), LimitVerdict::kBlocked);
  EXPECT_EQ(At(absl::Hours(2) - absl::Microseconds(1)), LimitVerdict::kBlocked);
  EXPECT_EQ(At(absl::Hours(2)), LimitVerdict::kAllowed) << "and a new window begins";
  EXPECT_EQ(count_.count, 1);
  EXPECT_EQ(At(absl::Hours(2)), LimitVerdict::kAllowed);
}

TEST_F(LimitRulesTest, EachKindHasItsLimitOfThePolicy) {
  const v1::ResetPolicy& policy = DefaultResetPolicy();
  EXPECT_EQ(&LimitOf(policy, v1::RESET_LIMIT_KIND_REQUESTS), &policy.requests());
  EXPECT_EQ(&LimitOf(policy, v1::RESET_LIMIT_KIND_FAILED_PROOFS), &policy.failed_proofs());
  EXPECT_EQ(&LimitOf(policy, v1::RESET_LIMIT_KIND_NOTICES), &policy.notices());
}

}  // namespace
}  // namespace hearth
