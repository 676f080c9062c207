#include "server/credential/sign_in_rules.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hearth {
namespace {

using test::ViolatesField;

constexpr absl::Time kNever = absl::InfinitePast();
const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

class SignInRulesTest : public testing::Test {
 protected:
  // Tries another password than ever before.
  absl::Time Try(bool familiar = false) { return TryPassword(absl::StrCat("password ", ++passwords_), familiar); }
  absl::Time TryPassword(const std::string& password, bool familiar = false) {
    return CountTry(rules_, now_, familiar, password, counts_);
  }
  void TryOften(int times, bool familiar = false) {
    for (int i = 0; i < times; ++i) ASSERT_EQ(Try(familiar), kNever) << i;
  }

  SignInRules rules_;
  SignInCounts counts_;
  absl::Time now_ = kStart;
  int passwords_ = 0;
};

TEST_F(SignInRulesTest, TenWrongPasswordsLockForAMinute) {
  TryOften(10);
  EXPECT_EQ(Try(), now_ + absl::Minutes(1));
  EXPECT_EQ(counts_.unfamiliar.failures, 10) << "tries while locked do not count";
  now_ += absl::Minutes(1) - absl::Microseconds(1);
  EXPECT_NE(Try(), kNever);
  now_ += absl::Microseconds(1);
  EXPECT_EQ(Try(), kNever);
}

TEST_F(SignInRulesTest, EachFurtherOneLocksForTwiceAsLongUpToTheCap) {
  TryOften(10);
  const std::vector<int> minutes = {1, 2, 4, 8, 16, 32, 60, 60, 60};
  for (size_t i = 0; i < minutes.size(); ++i) {
    EXPECT_EQ(counts_.unfamiliar.locked_until, now_ + absl::Minutes(minutes[i])) << i;
    now_ = counts_.unfamiliar.locked_until;
    ASSERT_EQ(Try(), kNever);
  }
  counts_.unfamiliar.lockouts = 1'000'000;
  now_ = counts_.unfamiliar.locked_until;
  ASSERT_EQ(Try(), kNever);
  EXPECT_EQ(counts_.unfamiliar.locked_until, now_ + absl::Hours(1)) << "and it does not overflow";
}

TEST_F(SignInRulesTest, TheLastThreeWrongPasswordsDoNotCountAgain) {
  for (int round = 0; round < 50; ++round) {
    for (const char* password : {"a", "b", "c"}) ASSERT_EQ(TryPassword(password), kNever);
  }
  EXPECT_EQ(counts_.unfamiliar.failures, 3);
  ASSERT_EQ(TryPassword("d"), kNever);
  ASSERT_EQ(TryPassword("a"), kNever);
  EXPECT_EQ(counts_.unfamiliar.failures, 5) << "a is no longer among the last three";
  EXPECT_EQ(counts_.tried.size(), 3u);
}

TEST_F(SignInRulesTest, FamiliarSourcesAreCountedApart) {
  TryOften(10);
  ASSERT_NE(Try(), kNever);
  EXPECT_EQ(Try(/*familiar=*/true), kNever) << "strangers do not lock the person out";
  EXPECT_EQ(counts_.familiar.failures, 1);
  TryOften(9, /*familiar=*/true);
  EXPECT_NE(Try(/*familiar=*/true), kNever) << "but the person's own devices have a budget too";
}

TEST_F(SignInRulesTest, ASuccessEndsTheRowAndClearsItsOwnKind) {
  TryOften(10);
  TryOften(3, /*familiar=*/true);
  EXPECT_EQ(counts_.consecutive_failures, 13);
  CountSuccess(/*familiar=*/true, counts_);
  EXPECT_EQ(counts_.consecutive_failures, 0);
  EXPECT_EQ(counts_.familiar.failures, 0);
  EXPECT_TRUE(counts_.tried.empty());
  EXPECT_NE(Try(), kNever) << "the strangers stay locked";
}

// NIST SP 800-63B-4, 3.2.2.
TEST_F(SignInRulesTest, AfterAHundredInARowNoPasswordIsTriedAtAll) {
  int tried = 0;
  while (tried < 1000 && counts_.consecutive_failures < 100) {
    const absl::Time until = Try(tried % 3 == 0);
    if (until == kNever) ++tried;
    now_ += absl::Hours(1);
  }
  EXPECT_EQ(tried, 100);
  now_ += absl::Hours(24 * 3650);
  EXPECT_EQ(Try(), absl::InfiniteFuture());
  EXPECT_EQ(Try(/*familiar=*/true), absl::InfiniteFuture());
}

v1::UpdateSignInPolicyRequest Wanted(int threshold) {
  v1::UpdateSignInPolicyRequest request;
  request.mutable_sign_in_policy()->set_lockout_threshold(threshold);
  return request;
}

TEST_F(SignInRulesTest, AnUpdateChangesWhatItNamesWithinTheBounds) {
  EXPECT_EQ(UpdatedSignInRules(rules_, Wanted(3))->lockout_threshold, 3);
  EXPECT_EQ(UpdatedSignInRules(rules_, Wanted(50))->lockout_threshold, 50);
  for (const int wrong : {-1, 1, 2, 51}) {
    EXPECT_THAT(UpdatedSignInRules(rules_, Wanted(wrong)).status(), ViolatesField("sign_in_policy.lockout_threshold"));
  }
  v1::UpdateSignInPolicyRequest request;
  request.mutable_update_mask()->add_paths("lockout_threshold");
  rules_.lockout_threshold = 5;
  EXPECT_EQ(UpdatedSignInRules(rules_, request)->lockout_threshold, 10) << "named and left out: the default";
  request = {};
  request.mutable_sign_in_policy()->mutable_lockout_duration()->set_seconds(3600);
  request.mutable_sign_in_policy()->mutable_max_lockout_duration()->set_seconds(3599);
  EXPECT_THAT(UpdatedSignInRules(rules_, request).status(), ViolatesField("sign_in_policy.max_lockout_duration"));
  request = {};
  request.mutable_update_mask()->add_paths("name");
  EXPECT_THAT(UpdatedSignInRules(rules_, request).status(), ViolatesField("update_mask"));
}

}  // namespace
}  // namespace hearth
