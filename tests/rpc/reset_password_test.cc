// ResetPassword, as its caller and the person see it. What repeats with a request_id is in reset_again_test.
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/credential/password_generator.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using google::protobuf::util::TimeUtil;

using ResetPasswordTest = PasswordFixture;

TEST_F(ResetPasswordTest, AGeneratedPasswordIsShownToTheCallerAndVerifies) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  EXPECT_EQ(response_.name(), kUser1);
  EXPECT_TRUE(response_.change_required_at_next_sign_in());
  EXPECT_EQ(response_.credential_version(), 1);
  const std::string password = response_.generated_password();
  EXPECT_EQ(password.size(), 23u);
  EXPECT_EQ(password.find_first_not_of(std::string(kPasswordAlphabet) + "-"), std::string::npos) << password;
  ASSERT_THAT(Verify(kUser1, password), IsOk());
  EXPECT_TRUE(verified_.change_required());
  EXPECT_EQ(verified_.name(), kUser1);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(verified_.expire_time()),
            TimeUtil::TimestampToMicroseconds(response_.expire_time()));
}

TEST_F(ResetPasswordTest, GeneratedPasswordsDiffer) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  const std::string first = response_.generated_password();
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  EXPECT_NE(response_.generated_password(), first);
  EXPECT_EQ(response_.credential_version(), 2);
  EXPECT_THAT(Verify(kUser1, first), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << "the old one is dead";
  EXPECT_THAT(Verify(kUser1, response_.generated_password()), IsOk());
}

TEST_F(ResetPasswordTest, AGivenPasswordIsNotRepeatedInTheAnswer) {
  auto request = ResetOf(kUser1);
  request.set_given("a password that I chose");
  ASSERT_THAT(DoReset(request), IsOk());
  EXPECT_EQ(response_.generated_password(), "");
  EXPECT_TRUE(response_.change_required_at_next_sign_in());
  EXPECT_EQ(response_.SerializeAsString().find("that I chose"), std::string::npos);
  EXPECT_THAT(Verify(kUser1, "a password that I chose"), IsOk());
  EXPECT_THAT(Verify(kUser1, "A password that I chose"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(ResetPasswordTest, APersonIsFoundByPrincipalNameInAnyCase) {
  v1::ResetPasswordRequest request;
  request.set_user_principal_name("USER1@ForthCoffee.COM");
  ASSERT_THAT(DoReset(request), IsOk());
  EXPECT_EQ(response_.name(), kUser1);
}

TEST_F(ResetPasswordTest, ATemporaryPasswordLivesADayOrAsLongAsAskedOnTheDatabasesClock) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  const std::string life =
      "SELECT extract(epoch FROM expire_time - change_time)::int, hearth.micros(expire_time) FROM hearth.credentials";
  EXPECT_EQ(Sql(life)[0][0], "86400");
  EXPECT_EQ(Sql(life)[0][1], absl::StrCat(TimeUtil::TimestampToMicroseconds(response_.expire_time())));
  auto request = ResetOf(kUser1);
  request.mutable_temporary_password_lifetime()->set_seconds(600);
  ASSERT_THAT(DoReset(request), IsOk());
  EXPECT_EQ(Sql(life)[0][0], "600");
}

TEST_F(ResetPasswordTest, ATemporaryPasswordIsDeadWhenItsTimeIsOver) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  Sql("UPDATE hearth.credentials SET expire_time = now() - interval '1 millisecond'");
  EXPECT_THAT(Verify(kUser1, response_.generated_password()), HasReason(v1::ERROR_REASON_TEMPORARY_PASSWORD_EXPIRED));
  EXPECT_THAT(Verify(kUser1, "some other password"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  v1::ChangePasswordRequest change;
  v1::ChangePasswordResponse changed;
  change.set_name(kUser1);
  change.set_current_password(response_.generated_password());
  change.set_new_password("a password of my own");
  EXPECT_THAT(Call(kBackend, &Passwords::ChangePassword, change, &changed),
              HasReason(v1::ERROR_REASON_TEMPORARY_PASSWORD_EXPIRED));
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(ResetPasswordTest, APasswordThatNeedNotBeChangedStays) {
  auto request = ResetOf(kUser1);
  request.set_require_change_at_next_sign_in(false);
  ASSERT_THAT(DoReset(request), IsOk());
  EXPECT_FALSE(response_.change_required_at_next_sign_in());
  EXPECT_FALSE(response_.has_expire_time());
  ASSERT_THAT(Verify(kUser1, response_.generated_password()), IsOk());
  EXPECT_FALSE(verified_.change_required());
  EXPECT_FALSE(verified_.has_expire_time());
}

TEST_F(ResetPasswordTest, ALifetimeForAPasswordThatStaysIsRefused) {
  auto request = ResetOf(kUser1);
  request.set_require_change_at_next_sign_in(false);
  request.mutable_temporary_password_lifetime()->set_seconds(3600);
  EXPECT_THAT(DoReset(request), ViolatesField("temporary_password_lifetime"));
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(ResetPasswordTest, SessionsAreCutAndTheAnswerSaysSinceWhen) {
  Sql("UPDATE hearth.users SET sessions_valid_after = now() - interval '1 day'");
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  const auto epochs =
      Sql("SELECT user_id, hearth.micros(sessions_valid_after), sessions_valid_after > now() - interval '1 minute'"
          " FROM hearth.users WHERE directory_id = 'forthcoffee'");
  for (const auto& row : epochs) {
    EXPECT_EQ(row[2], row[0] == "user1" ? "t" : "f") << row[0];
    if (row[0] == "user1") {
      EXPECT_EQ(row[1], absl::StrCat(TimeUtil::TimestampToMicroseconds(response_.sessions_valid_after_time())));
    }
  }
  v1::GetUserRequest get;
  v1::GetUserResponse got;
  get.set_name(kUser1);
  ASSERT_THAT(Call(ForthAdmin(), &Directories::GetUser, get, &got), IsOk());
  EXPECT_EQ(got.user().sessions_valid_after_time().SerializeAsString(),
            response_.sessions_valid_after_time().SerializeAsString());
  EXPECT_TRUE(got.user().password_status().set());
  EXPECT_TRUE(got.user().password_status().must_change());
}

TEST_F(ResetPasswordTest, NobodyResetsTheirOwnPassword) {
  for (const bool by_name : {true, false}) {
    v1::ResetPasswordRequest request;
    if (by_name) {
      request.set_name("directories/forthcoffee/users/global-administrator");
    } else {
      request.set_user_principal_name("Global-Administrator@forthcoffee.com");
    }
    const absl::Status status = DoReset(request);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
  }
  EXPECT_EQ(VersionOf("global-administrator"), "0");
}

TEST_F(ResetPasswordTest, AGivenPasswordThatBreaksTheRulesIsRefusedWithTheRule) {
  const std::vector<std::pair<std::string, std::string>> passwords = {
      {"fourteen chars", "TOO_SHORT"},
      {std::string(257, 'a'), "TOO_LONG"},
      {std::string("a long password") + '\0' + "with a NUL", "CONTROL_CHARACTER"},
      {"a long password\nof two lines", "CONTROL_CHARACTER"},
      {"a long password\x1b[2J", "CONTROL_CHARACTER"},
      {"a long pass\xc2\xadword of mine", "INVISIBLE_CHARACTER"},
  };
  for (const auto& [password, rule] : passwords) {
    auto request = ResetOf(kUser1);
    request.set_given(password);
    const absl::Status status = DoReset(request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << rule;
    EXPECT_THAT(status, Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", rule));
  }
  auto request = ResetOf(kUser1);
  request.set_given("");
  EXPECT_THAT(DoReset(request), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "EMPTY"));
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(ResetPasswordTest, APasswordOfManyScriptsIsOnePasswordInEveryNormalForm) {
  auto request = ResetOf(kUser1);
  request.set_given("caf\xc3\xa9 au lait \xf0\x9f\x98\x80 please");
  ASSERT_THAT(DoReset(request), IsOk());
  EXPECT_THAT(Verify(kUser1, "cafe\xcc\x81 au\xe3\x80\x80lait \xf0\x9f\x98\x80 please"), IsOk());
}

TEST_F(ResetPasswordTest, ADisabledPersonCanBeGivenAPasswordAndStaysDisabled) {
  const std::string name = "directories/forthcoffee/users/disabled";
  ASSERT_THAT(DoReset(ResetOf(name)), IsOk());
  EXPECT_THAT(Verify(name, response_.generated_password()), HasReason(v1::ERROR_REASON_USER_DISABLED));
  EXPECT_THAT(Verify(name, "some other password"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(ResetPasswordTest, APersonWhoIsGoneIsNotFound) {
  for (const char* user : {"deleted", "nobody"}) {
    EXPECT_THAT(DoReset(ResetOf(absl::StrCat("directories/forthcoffee/users/", user))),
                Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
}

TEST_F(ResetPasswordTest, AnAllowedResetIsOneEventAtHome) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  EXPECT_THAT(Audit(kForth), testing::ElementsAre(AuditRow{"password.reset", "allowed", "",
                                                           "forthcoffee/global-administrator", kUser1}));
  EXPECT_THAT(Audit(kContoso), testing::IsEmpty())
      << "Contoso lists user1 as a guest; what happens at home is not its business";
}

TEST_F(ResetPasswordTest, WithoutTheAuditRowNothingHappens) {
  Sql("REVOKE INSERT ON hearth.audit_events FROM hearth_app");
  EXPECT_EQ(DoReset(ResetOf(kUser1)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.idempotency")[0][0], "0");
  Sql("GRANT INSERT ON hearth.audit_events TO hearth_app");
  EXPECT_THAT(DoReset(ResetOf(kUser1)), IsOk());
}

TEST_F(ResetPasswordTest, TheDryRunChangesNothingAndTellsTheDecidingRule) {
  v1::CheckResetPasswordRequest request;
  v1::CheckResetPasswordResponse response;
  request.set_user_principal_name("user1@forthcoffee.com");
  ASSERT_THAT(Call(ForthAdmin(), &Reset::CheckResetPassword, request, &response), IsOk());
  EXPECT_TRUE(response.allowed());
  EXPECT_EQ(response.name(), kUser1);
  EXPECT_EQ(response.home().kind(), v1::Home::KIND_THIS_DIRECTORY);
  ASSERT_THAT(Call(ContosoAdmin(), &Reset::CheckResetPassword, request, &response), IsOk());
  EXPECT_FALSE(response.allowed());
  EXPECT_EQ(response.reason(), v1::ERROR_REASON_NOT_HOME_DIRECTORY);
  EXPECT_EQ(response.deciding_rule(), v1::RESET_RULE_HOME);
  EXPECT_EQ(response.name(), "directories/contoso/users/visitor");
  EXPECT_EQ(response.home().domain(), "forthcoffee.com");
  EXPECT_EQ(response.home().help_uri(), "https://help.forthcoffee.com");
  request.set_user_principal_name("global-administrator@forthcoffee.com");
  ASSERT_THAT(Call(Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR), &Reset::CheckResetPassword, request, &response),
              IsOk());
  EXPECT_EQ(response.deciding_rule(), v1::RESET_RULE_AUTHORITY_MATRIX);
  EXPECT_EQ(response.blocking_role(), v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
}

}  // namespace
}  // namespace hearth::test
