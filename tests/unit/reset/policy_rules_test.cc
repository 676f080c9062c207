#include "server/reset/policy_rules.h"

#include <functional>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

v1::UpdateResetPolicyRequest Masked(std::initializer_list<const char*> paths) {
  v1::UpdateResetPolicyRequest request;
  for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
  return request;
}

TEST(PolicyRulesTest, TheDefaultIsWithinItsBoundsAndOff) {
  EXPECT_THAT(CheckResetPolicy(DefaultResetPolicy()), IsOk());
  EXPECT_EQ(DefaultResetPolicy().self_service(), v1::ResetPolicy::SELF_SERVICE_OFF);
  EXPECT_FALSE(DefaultResetPolicy().allow_password_by_mail());
  EXPECT_FALSE(DefaultResetPolicy().accept_from_elsewhere());
}

TEST(PolicyRulesTest, EveryFieldOfThePolicyCanBeChanged) {
  const auto* descriptor = v1::ResetPolicy::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string name = descriptor->field(i)->name();
    if (name == "name" || name == "update_time" || name == "etag") continue;
    v1::UpdateResetPolicyRequest request = Masked({name.c_str()});
    EXPECT_THAT(UpdatedResetPolicy(DefaultResetPolicy(), request), IsOk()) << name;
  }
}

TEST(PolicyRulesTest, NumbersBeyondTheirBoundsAreRefusedByName) {
  const std::vector<std::pair<std::string, std::function<void(v1::ResetPolicy&, int)>>> numbers = {
      {"required_proofs", [](auto& policy, int n) { policy.set_required_proofs(n); }},
      {"max_attempts", [](auto& policy, int n) { policy.set_max_attempts(n); }},
      {"requests.count", [](auto& policy, int n) { policy.mutable_requests()->set_count(n); }},
      {"failed_proofs.count", [](auto& policy, int n) { policy.mutable_failed_proofs()->set_count(n); }},
      {"notices.count", [](auto& policy, int n) { policy.mutable_notices()->set_count(n); }}};
  for (const auto& [name, set] : numbers) {
    for (const int n : {-1, 0, 1001, 1 << 30}) {
      v1::ResetPolicy policy = DefaultResetPolicy();
      set(policy, n);
      EXPECT_THAT(CheckResetPolicy(policy), ViolatesField("reset_policy." + name)) << n;
    }
  }
}

TEST(PolicyRulesTest, AMaskNamesWhatChangesAndTheRestStays) {
  v1::UpdateResetPolicyRequest request = Masked({"requests.count"});
  request.mutable_reset_policy()->mutable_requests()->set_count(7);
  request.mutable_reset_policy()->set_self_service(v1::ResetPolicy::SELF_SERVICE_ALL);
  const auto updated = UpdatedResetPolicy(DefaultResetPolicy(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->requests().count(), 7);
  EXPECT_EQ(updated->requests().window().seconds(), 3600);
  EXPECT_EQ(updated->self_service(), v1::ResetPolicy::SELF_SERVICE_OFF);
}

TEST(PolicyRulesTest, WithoutAMaskWhatIsSetChanges) {
  v1::UpdateResetPolicyRequest request;
  request.mutable_reset_policy()->set_self_service(v1::ResetPolicy::SELF_SERVICE_ALL);
  const auto updated = UpdatedResetPolicy(DefaultResetPolicy(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->self_service(), v1::ResetPolicy::SELF_SERVICE_ALL);
  EXPECT_EQ(updated->max_attempts(), 5);
}

TEST(PolicyRulesTest, AFieldThatTheMaskNamesAndTheRequestLeavesOutTakesItsDefault) {
  v1::ResetPolicy current = DefaultResetPolicy();
  current.set_max_attempts(2);
  current.set_accept_from_elsewhere(true);
  const auto updated = UpdatedResetPolicy(current, Masked({"max_attempts", "accept_from_elsewhere"}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->max_attempts(), 5);
  EXPECT_FALSE(updated->accept_from_elsewhere());
}

TEST(PolicyRulesTest, UnknownPathsAndContradictionsAreRefused) {
  EXPECT_THAT(UpdatedResetPolicy(DefaultResetPolicy(), Masked({"name"})), ViolatesField("update_mask"));
  EXPECT_THAT(UpdatedResetPolicy(DefaultResetPolicy(), Masked({"requests.secret"})), ViolatesField("update_mask"));
  v1::UpdateResetPolicyRequest request;
  request.mutable_reset_policy()->set_allow_other_recipients(true);
  EXPECT_THAT(UpdatedResetPolicy(DefaultResetPolicy(), request), ViolatesField("reset_policy.allow_other_recipients"));
  request.mutable_reset_policy()->clear_allow_other_recipients();
  request.mutable_reset_policy()->set_link_base_uri("https://a.example/`");
  EXPECT_THAT(UpdatedResetPolicy(DefaultResetPolicy(), request), ViolatesField("reset_policy.link_base_uri"));
}

}  // namespace
}  // namespace hearth::test
