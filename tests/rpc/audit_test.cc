// What the server exports is proved by the client library, which shares no code with it: and whatever is changed in between is found.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "hearth/client/audit_log.h"
#include "hearth/v1/audit_service.grpc.pb.h"
#include "hearth/v1/guest_user_service.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using Audits = v1::AuditService::Stub;
using testing::HasSubstr;

class AuditTest : public ServerFixture {
 protected:
  AuditTest() {
    Start();
    // Things that are done, refused, and odd to read.
    for (int i = 0; i < 4; ++i) Reset("user1@forthcoffee.com");
    Reset("visitor@nowhere.example");
    Reset("user2@contoso.com");
    AwaitSealed(6);
  }

  void Reset(const std::string& name) {
    v1::ResetPasswordRequest request;
    request.set_user_principal_name(name);
    v1::ResetPasswordResponse response;
    Call(ForthAdmin(), &hearth::test::Reset::ResetPassword, request, &response).IgnoreError();
  }
  v1::GetAuditCheckpointResponse Checkpoint(int64_t kept_size = 0) {
    v1::GetAuditCheckpointRequest request;
    request.set_name("directories/forthcoffee");
    request.set_kept_size(kept_size);
    v1::GetAuditCheckpointResponse response;
    Call(ForthAdmin(), &Audits::GetAuditCheckpoint, request, &response).IgnoreError();
    return response;
  }
  void AwaitSealed(int64_t size) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (Checkpoint().checkpoint().size() < size && absl::Now() < until) absl::SleepFor(absl::Milliseconds(20));
    ASSERT_GE(Checkpoint().checkpoint().size(), size);
  }
  std::vector<v1::AuditEvent> Rows() {
    std::vector<v1::AuditEvent> rows;
    v1::ListAuditEventsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_page_size(2);
    request.set_show_removed(true);
    do {
      v1::ListAuditEventsResponse page;
      EXPECT_THAT(Call(ForthAdmin(), &Audits::ListAuditEvents, request, &page), IsOk());
      rows.insert(rows.end(), page.audit_events().begin(), page.audit_events().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return rows;
  }
  // What the client library says of these rows.
  absl::Status Verify(const std::vector<v1::AuditEvent>& rows,
                      const std::vector<v1::GetAuditCheckpointResponse>& kept) {
    std::map<std::string, std::string> keys;
    for (const auto& one : kept) keys[one.checkpoint().key_id()] = one.public_key();
    client::AuditLogVerifier verifier(keys, absl::Now());
    for (const auto& one : kept) {
      if (absl::Status status = verifier.AddCheckpoint(one.checkpoint()); !status.ok()) return status;
    }
    for (const v1::AuditEvent& row : rows) {
      if (absl::Status status = verifier.AddRow(row); !status.ok()) return status;
    }
    absl::Status end = verifier.Finish();
    EXPECT_EQ(verifier.proved() > 0, end.ok());
    return end;
  }
};

TEST_F(AuditTest, WhatIsExportedIsProved) {
  const auto kept = Checkpoint();
  const auto rows = Rows();
  ASSERT_GE(rows.size(), 6u);
  EXPECT_THAT(Verify(rows, {kept}), IsOk());
  Reset("user1@forthcoffee.com");
  AwaitSealed(kept.checkpoint().size() + 1);
  const auto newest = Checkpoint(kept.checkpoint().size());
  EXPECT_THAT(Verify(Rows(), {kept, newest}), IsOk());
  EXPECT_THAT(client::VerifyConsistency(kept.checkpoint(), newest.checkpoint(), newest.consistency()), IsOk());
}

TEST_F(AuditTest, EveryChangeOfARowIsFoundAndTheRowIsNamed) {
  const auto kept = Checkpoint();
  const auto rows = Rows();
  const std::vector<std::function<void(v1::AuditEvent&)>> changes = {
      [](auto& row) { row.mutable_create_time()->set_seconds(row.create_time().seconds() - 1); },
      [](auto& row) { row.set_action("user.delete"); },
      [](auto& row) { row.set_verdict(v1::AUDIT_VERDICT_FAILED); },
      [](auto& row) { row.set_reason("CONFLICT"); },
      [](auto& row) { row.set_actor_directory("contoso"); },
      [](auto& row) { row.set_actor_kind("service"); },
      [](auto& row) { row.set_rpc("x"); },
      [](auto& row) { row.set_through_service("x"); },
      [](auto& row) { row.set_trace_id("x"); },
      [](auto& row) { row.set_name("directories/forthcoffee/auditEvents/6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10"); },
      [](auto& row) { row.mutable_personal()->set_actor("x"); },
      [](auto& row) { row.mutable_personal()->set_target("x"); },
      [](auto& row) { row.mutable_personal()->set_target_principal_name("x@forthcoffee.com"); },
      [](auto& row) { row.mutable_personal()->set_peer("x"); },
      [](auto& row) { row.set_sequence(17); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    auto changed = rows;
    changes[i](changed[3]);
    const absl::Status status = Verify(changed, {kept});
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << i << " " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(i + 1 == changes.size() ? "row 3, which is missing" : "Row 3"))
        << i;
  }
}

TEST_F(AuditTest, RowsThatAreMissingSwappedOrRewrittenWithTheirLeavesAreFound) {
  const auto kept = Checkpoint();
  const auto rows = Rows();
  auto missing = rows;
  missing.erase(missing.begin() + 2);
  EXPECT_THAT(std::string(Verify(missing, {kept}).message()), HasSubstr("row 2, which is missing"));
  auto swapped = rows;
  std::swap(swapped[1], swapped[2]);
  swapped[1].set_sequence(1), swapped[2].set_sequence(2);
  EXPECT_EQ(Verify(swapped, {kept}).code(), absl::StatusCode::kDataLoss);
  auto rewritten = rows;  // As if the policy had removed the row.
  rewritten[1].clear_create_time(), rewritten[1].clear_personal();
  rewritten[1].set_leaf_hash(std::string(64, '0'));
  EXPECT_EQ(Verify(rewritten, {kept}).code(), absl::StatusCode::kDataLoss);
  auto cut = rows;  // Reading adds rows that the kept head knows nothing of.
  cut.resize(static_cast<size_t>(kept.checkpoint().size()) - 1);
  EXPECT_EQ(Verify(cut, {kept}).code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditTest, WhatIsErasedOfPersonsBeforeItsTimeIsFound) {
  const auto kept = Checkpoint();
  auto rows = Rows();
  rows[1].clear_personal();
  const absl::Status found = Verify(rows, {kept});
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(found.message()), HasSubstr("What Row 1 ("));
}

TEST_F(AuditTest, ForgedCheckpointsAreRefused) {
  const auto kept = Checkpoint();
  const std::map<std::string, std::string> keys = {{kept.checkpoint().key_id(), kept.public_key()}};
  EXPECT_THAT(client::VerifyCheckpoint(kept.checkpoint(), keys), IsOk());
  for (const auto& change : std::vector<std::function<void(v1::AuditCheckpoint&)>>{
           [](auto& head) { head.set_size(head.size() + 1); },
           [](auto& head) { head.set_directory("directories/contoso"); },
           [](auto& head) { head.set_root_hash(std::string(64, '0')); },
           [](auto& head) { head.mutable_seal_time()->set_seconds(1); }, [](auto& head) { head.set_key_id("other"); },
           [](auto& head) { head.set_signature(std::string(128, '0')); }}) {
    v1::AuditCheckpoint forged = kept.checkpoint();
    change(forged);
    EXPECT_EQ(client::VerifyCheckpoint(forged, keys).code(), absl::StatusCode::kDataLoss) << forged.ShortDebugString();
  }
  EXPECT_EQ(client::VerifyCheckpoint(v1::AuditCheckpoint(), keys).code(), absl::StatusCode::kInvalidArgument);
}

// A list that is refused is in the audit like anything else that is.
TEST_F(AuditTest, NoRowHasAPasswordWhateverBecameOfTheCall) {
  std::vector<std::string> secrets = {"Marzipan-Lighthouse-9203",
                                      "abc-92"};  // One that is accepted, and one that is not.
  v1::ResetPasswordRequest request;
  v1::ResetPasswordResponse response;
  for (const std::string& given : secrets) {
    request.set_user_principal_name("user1@forthcoffee.com");
    request.set_given(given);
    Call(ForthAdmin(), &hearth::test::Reset::ResetPassword, request, &response).IgnoreError();
  }
  EXPECT_EQ(Audit(kForth).back().verdict, "refused");
  request.Clear();
  request.set_user_principal_name("user1@forthcoffee.com");
  ASSERT_THAT(Call(ForthAdmin(), &hearth::test::Reset::ResetPassword, request, &response), IsOk());
  ASSERT_NE(response.generated_password(), "");
  secrets.push_back(response.generated_password());
  for (const std::string& secret : secrets) {
    for (const char* table : {"audit_events", "audit_personal"}) {
      EXPECT_EQ(Sql(absl::StrCat("SELECT count(*) FROM hearth.", table, " t WHERE strpos(t::text, $s$", secret,
                                 "$s$) > 0"))[0][0],
                "0")
          << table;
    }
  }
}

TEST_F(AuditTest, WhoMayNotReadTheAuditIsSeenTrying) {
  v1::ListAuditEventsRequest request;
  request.set_parent("directories/forthcoffee");
  v1::ListAuditEventsResponse response;
  EXPECT_THAT(Call({kForth, "user1"}, &Audits::ListAuditEvents, request, &response),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Audit(kForth), testing::Contains(AuditRow{"audit.list", "refused", "PERMISSION_MISSING",
                                                        "forthcoffee/user1", "directories/forthcoffee"}));
}

// Who tries the door of a read is seen; what a read answers is nobody's news.
TEST_F(AuditTest, OfReadsTheRefusalsOfAuthorityAreThereAndNothingElse) {
  const size_t before = Audit(kForth).size();
  const auto look_at = [this](const Principal& caller, const std::string& name) {
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name(name);
    return Call(caller, &Directories::GetUser, request, &response);
  };
  EXPECT_THAT(look_at(ForthAdmin(), "directories/forthcoffee/users/user1"), IsOk());
  EXPECT_THAT(look_at(ForthAdmin(), "directories/forthcoffee/users/nobody"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(look_at(ForthAdmin(), "directories/forthcoffee/users/"), HasReason(v1::ERROR_REASON_INVALID_FIELDS));
  v1::ResolveHomeDirectoryRequest resolve;
  v1::ResolveHomeDirectoryResponse resolved;
  resolve.set_user_principal_name("somebody@nowhere.example");
  EXPECT_THAT(Call(ForthAdmin(), &Guest::ResolveHomeDirectory, resolve, &resolved),
              HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  EXPECT_EQ(Audit(kForth).size(), before);

  EXPECT_THAT(look_at({kForth, "user1"}, "directories/forthcoffee/users/user2"),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  v1::CheckResetPasswordRequest check;
  v1::CheckResetPasswordResponse checked;
  check.set_name("directories/contoso/users/user2");
  EXPECT_THAT(Call(ForthAdmin(), &Reset::CheckResetPassword, check, &checked),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  const AuditRow foreign{"password.check_reset", "refused", "FOREIGN_DIRECTORY", "forthcoffee/global-administrator",
                         "directories/contoso/users/user2"};
  ASSERT_EQ(Audit(kForth).size(), before + 2);
  EXPECT_THAT(Audit(kForth),
              testing::IsSupersetOf({AuditRow{"user.get", "refused", "PERMISSION_MISSING", "forthcoffee/user1",
                                              "directories/forthcoffee/users/user2"},
                                     foreign}));
  EXPECT_THAT(Audit(kContoso), testing::Contains(foreign));
}

TEST_F(AuditTest, HeadsGoToTheFile) {
  Stop();
  config.audit_heads = testing::TempDir() + "audit_test_heads_" + std::to_string(getpid());
  Start();
  const int64_t size = Checkpoint().checkpoint().size();
  Reset("user1@forthcoffee.com");
  AwaitSealed(size + 1);
  Stop();
  std::ifstream file(config.audit_heads);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_THAT(line, HasSubstr("\"directory\":\"directories/forthcoffee\""));
  std::remove(config.audit_heads.c_str());
}

}  // namespace
}  // namespace hearth::test
