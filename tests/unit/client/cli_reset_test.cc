// `hearth reset …`: the way back in, for who asks and for who decides; and the mails that could not be delivered.
#include "gmock/gmock.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/mail_service.pb.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kRequest[] = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10";
const std::string kToken(43, 'o');

class CliResetTest : public CliTest {
 protected:
  CliResetTest() { environment_["HEARTH_DIRECTORY"] = "forthcoffee"; }
  static std::string Name() { return std::string("directories/forthcoffee/resetRequests/") + kRequest; }
};

TEST_F(CliResetTest, AsksAndShowsTheHandle) {
  v1::RequestResetResponse response;
  response.set_handle(kToken);
  hearth_.Answer(response);
  const Result result = Run({"reset", "request", "User1@forthcoffee.com", "--language", "nl-BE", "--channel", "code"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(kToken));
  const auto request = hearth_.last<v1::RequestResetRequest>();
  EXPECT_EQ(request.identifier(), "User1@forthcoffee.com") << "as it was typed: the server compares";
  EXPECT_EQ(request.language(), "nl-BE");
  EXPECT_EQ(request.channel(), v1::ResetPolicy::CHANNEL_CODE);
  EXPECT_FALSE(request.explicit_verdict());
  EXPECT_THAT(request.request_id(), SizeIs(36));

  hearth_.Answer(client::Refusal(grpc::StatusCode::PERMISSION_DENIED, "Not home.", "NOT_HOME_DIRECTORY",
                                 {{"home_domain", "contoso.com"}}));
  const Result verdict = Run({"reset", "request", "ann@contoso.com", "--explicit"});
  EXPECT_EQ(verdict.exit_code, 5);
  EXPECT_THAT(verdict.err, HasSubstr("NOT_HOME_DIRECTORY (home_domain=contoso.com)"));
  EXPECT_TRUE(hearth_.last<v1::RequestResetRequest>().explicit_verdict());
}

TEST_F(CliResetTest, TurnsACodeIntoATokenAndTheTokenIntoAPassword) {
  v1::VerifyResetCodeResponse verified;
  verified.set_reset_token(kToken);
  hearth_.Answer(verified);
  const std::string code = FileWith("code", "01234567\n");
  Result result = Run({"reset", "verify", "--handle", kToken, "--code-file", code});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(kToken));
  EXPECT_EQ(hearth_.last<v1::VerifyResetCodeRequest>().code(), "01234567");
  EXPECT_EQ(hearth_.last<v1::VerifyResetCodeRequest>().handle(), kToken);

  result = Run({"reset", "complete", "--password-stdin"}, kToken + "\na password of my own\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(hearth_.last<v1::CompleteResetRequest>().reset_token(), kToken);
  EXPECT_EQ(hearth_.last<v1::CompleteResetRequest>().new_password(), "a password of my own");
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("a password of my own")));
}

TEST_F(CliResetTest, WhereTwoProofsAreNeededTheLinksTokenComesWithTheCode) {
  const std::string code = FileWith("code", "01234567\n"), token = FileWith("token", kToken + "\n");
  const Result result = Run({"reset", "verify", "--link-token-file", token, "--code-file", code});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(hearth_.last<v1::VerifyResetCodeRequest>().link_token(), kToken);
  EXPECT_FALSE(hearth_.last<v1::VerifyResetCodeRequest>().has_handle());
}

TEST_F(CliResetTest, ACodeOrATokenIsNeverAnArgument) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"reset", "verify", "--handle", kToken, "--code", "01234567"},
        {"reset", "verify", "--handle", kToken, "01234567"},
        {"reset", "verify", "--link-token", kToken, "--code-file", "x"},
        {"reset", "complete", "--reset-token", kToken},
        {"reset", "complete", "--new-password", "a password of my own"}}) {
    EXPECT_EQ(Run(arguments).exit_code, 2) << arguments.back();
  }
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(CliResetTest, AWrongCodeExitsAsOneWhoIsNotKnown) {
  hearth_.Answer(client::Refusal(grpc::StatusCode::UNAUTHENTICATED, "Not accepted.", "RESET_PROOF_NOT_ACCEPTED"));
  const Result result = Run({"reset", "verify", "--handle", kToken, "--code-file", FileWith("code", "01234567\n")});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("RESET_PROOF_NOT_ACCEPTED"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(CliResetTest, ListsWhoWaits) {
  v1::ListResetRequestsResponse page;
  auto* waiting = page.add_reset_requests();
  waiting->set_name(Name());
  waiting->set_user("directories/forthcoffee/users/user1");
  waiting->set_user_principal_name("user1@forthcoffee.com");
  waiting->set_state(v1::ResetRequest::STATE_PENDING);
  waiting->set_times_asked(3);
  hearth_.Answer(page);
  const Result result = Run({"reset", "list", "--state", "pending", "--newest-first"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr(kRequest));
  EXPECT_THAT(result.out, HasSubstr("user1@forthcoffee.com"));
  EXPECT_THAT(result.out, HasSubstr("pending"));
  EXPECT_EQ(hearth_.last<v1::ListResetRequestsRequest>().state(), v1::ResetRequest::STATE_PENDING);
  EXPECT_TRUE(hearth_.last<v1::ListResetRequestsRequest>().newest_first());
}

TEST_F(CliResetTest, DecidesUnderAnySpellingOfTheRequestsName) {
  for (const std::string& given : {std::string(kRequest), Name()}) {
    EXPECT_EQ(Run({"reset", "get", given}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::GetResetRequestRequest>().name(), Name());
    EXPECT_EQ(Run({"reset", "approve", given, "--deliver", "password_by_mail", "--recipient", "a@b.example,c@d.example",
                   "--lifetime", "2h"})
                  .exit_code,
              0);
    const auto approved = hearth_.last<v1::ApproveResetRequestRequest>();
    EXPECT_EQ(approved.name(), Name());
    EXPECT_EQ(approved.delivery(), v1::PASSWORD_DELIVERY_PASSWORD_BY_MAIL);
    EXPECT_THAT(approved.recipients(), ElementsAre("a@b.example", "c@d.example"));
    EXPECT_EQ(approved.temporary_password_lifetime().seconds(), 7200);
    EXPECT_EQ(Run({"reset", "deny", given, "--reason", "Please call."}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::DenyResetRequestRequest>().name(), Name());
    EXPECT_EQ(hearth_.last<v1::DenyResetRequestRequest>().deny_reason(), "Please call.");
    EXPECT_EQ(Run({"reset", "cancel", given}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::CancelResetRequestRequest>().name(), Name());
  }
  EXPECT_EQ(Run({"reset", "approve", kRequest, "--deliver", "pigeon"}).exit_code, 2);
}

TEST_F(CliResetTest, AnApprovalShowsThePasswordOnce) {
  v1::ApproveResetRequestResponse response;
  response.mutable_reset_request()->set_name(Name());
  response.mutable_reset_request()->set_state(v1::ResetRequest::STATE_COMPLETED);
  response.set_generated_password("t2hfw-x2rwa-6bjmx-eaejp");
  hearth_.Answer(response);
  const Result result = Run({"reset", "approve", kRequest});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("t2hfw-x2rwa-6bjmx-eaejp"));
  EXPECT_THAT(result.err, Not(HasSubstr("t2hfw")));
}

TEST_F(CliResetTest, ShowsAndChangesLimitsAndPolicy) {
  EXPECT_EQ(Run({"reset", "limits", "user1"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetResetLimitsRequest>().name(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(Run({"reset", "clear-limits", "user1"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::ClearResetLimitsRequest>().name(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(Run({"reset", "policy"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetResetPolicyRequest>().name(), "directories/forthcoffee/resetPolicy");
  const Result result = Run({"reset", "set-policy", "--self-service", "all", "--requests-count", "3",
                             "--requests-window", "1h", "--link-lifetime", "30m"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto update = hearth_.last<v1::UpdateResetPolicyRequest>();
  EXPECT_EQ(update.reset_policy().self_service(), v1::ResetPolicy::SELF_SERVICE_ALL);
  EXPECT_EQ(update.reset_policy().requests().count(), 3);
  EXPECT_EQ(update.reset_policy().requests().window().seconds(), 3600);
  EXPECT_EQ(update.reset_policy().link_lifetime().seconds(), 1800);
  EXPECT_THAT(update.update_mask().paths(), SizeIs(testing::Ge(3)));
}

TEST_F(CliResetTest, AnAdministratorsResetIsDeliveredAsTheFlagSays) {
  EXPECT_EQ(Run({"user", "reset-password", "user1@forthcoffee.com", "--deliver", "secret_link"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::ResetPasswordRequest>().delivery(), v1::PASSWORD_DELIVERY_SECRET_LINK);
}

TEST_F(CliResetTest, ThePersonsLanguageIsAFlagOfTheUser) {
  EXPECT_EQ(Run({"user", "update", "user1", "--language", "nl-BE"}).exit_code, 0);
  const auto update = hearth_.last<v1::UpdateUserRequest>();
  EXPECT_EQ(update.user().preferred_language(), "nl-BE");
  EXPECT_THAT(update.update_mask().paths(), ElementsAre("preferred_language"));
  EXPECT_EQ(Run({"user", "create", "ines@forthcoffee.com", "--display-name", "Inés", "--language", "es"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::CreateUserRequest>().user().preferred_language(), "es");
}

TEST_F(CliResetTest, MailsThatWereSetAsideAreListedRetriedAndDiscarded) {
  const std::string name = std::string("directories/forthcoffee/mails/") + kRequest;
  v1::ListSetAsideMailsResponse page;
  auto* mail = page.add_mails();
  mail->set_name(name);
  mail->set_template_(v1::MAIL_TEMPLATE_RESET_LINK);
  mail->set_recipient("ada@roastery.example");
  mail->set_note("550 5.1.1 nobody");
  mail->set_retryable(true);
  hearth_.Answer(page);
  const Result result = Run({"mail", "list"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {kRequest, "reset_link", "ada@roastery.example", "550 5.1.1 nobody"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  EXPECT_EQ(hearth_.last<v1::ListSetAsideMailsRequest>().parent(), "directories/forthcoffee");
  EXPECT_EQ(Run({"mail", "retry", kRequest}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::RetryMailRequest>().name(), name);
  EXPECT_EQ(Run({"mail", "discard", name}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::DiscardMailRequest>().name(), name);
  hearth_.Answer(client::Refusal(grpc::StatusCode::FAILED_PRECONDITION, "Expired.", "MAIL_EXPIRED"));
  EXPECT_EQ(Run({"mail", "retry", kRequest}).exit_code, 7);
}

}  // namespace
}  // namespace hearth::cli
