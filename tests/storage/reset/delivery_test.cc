// How a password that an administrator had made gets to the person.
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DeliveryTest : public ResetFixture {
 protected:
  static v1::ResetPasswordRequest By(v1::PasswordDelivery delivery, const std::vector<std::string>& recipients = {}) {
    v1::ResetPasswordRequest request;
    request.set_name("directories/forthcoffee/users/user1");
    request.set_delivery(delivery);
    for (const std::string& recipient : recipients) request.add_recipients(recipient);
    return request;
  }
  absl::StatusOr<v1::ResetPasswordResponse> Reset(const v1::ResetPasswordRequest& request,
                                                  const Principal& caller = ForthAdmin()) {
    return reset_desk_.ResetPassword(Fixture::By(caller, request), request);
  }
  void AllowMail(const std::string& more = "") {
    SetPolicy(absl::StrCat(R"({"allow_password_by_mail": true)", more, "}"));
  }
};

constexpr auto kLink = v1::PASSWORD_DELIVERY_SECRET_LINK;
constexpr auto kMail = v1::PASSWORD_DELIVERY_PASSWORD_BY_MAIL;

TEST_F(DeliveryTest, ByDefaultTheCallerGetsThePassword) {
  for (const auto delivery : {v1::PASSWORD_DELIVERY_UNSPECIFIED, v1::PASSWORD_DELIVERY_RETURN}) {
    const auto response = Reset(By(delivery));
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->generated_password().size(), 23u);
    EXPECT_THAT(response->delivered_to(), IsEmpty());
  }
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_PASSWORD_LINK), IsEmpty());
}

TEST_F(DeliveryTest, WithASecretLinkNobodySeesAPasswordAndThePersonChoosesOne) {
  AllowSelfService();
  const auto response = Reset(By(kLink));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->generated_password(), "");
  EXPECT_THAT(response->delivered_to(), ElementsAre("user1@forthcoffee.com"));
  EXPECT_EQ(VersionOf("user1"), "1") << "the old password is dead at once";
  const auto mails = MailsOf(v1::MAIL_TEMPLATE_PASSWORD_LINK);
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].to, "user1@forthcoffee.com");
  EXPECT_EQ(mails[0].values.at("administrator"), "global-administrator");
  ASSERT_THAT(Complete(Newest("link")), IsOk());
  EXPECT_EQ(VersionOf("user1"), "2");
  EXPECT_FALSE(Person(kForth, "user1").must_change);
  EXPECT_THAT(Complete(Newest("link")), HasReason(v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED));
}

TEST_F(DeliveryTest, ASecretLinkWithoutAPageIsNotAllowedAndNothingHappens) {
  EXPECT_THAT(Reset(By(kLink)), HasReason(v1::ERROR_REASON_DELIVERY_NOT_ALLOWED));
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(DeliveryTest, APasswordByMailIsOffByDefault) {
  EXPECT_THAT(Reset(By(kMail)), Refuses(v1::ERROR_REASON_DELIVERY_NOT_ALLOWED, "what", "PASSWORD_BY_MAIL"));
  EXPECT_EQ(VersionOf("user1"), "0");
}

TEST_F(DeliveryTest, WhereItIsAllowedThePasswordGoesToTheAdministratorByDefault) {
  AllowMail();
  const auto response = Reset(By(kMail));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->generated_password(), "");
  EXPECT_THAT(response->delivered_to(), ElementsAre("global-administrator@forthcoffee.com"));
  const auto mails = MailsOf(v1::MAIL_TEMPLATE_PASSWORD_BY_MAIL);
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].to, "global-administrator@forthcoffee.com");
  EXPECT_EQ(mails[0].values.at("password").size(), 23u);
  EXPECT_TRUE(Person(kForth, "user1").must_change);
  const std::string stored = Sql("SELECT string_agg(m::text, '') FROM hearth.mails m")[0][0];
  EXPECT_EQ(stored.find(mails[0].values.at("password")), std::string::npos);
}

TEST_F(DeliveryTest, OtherRecipientsTakeThePolicysLeave) {
  AllowMail();
  Sql("UPDATE hearth.users SET alternate_mails = '{one@home.example}' WHERE directory_id = 'forthcoffee'"
      " AND user_id = 'user1'");
  ASSERT_THAT(Reset(By(kMail, {"One@Home.example", "user1@forthcoffee.com"})), IsOk());
  EXPECT_THAT(MailsOf(v1::MAIL_TEMPLATE_PASSWORD_BY_MAIL), SizeIs(2));
  EXPECT_THAT(Reset(By(kMail, {"evil@evil.example"})), HasReason(v1::ERROR_REASON_DELIVERY_NOT_ALLOWED));
  EXPECT_THAT(Reset(By(kMail, {"user1@forthcoffee.com", "evil@evil.example"})),
              HasReason(v1::ERROR_REASON_DELIVERY_NOT_ALLOWED));
  EXPECT_EQ(VersionOf("user1"), "1");
  AllowMail(R"(, "allow_other_recipients": true)");
  EXPECT_THAT(Reset(By(kMail, {"boss@elsewhere.example"})), IsOk());
}

// L: what is no single address, and what contradicts itself.
TEST_F(DeliveryTest, RecipientsThatAreNoneAreRefusedByName) {
  AllowMail(R"(, "allow_other_recipients": true)");
  for (const char* bad :
       {"a@b.example,c@d.example", "a@b.example;c@d.example", "Group: a@b.example;", "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>", "\"a b\"@b.example", "us\xc3\xa9r@b.example", "a@b", "a@[127.0.0.1]"}) {
    EXPECT_THAT(Reset(By(kMail, {bad})), ViolatesField("recipients")) << bad;
  }
  EXPECT_THAT(Reset(By(kMail, {"a@b.example", "A@B.example"})), ViolatesField("recipients"));
  EXPECT_THAT(Reset(By(v1::PASSWORD_DELIVERY_RETURN, {"a@b.example"})), ViolatesField("recipients"));
  EXPECT_THAT(Reset(By(kLink, {"a@b.example"})), ViolatesField("recipients"));
  for (const auto delivery : {kLink, kMail}) {
    auto given = By(delivery);
    given.set_given("a password that I chose");
    EXPECT_THAT(Reset(given), ViolatesField("delivery"));
    auto stays = By(delivery);
    stays.set_require_change_at_next_sign_in(false);
    EXPECT_THAT(Reset(stays), ViolatesField("delivery"));
  }
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(DeliveryTest, AnApprovalByLinkIsApprovedUntilTheLinkIsUsed) {
  AskFor("user1@forthcoffee.com");
  AllowSelfService();
  v1::ApproveResetRequestRequest approve;
  approve.set_name("directories/forthcoffee/resetRequests/" +
                   Sql("SELECT reset_request_id FROM hearth.reset_requests")[0][0]);
  approve.set_delivery(kLink);
  const auto approved = queue_desk_.ApproveResetRequest(Fixture::By(ForthAdmin(), approve), approve);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->generated_password(), "");
  EXPECT_EQ(approved->reset_request().state(), v1::ResetRequest::STATE_APPROVED);
  EXPECT_EQ(absl::StrCat(approved->expire_time().seconds()),
            Sql("SELECT floor(extract(epoch FROM link_expire_time))::bigint FROM hearth.reset_tokens")[0][0])
      << "nobody waits for the password that the link replaces";
  ASSERT_THAT(Complete(Newest("link")), IsOk());
  EXPECT_THAT(Sql("SELECT state FROM hearth.reset_requests"), ElementsAre(ElementsAre("4")));
}

TEST_F(DeliveryTest, SessionsEndForOneselfAndForThoseOneHasAuthorityOver) {
  const auto revoke = [this](const std::string& user, const Principal& caller) {
    v1::RevokeSessionsRequest request;
    request.set_name(UserName(kForth, user));
    return reset_desk_.RevokeSessions(Fixture::By(caller, request), request);
  };
  Sql("UPDATE hearth.users SET sessions_valid_after = now() - interval '1 day'");
  EXPECT_THAT(revoke("user1", ForthAdmin()), IsOk());
  EXPECT_THAT(revoke("visitor", ForthAdmin()), IsOk()) << "a guest's sessions here are this directory's";
  EXPECT_THAT(revoke("user2", {kForth, "user2"}), IsOk());
  EXPECT_THAT(revoke("global-administrator", Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(revoke("contractor", {kForth, "user2"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  // user1 is Contoso's guest `visitor`: what ends at home ends there too.
  EXPECT_THAT(
      Sql("SELECT directory_id, user_id FROM hearth.users WHERE sessions_valid_after > now() - interval '1 hour'"
          " ORDER BY 1, 2"),
      ElementsAre(ElementsAre("contoso", "visitor"), ElementsAre("forthcoffee", "user1"),
                  ElementsAre("forthcoffee", "user2"), ElementsAre("forthcoffee", "visitor")));
}

}  // namespace
}  // namespace hearth::test
