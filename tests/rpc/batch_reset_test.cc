// Many resets in one run: what streams back, what one refusal does to the others, and a run that is asked for again.
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

constexpr char kRun[] = "0b9f6c1e-52c1-4c0b-8a58-1d8a2d3c4b5a";

class BatchResetTest : public PasswordFixture {
 protected:
  static v1::BatchResetPasswordsRequest RunOf(const std::vector<std::string>& users, const std::string& run = "") {
    v1::BatchResetPasswordsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_request_id(run);
    for (const std::string& user : users) *request.add_requests() = ResetOf("directories/forthcoffee/users/" + user);
    return request;
  }

  // Reads at most `most` responses, then cancels. Waits for the run before to be over.
  absl::Status DoRun(const v1::BatchResetPasswordsRequest& request, const Principal& caller = ForthAdmin(),
                     size_t most = SIZE_MAX) {
    absl::Status status = DoRunOnce(request, caller, most);
    while (ReasonOf(status) == v1::ERROR_REASON_RUN_IN_PROGRESS) status = DoRunOnce(request, caller, most);
    return status;
  }
  absl::Status DoRunOnce(const v1::BatchResetPasswordsRequest& request, const Principal& caller, size_t most) {
    responses_.clear();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    context.AddMetadata("authorization", "Bearer " + TokenFor(caller));
    Reset stub(Channel());
    const auto reader = stub.BatchResetPasswords(&context, request);
    v1::BatchResetPasswordsResponse response;
    while (responses_.size() < most && reader->Read(&response)) responses_.push_back(response);
    if (responses_.size() == most) context.TryCancel();
    return FromGrpc(reader->Finish());
  }

  // The reason of a refusal; "" for a reset.
  static std::string ReasonIn(const v1::BatchResetPasswordsResponse& response) {
    google::rpc::ErrorInfo info;
    for (const auto& detail : response.refusal().details()) {
      if (detail.UnpackTo(&info)) return info.reason();
    }
    return "";
  }

  std::vector<v1::BatchResetPasswordsResponse> responses_;
};

TEST_F(BatchResetTest, EveryPersonIsAnsweredInOrderAndARefusalStopsNobodyElse) {
  ASSERT_THAT(DoRun(RunOf({"user1", "visitor", "nobody", "global-administrator", "user2"})), IsOk());
  ASSERT_EQ(responses_.size(), 5u);
  std::vector<std::string> reasons;
  for (size_t i = 0; i < responses_.size(); ++i) {
    EXPECT_EQ(responses_[i].index(), static_cast<int>(i));
    reasons.push_back(ReasonIn(responses_[i]));
  }
  EXPECT_THAT(reasons, testing::ElementsAre("", "NOT_HOME_DIRECTORY", "NOT_FOUND", "OWN_ACCOUNT", ""));
  EXPECT_EQ(responses_[1].refusal().code(), static_cast<int>(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Verify(kUser1, responses_[0].reset().generated_password()), IsOk());
  EXPECT_THAT(Verify("directories/forthcoffee/users/user2", responses_[4].reset().generated_password()), IsOk());
}

TEST_F(BatchResetTest, AGivenPasswordThatCannotBeStopsNobodyElse) {
  auto request = RunOf({"user1", "user1", "user1"});
  request.mutable_requests(0)->set_given("");
  request.mutable_requests(1)->set_given(std::string(64 * 1024, 'a'));
  ASSERT_THAT(DoRun(request), IsOk());
  ASSERT_EQ(responses_.size(), 3u);
  EXPECT_EQ(ReasonIn(responses_[0]), "PASSWORD_POLICY");
  EXPECT_EQ(ReasonIn(responses_[1]), "PASSWORD_POLICY");
  EXPECT_EQ(ReasonIn(responses_[2]), "");
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(BatchResetTest, EachPersonHasAuditEventsOfTheirOwn) {
  ASSERT_THAT(DoRun(RunOf({"user1", "visitor", "user2"})), IsOk());
  const std::string actor = "forthcoffee/global-administrator", users = "directories/forthcoffee/users/";
  EXPECT_THAT(Audit(kForth), testing::UnorderedElementsAre(
                                 AuditRow{"password.reset", "allowed", "", actor, users + "user1"},
                                 AuditRow{"password.reset", "refused", "NOT_HOME_DIRECTORY", actor, users + "visitor"},
                                 AuditRow{"password.reset", "allowed", "", actor, users + "user2"}));
  EXPECT_THAT(Audit(kContoso), testing::ElementsAre(AuditRow{"password.reset", "refused", "NOT_HOME_DIRECTORY", actor,
                                                             users + "visitor"}));
}

TEST_F(BatchResetTest, NamesOfAnotherDirectoryAreRefusedOneByOneAndAsParentAtOnce) {
  auto request = RunOf({"user1"});
  *request.add_requests() = ResetOf("directories/contoso/users/user1");
  ASSERT_THAT(DoRun(request), IsOk());
  ASSERT_EQ(responses_.size(), 2u);
  EXPECT_EQ(ReasonIn(responses_[1]), "FOREIGN_DIRECTORY");
  EXPECT_EQ(VersionOf("user1", kContoso), "0");
  request.set_parent("directories/contoso");
  EXPECT_THAT(DoRun(request), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(responses_, testing::IsEmpty());
}

TEST_F(BatchResetTest, ARunThatBrokeOffIsResumed) {
  const auto request = RunOf({"user1", "user2", "contractor"}, kRun);
  EXPECT_EQ(DoRun(request, ForthAdmin(), 1).code(), absl::StatusCode::kCancelled);
  ASSERT_EQ(responses_.size(), 1u);
  const std::string first = responses_[0].reset().generated_password();

  ASSERT_THAT(DoRun(request), IsOk());
  ASSERT_EQ(responses_.size(), 3u);
  EXPECT_EQ(responses_[0].reset().generated_password(), first) << "what was done is answered as it was";
  for (const char* user : {"user1", "user2", "contractor"}) EXPECT_EQ(VersionOf(user), "1") << user;

  auto other = request;
  other.mutable_requests(0)->set_name("directories/forthcoffee/users/partner");
  ASSERT_THAT(DoRun(other), IsOk());
  EXPECT_EQ(ReasonIn(responses_[0]), "REQUEST_ID_REUSED") << "an entry that differs is another request";
}

TEST_F(BatchResetTest, WithoutTheRightNobodyIsReset) {
  EXPECT_THAT(DoRun(RunOf({"user1", "user2"}), {kForth, "user2"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(responses_, testing::IsEmpty());
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(BatchResetTest, AWrongEntryIsNamedAndNothingIsDone) {
  auto request = RunOf({"user1", "user2"});
  request.mutable_requests(1)->set_name("users/user2");
  EXPECT_THAT(DoRun(request), ViolatesField("requests[1].name"));
  EXPECT_EQ(VersionOf("user1"), "0");
  request.clear_requests();
  EXPECT_THAT(DoRun(request), ViolatesField("requests"));
}

// What a call ends with must fit into the 8 KiB of metadata that clients take by default.
TEST_F(BatchResetTest, OfThousandsOfWrongEntriesTwentyAreNamedAndTheRestCounted) {
  v1::BatchResetPasswordsRequest request;
  request.set_parent("directories/forthcoffee");
  for (int i = 0; i < 5000; ++i) request.add_requests()->set_user_principal_name("not a principal name");
  const absl::Status refused = DoRun(request);
  EXPECT_THAT(refused, ViolatesField("requests[0].user_principal_name"));
  EXPECT_THAT(refused, ViolatesField("requests[19].user_principal_name"));
  const auto violations = DetailOf<google::rpc::BadRequest>(refused).field_violations();
  ASSERT_EQ(violations.size(), 21);
  EXPECT_EQ(violations[20].field(), "");
  EXPECT_EQ(violations[20].description(), "and 4980 more");
  const std::string fields = DetailOf<google::rpc::ErrorInfo>(refused).metadata().at("fields");
  EXPECT_THAT(fields, testing::EndsWith("requests[9].user_principal_name +4990"));
  const size_t details = ToRpcStatus(refused).ByteSizeLong();
  EXPECT_LT(details * 4 / 3 + refused.message().size(), size_t{8} * 1024) << "as trailers, in base64";
  EXPECT_EQ(VersionOf("user1"), "0");
}

}  // namespace
}  // namespace hearth::test
