// A reset that is asked for again, and what of its secrets is left behind.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

constexpr char kId[] = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10";

class ResetAgainTest : public PasswordFixture {
 protected:
  static v1::ResetPasswordRequest WithId(const std::string& name = kUser1) {
    auto request = ResetOf(name);
    request.set_request_id(kId);
    return request;
  }

  // All that a copy of the database would show.
  std::string WholeDatabase() {
    std::string all;
    for (const auto& table :
         Sql("SELECT relname FROM pg_class WHERE relnamespace = 'hearth'::regnamespace AND relkind = 'r'")) {
      all += Sql(absl::StrCat("SELECT coalesce(string_agg(t::text, '|'), '') FROM hearth.", table[0], " t"))[0][0];
    }
    return absl::AsciiStrToLower(all);
  }
};

TEST_F(ResetAgainTest, TheSameRequestGetsTheSameAnswerAndHasOneEffect) {
  ASSERT_THAT(DoReset(WithId()), IsOk());
  const std::string first = response_.SerializeAsString();
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(DoReset(WithId()), IsOk());
    EXPECT_EQ(response_.SerializeAsString(), first) << "the generated password too";
  }
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Audit(kForth), testing::SizeIs(1));
  EXPECT_THAT(Verify(kUser1, response_.generated_password()), IsOk());
}

TEST_F(ResetAgainTest, TheSameIdWithAnotherRequestIsRefused) {
  ASSERT_THAT(DoReset(WithId()), IsOk());
  const std::string password = response_.generated_password();
  std::vector<v1::ResetPasswordRequest> others(4, WithId());
  others[0].set_name("directories/forthcoffee/users/user2");
  others[1].set_given("a password that is given");
  others[2].set_require_change_at_next_sign_in(true);
  others[3].set_user_principal_name("user1@forthcoffee.com");
  for (const auto& other : others) {
    const absl::Status status = DoReset(other);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED)) << other.ShortDebugString();
  }
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_EQ(VersionOf("user2"), "0");
  EXPECT_THAT(Verify(kUser1, password), IsOk());
}

TEST_F(ResetAgainTest, TheSameRequestAtOnceHasOneEffectAndOneAnswer) {
  constexpr int kCallers = 8;
  std::vector<v1::ResetPasswordResponse> responses(kCallers);
  std::vector<absl::Status> statuses(kCallers);
  Channel();
  std::vector<std::function<void()>> calls;
  for (int i = 0; i < kCallers; ++i) {
    calls.emplace_back([&, i] { statuses[i] = Call(ForthAdmin(), &Reset::ResetPassword, WithId(), &responses[i]); });
  }
  RunTogether(calls);
  std::set<std::string> passwords;
  for (int i = 0; i < kCallers; ++i) {
    EXPECT_THAT(statuses[i], IsOk());
    passwords.insert(responses[i].SerializeAsString());
  }
  EXPECT_EQ(passwords.size(), 1u);
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Audit(kForth), testing::SizeIs(1));
  EXPECT_THAT(Verify(kUser1, responses[0].generated_password()), IsOk());
}

TEST_F(ResetAgainTest, ResetsOfOnePersonAtOnceAllCountOrSayConflict) {
  constexpr int kCallers = 6;
  std::vector<v1::ResetPasswordResponse> responses(kCallers);
  std::vector<absl::Status> statuses(kCallers);
  Channel();
  std::vector<std::function<void()>> calls;
  for (int i = 0; i < kCallers; ++i) {
    calls.emplace_back(
        [&, i] { statuses[i] = Call(ForthAdmin(), &Reset::ResetPassword, ResetOf(kUser1), &responses[i]); });
  }
  RunTogether(calls);
  int done = 0;
  std::string last;
  for (int i = 0; i < kCallers; ++i) {
    if (!statuses[i].ok()) {
      EXPECT_THAT(statuses[i], HasReason(v1::ERROR_REASON_CONFLICT));
      continue;
    }
    ++done;
    if (absl::StrCat(responses[i].credential_version()) == VersionOf("user1")) last = responses[i].generated_password();
  }
  EXPECT_GE(done, 1);
  EXPECT_EQ(VersionOf("user1"), absl::StrCat(done));
  EXPECT_THAT(Verify(kUser1, last), IsOk()) << "the password of the highest version is the one that counts";
}

TEST_F(ResetAgainTest, AnotherCallersSameIdIsAnotherAttempt) {
  ASSERT_THAT(DoReset(WithId()), IsOk());
  const std::string first = response_.generated_password();
  ASSERT_THAT(DoReset(WithId(), Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)), IsOk());
  EXPECT_NE(response_.generated_password(), first) << "the first caller's secret is for nobody else";
  EXPECT_EQ(VersionOf("user1"), "2");
  ASSERT_THAT(DoReset(WithId("directories/contoso/users/user1"), ContosoAdmin()), IsOk())
      << "in another directory as well";
  EXPECT_EQ(VersionOf("user1", kContoso), "1");
}

TEST_F(ResetAgainTest, WhoLostTheRoleIsNotToldTheAnswerAgain) {
  const Principal helpdesk = Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR);
  ASSERT_THAT(DoReset(WithId(), helpdesk), IsOk());
  Unassign(kForth, helpdesk.subject, v1::ROLE_HELPDESK_ADMINISTRATOR);
  EXPECT_THAT(DoReset(WithId(), helpdesk),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.perform"));
  EXPECT_EQ(response_.generated_password(), "");
}

TEST_F(ResetAgainTest, ARefusalIsNoAnswerThatStays) {
  const Principal helpdesk = Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR);
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(DoReset(WithId(), helpdesk), HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.idempotency")[0][0], "0");
  Unassign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(DoReset(WithId(), helpdesk), IsOk());
}

TEST_F(ResetAgainTest, AnAnswerSurvivesARestartOfTheServer) {
  ASSERT_THAT(DoReset(WithId()), IsOk());
  const std::string first = response_.SerializeAsString();
  Stop();
  Start();
  ASSERT_THAT(DoReset(WithId()), IsOk());
  EXPECT_EQ(response_.SerializeAsString(), first);
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(ResetAgainTest, NoSecretIsLeftInTheDatabaseOrTheLog) {
  StartLog(LogLevel::kDebug);
  testing::internal::CaptureStdout();
  ASSERT_THAT(DoReset(WithId()), IsOk());
  const std::string generated = response_.generated_password();
  ASSERT_THAT(DoReset(WithId()), IsOk());
  auto given = ResetOf("directories/forthcoffee/users/user2");
  given.set_given("a password that is given");
  ASSERT_THAT(DoReset(given), IsOk());
  ASSERT_THAT(Verify(kUser1, generated), IsOk());
  ASSERT_THAT(Verify(kUser1, "a wrong password here"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  ASSERT_THAT(Change(kUser1, generated, "a password of my own"), IsOk());
  given.set_given("short, secret");
  ASSERT_THAT(DoReset(given), HasReason(v1::ERROR_REASON_PASSWORD_POLICY));
  const std::string token = TokenFor(ForthAdmin());
  FlushLog();
  const std::string log = absl::AsciiStrToLower(testing::internal::GetCapturedStdout());
  const std::string database = WholeDatabase();
  EXPECT_NE(log.find("resetpasswordservice/resetpassword"), std::string::npos) << "the log was captured";
  EXPECT_NE(database.find("password.reset"), std::string::npos) << "the database was read";
  const std::string signature = absl::AsciiStrToLower(token.substr(token.rfind('.') + 1));
  for (const std::string& secret :
       {generated, std::string(kId), std::string("a password that is given"), std::string("a wrong password here"),
        std::string("a password of my own"), std::string("short, secret"), signature}) {
    EXPECT_EQ(database.find(secret), std::string::npos) << secret;
    EXPECT_EQ(database.find(absl::BytesToHexString(secret)), std::string::npos) << secret << " as bytes";
    EXPECT_EQ(log.find(secret), std::string::npos) << secret;
  }
}

}  // namespace
}  // namespace hearth::test
