// `hearth password …` and `hearth password-policy …`.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::ElementsAre;

TEST_F(CliTest, ShowsHowAPasswordFaresRuleByRule) {
  v1::CheckPasswordResponse response;
  auto* verdict = response.add_verdicts();
  verdict->set_text("Use at least 15 characters.");
  verdict = response.add_verdicts();
  verdict->set_passed(true);
  verdict->set_text("Leave out your name.");
  hearth_.Answer(response);
  const Result result = Run({"password", "check", "--for", "user1", "--directory", "forthcoffee", "--language", "nl",
                             "--password-file", FileWith("secret", "too short\n")});
  EXPECT_EQ(result.exit_code, 3) << "as the reset itself";
  EXPECT_EQ(result.out,
            "acceptable      no\n"
            "verdicts        broken: Use at least 15 characters.\n"
            "                kept:   Leave out your name.\n"
            "policy_version  0\n");
  const auto request = hearth_.last<v1::CheckPasswordRequest>();
  EXPECT_EQ(request.user(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(request.password(), "too short");
  EXPECT_EQ(request.language(), "nl");
}

// For scripts: `jq .acceptable` is false, not null.
TEST_F(CliTest, JsonHasWhatIsFalseAndZeroAndEmpty) {
  v1::CheckPasswordResponse response;
  response.add_verdicts()->set_rule(v1::PASSWORD_RULE_TOO_SHORT);
  hearth_.Answer(response);
  const Result result = Run({"password", "check", "-o", "json", "--password-file", FileWith("secret", "short\n")});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(nlohmann::json::parse(result.out), nlohmann::json::parse(R"({"acceptable": false, "policy_version": "0",
                                      "verdicts": [{"rule": "PASSWORD_RULE_TOO_SHORT", "passed": false, "text": ""}]})"));
  const auto user = nlohmann::json::parse(Run({"call", "GetSignInLockout", "--data", "{}"}).out);
  EXPECT_EQ(user["password_locked"], false) << "the same of every command";
  EXPECT_FALSE(user.contains("familiar")) << "a message is there when it is set";
}

TEST_F(CliTest, AnAcceptablePasswordIsNoFailure) {
  v1::CheckPasswordResponse response;
  response.set_acceptable(true);
  hearth_.Answer(response);
  EXPECT_EQ(Run({"password", "check", "--password-file", FileWith("secret", "a good long password\n")}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::CheckPasswordRequest>().user(), "");
}

TEST_F(CliTest, ChangesThePasswordPolicyByWhatIsGiven) {
  EXPECT_EQ(Run({"password-policy", "update", "--directory", "forthcoffee", "--preset", "entra", "--max-age", "90d",
                 "--banned-term", "espresso,ristretto", "--history", "5"})
                .exit_code,
            0);
  const auto request = hearth_.last<v1::UpdatePasswordPolicyRequest>();
  EXPECT_EQ(request.password_policy().name(), "directories/forthcoffee/passwordPolicy");
  EXPECT_EQ(request.password_policy().preset(), v1::PasswordPolicy::PRESET_ENTRA);
  EXPECT_EQ(request.password_policy().max_age().seconds(), 90 * 86400);
  EXPECT_EQ(request.password_policy().history(), 5);
  EXPECT_THAT(request.password_policy().banned_terms(), ElementsAre("espresso", "ristretto"));
  EXPECT_THAT(request.update_mask().paths(),
              testing::UnorderedElementsAre("preset", "max_age", "banned_terms", "history"));
  EXPECT_EQ(Run({"password-policy", "get", "--directory", "forthcoffee"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetPasswordPolicyRequest>().name(), "directories/forthcoffee/passwordPolicy");
}

// What was set can be taken back: it is named, and has no value.
TEST_F(CliTest, NoneTakesSpansAndListsBack) {
  EXPECT_EQ(Run({"password-policy", "update", "--directory", "forthcoffee", "--preset", "nist", "--max-age", "none",
                 "--banned-term", "none"})
                .exit_code,
            0);
  const auto request = hearth_.last<v1::UpdatePasswordPolicyRequest>();
  EXPECT_EQ(request.password_policy().preset(), v1::PasswordPolicy::PRESET_NIST);
  EXPECT_FALSE(request.password_policy().has_max_age());
  EXPECT_THAT(request.password_policy().banned_terms(), testing::IsEmpty());
  EXPECT_THAT(request.update_mask().paths(), testing::UnorderedElementsAre("preset", "max_age", "banned_terms"));
  // Beside others it is a word as any.
  EXPECT_EQ(Run({"password-policy", "update", "--directory", "forthcoffee", "--banned-term", "none,nada"}).exit_code,
            0);
  EXPECT_THAT(hearth_.last<v1::UpdatePasswordPolicyRequest>().password_policy().banned_terms(),
              ElementsAre("none", "nada"));
  for (const char* nothing : {"0", "", "0d"}) {
    const Result result = Run({"password-policy", "update", "--directory", "forthcoffee", "--max-age", nothing});
    EXPECT_EQ(result.exit_code, 2) << nothing;
    EXPECT_THAT(result.err, testing::HasSubstr("none, to take it back")) << nothing;
  }
  EXPECT_THAT(Run({"password-policy", "update", "--help"}).out, testing::HasSubstr("none: takes it back"));
  const Result created = Run({"service-account", "create", "portal", "--display-name", "Portal", "--permission", "none",
                              "--directory", "forthcoffee"});
  EXPECT_EQ(created.exit_code, 2) << "what is new has nothing to take back";
}

TEST_F(CliTest, TheFlagsOfTheSignInPolicyAreCalledAsItsFields) {
  EXPECT_EQ(Run({"directory", "set-sign-in-policy", "--directory", "forthcoffee", "--lockout-threshold", "5",
                 "--lockout-duration", "5m", "--familiar-source-lifetime", "none"})
                .exit_code,
            0);
  const auto request = hearth_.last<v1::UpdateSignInPolicyRequest>();
  EXPECT_EQ(request.sign_in_policy().lockout_threshold(), 5);
  EXPECT_EQ(request.sign_in_policy().lockout_duration().seconds(), 300);
  EXPECT_THAT(request.update_mask().paths(),
              testing::UnorderedElementsAre("lockout_threshold", "lockout_duration", "familiar_source_lifetime"));
}

// By every name that a person has, as the help says: methods that take no principal name are given what CheckResetPassword says it is.
TEST_F(CliTest, FindsPeopleByTheirPrincipalNames) {
  v1::CheckResetPasswordResponse found;
  found.set_name("directories/forthcoffee/users/u-1");
  found.set_reason(v1::ERROR_REASON_OWN_ACCOUNT);  // The verdict is of no interest.
  const auto asked = [&] {
    return static_cast<const v1::CheckResetPasswordRequest&>(*hearth_.calls().end()[-2].request);
  };
  hearth_.Answer(found);
  EXPECT_EQ(Run({"user", "lockout", "user1@forthcoffee.com"}).exit_code, 0);
  EXPECT_EQ(asked().user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(hearth_.last<v1::GetSignInLockoutRequest>().name(), found.name());
  hearth_.Answer(found);
  EXPECT_EQ(Run({"user", "clear-lockout", "user1@forthcoffee.com"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::ClearSignInLockoutRequest>().name(), found.name());
  hearth_.Answer(found);
  v1::CheckPasswordResponse acceptable;
  acceptable.set_acceptable(true);
  hearth_.Answer(acceptable);
  EXPECT_EQ(Run({"password", "check", "--for", "user1@forthcoffee.com", "--password-file",
                 FileWith("secret", "a good long password\n")})
                .exit_code,
            0);
  EXPECT_EQ(hearth_.last<v1::CheckPasswordRequest>().user(), found.name());
  hearth_.Answer(found);
  EXPECT_EQ(Run({"role", "remove", "user1@forthcoffee.com", "helpdesk_administrator"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::DeleteRoleAssignmentRequest>().name(),
            absl::StrCat(found.name(), "/roleAssignments/helpdesk_administrator"));

  const size_t before = hearth_.calls().size();
  hearth_.Answer(client::Refusal(grpc::StatusCode::PERMISSION_DENIED, "x", "PERMISSION_MISSING",
                                 {{"permission", "resets.perform"}}));
  const Result refused = Run({"user", "get", "user1@forthcoffee.com"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, testing::HasSubstr("the caller lacks resets.perform"));
  EXPECT_THAT(refused.err,
              testing::HasSubstr("next: Give directories/{directory}/users/{user}, or the id with --directory"));
  hearth_.Answer(client::Refusal(grpc::StatusCode::NOT_FOUND, "There is no such user.", "NOT_FOUND"));
  EXPECT_EQ(Run({"user", "get", "nobody@forthcoffee.com"}).exit_code, 6);
  EXPECT_EQ(hearth_.calls().size(), before + 2) << "nothing else was asked";
}

}  // namespace
}  // namespace hearth::cli
