#include "server/reset/policy_desk.h"

#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

class PolicyDeskTest : public Fixture {
 protected:
  absl::StatusOr<v1::GetResetPolicyResponse> Get() {
    v1::GetResetPolicyRequest request;
    request.set_name("directories/forthcoffee/resetPolicy");
    return desk_.GetResetPolicy(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::UpdateResetPolicyResponse> Update(const std::string& etag = "") {
    v1::UpdateResetPolicyRequest request;
    request.mutable_reset_policy()->set_name("directories/forthcoffee/resetPolicy");
    request.mutable_reset_policy()->set_self_service(v1::ResetPolicy::SELF_SERVICE_ALL);
    request.mutable_reset_policy()->set_etag(etag);
    return desk_.UpdateResetPolicy(By(ForthAdmin(), request), request);
  }

  ResetPolicyDesk desk_{&database(), &keyring()};
};

TEST_F(PolicyDeskTest, ADirectoryThatSetNoneHasTheDefault) {
  const auto got = Get();
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->reset_policy().name(), "directories/forthcoffee/resetPolicy");
  EXPECT_EQ(got->reset_policy().self_service(), v1::ResetPolicy::SELF_SERVICE_OFF);
  EXPECT_FALSE(got->reset_policy().has_update_time());
  EXPECT_EQ(got->reset_policy().etag(), "0");
}

TEST_F(PolicyDeskTest, WhatIsSetIsReadAgainAndTheRestIsTheDefault) {
  ASSERT_THAT(Update(), IsOk());
  const auto got = Get();
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->reset_policy().self_service(), v1::ResetPolicy::SELF_SERVICE_ALL);
  EXPECT_EQ(got->reset_policy().code_lifetime().seconds(), 600);
  EXPECT_TRUE(got->reset_policy().has_update_time());
  EXPECT_EQ(got->reset_policy().etag(), "1");
  EXPECT_EQ(Audit(kForth).back().action, "reset_policy.update");
}

TEST_F(PolicyDeskTest, AnOldEtagIsRefused) {
  ASSERT_THAT(Update("0"), IsOk());
  EXPECT_THAT(Update("0"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Update("1"), IsOk());
}

TEST_F(PolicyDeskTest, TheSelectedGroupMustBeNamedAndThere) {
  v1::UpdateResetPolicyRequest request;
  v1::ResetPolicy& policy = *request.mutable_reset_policy();
  policy.set_name("directories/forthcoffee/resetPolicy");
  policy.set_self_service(v1::ResetPolicy::SELF_SERVICE_SELECTED_GROUP);
  const auto update = [&] { return desk_.UpdateResetPolicy(By(ForthAdmin(), request), request); };
  EXPECT_THAT(update(), ViolatesField("reset_policy.self_service_group"));
  policy.set_self_service_group("directories/forthcoffee/groups/nobodies");
  EXPECT_THAT(update(), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(Get()->reset_policy().self_service(), v1::ResetPolicy::SELF_SERVICE_OFF);
  policy.set_self_service_group("directories/forthcoffee/groups/baristas");
  EXPECT_THAT(update(), IsOk());
  EXPECT_EQ(Get()->reset_policy().self_service_group(), "directories/forthcoffee/groups/baristas");
}

TEST_F(PolicyDeskTest, OfTwoFirstChangesAtOnceBothHappen) {
  std::vector<absl::Status> statuses(8);
  std::vector<std::function<void()>> updates;
  for (absl::Status& status : statuses) updates.push_back([this, &status] { status = Update().status(); });
  RunTogether(updates);
  for (const absl::Status& status : statuses) EXPECT_THAT(status, IsOk());
  EXPECT_EQ(Get()->reset_policy().etag(), "8");
}

}  // namespace
}  // namespace hearth::test
