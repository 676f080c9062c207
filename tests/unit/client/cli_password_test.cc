// `hearth password …` and `hearth password-policy …`.
#include "gmock/gmock.h"
#include "hearth/v1/credential_service.pb.h"
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

}  // namespace
}  // namespace hearth::cli
