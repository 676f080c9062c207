// InvitationDesk: inviting, resending, revoking.
#include <atomic>

#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InvitationTest : public GuestDeskTest {
 protected:
  absl::StatusOr<v1::ResendInvitationResponse> Resend(const std::string& id) {
    return Do(invitations_, &InvitationDesk::ResendInvitation, Named<v1::ResendInvitationRequest>(Contoso(id)));
  }
  absl::StatusOr<v1::RevokeInvitationResponse> Revoke(const std::string& id) {
    return Do(invitations_, &InvitationDesk::RevokeInvitation, Named<v1::RevokeInvitationRequest>(Contoso(id)));
  }
  void SendMails() {
    ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_redeem_uri("https://account.contoso.com/redeem"); }),
                IsOk());
  }
};

TEST_F(InvitationTest, AGuestIsPendingWithoutACredentialAndCannotAct) {
  auto request = Invitation("User2@ForthCoffee.com");
  request.set_display_name("User Two");
  const auto response = Invite(request);
  ASSERT_THAT(response, IsOk());
  const v1::User& guest = response->guest_user();
  EXPECT_EQ(guest.name(), "directories/contoso/users/guest");
  EXPECT_EQ(guest.user_principal_name(), "user2@forthcoffee.com");
  EXPECT_EQ(guest.display_name(), "User Two");
  EXPECT_EQ(guest.user_type(), v1::USER_TYPE_GUEST);
  EXPECT_EQ(guest.invitation_state(), v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_EQ(guest.home().kind(), v1::Home::KIND_OTHER_DIRECTORY);
  EXPECT_EQ(guest.home().domain(), "forthcoffee.com");
  EXPECT_EQ(guest.sponsor(), "directories/contoso/users/global-administrator");
  EXPECT_EQ(guest.invitation_expire_time().seconds(), response->expire_time().seconds());
  EXPECT_NEAR(response->expire_time().seconds() - absl::ToUnixSeconds(absl::Now()), 7 * 24 * 3600, 60);
  EXPECT_FALSE(guest.has_password_status());
  EXPECT_FALSE(response->mail_sent()) << "there is no page to redeem at";
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.credentials"), IsEmpty());
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  const AuditRow event{"guest.invite", "allowed", "", "contoso/global-administrator",
                       "directories/contoso/users/guest"};
  EXPECT_EQ(LastAudit(kContoso), event);
  EXPECT_EQ(LastAudit(kForth), event) << "home sees it";
}

TEST_F(InvitationTest, WhetherHomeKnowsThePersonIsNotAsked) {
  EXPECT_THAT(Invite(Invitation("nobody@forthcoffee.com", "a")), IsOk());
  EXPECT_THAT(Invite(Invitation("deleted@forthcoffee.com", "b")), IsOk());
  EXPECT_THAT(Invite(Invitation("nobody@forthcoffee.net", "c")), IsOk());
}

TEST_F(InvitationTest, TheTokenIsNowhereInTheDatabase) {
  SendMails();
  const auto response = Invite(Invitation("user2@forthcoffee.com"));
  ASSERT_THAT(response, IsOk());
  EXPECT_TRUE(response->mail_sent());
  const std::string secret = response->invitation_token().substr(response->invitation_token().rfind('.') + 1);
  EXPECT_EQ(secret.size(), 43u);
  for (const auto& table :
       Sql("SELECT relname FROM pg_class WHERE relnamespace = 'hearth'::regnamespace AND relkind = 'r'")) {
    EXPECT_THAT(Sql(absl::StrCat("SELECT 1 FROM hearth.", table[0], " t WHERE t::text LIKE '%", secret, "%'")),
                IsEmpty())
        << table[0];
  }
  EXPECT_THAT(Sql("SELECT directory_id, recipient, person, template FROM hearth.mails"),
              ElementsAre(ElementsAre("contoso", "user2@forthcoffee.com", "guest", "11")));
}

TEST_F(InvitationTest, AMailNeedsAPageToRedeemAt) {
  auto request = Invitation("user2@forthcoffee.com");
  request.set_send_mail(true);
  EXPECT_THAT(Invite(request), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "REDEEM_URI"));
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.users WHERE user_id = 'guest'"), IsEmpty()) << "all or nothing";
  SendMails();
  request.set_send_mail(false);
  ASSERT_THAT(Invite(request), IsOk());
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.mails"), IsEmpty());
}

TEST_F(InvitationTest, SameRequestIdSameTokenOneGuestOneMail) {
  SendMails();
  auto request = Invitation("user2@forthcoffee.com", "");
  request.set_request_id(NewUuid4());
  std::vector<std::string> answers(4);
  std::vector<std::function<void()>> twins;
  for (std::string& answer : answers) {
    twins.emplace_back([&] {
      const auto response = Invite(request);
      answer = response.ok() ? response->SerializeAsString() : response.status().ToString();
    });
  }
  RunTogether(twins);
  EXPECT_THAT(answers, testing::Each(answers.front()));
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.mails"), ElementsAre(ElementsAre("1")));
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.invitations"), ElementsAre(ElementsAre("1")));
}

TEST_F(InvitationTest, OfAHundredForOneAddressAtOnceOneIsMadeAndMailed) {
  SendMails();
  std::atomic<int> made = 0, refused = 0;
  std::vector<std::function<void()>> all;
  for (int i = 0; i < 100; ++i) {
    all.emplace_back([&] {
      const auto response = Invite(Invitation("user2@forthcoffee.com", ""));
      if (response.ok()) ++made;
      if (ReasonOf(response.status()) == v1::ERROR_REASON_ALREADY_EXISTS) ++refused;
    });
  }
  RunTogether(all);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 99);
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.mails"), ElementsAre(ElementsAre("1")));
}

TEST_F(InvitationTest, TheMailIsInTheLanguageThatTheInviterAsksFor) {
  SendMails();
  auto request = Invitation("user2@forthcoffee.com");
  request.set_language("nl-BE");
  ASSERT_THAT(Invite(request), IsOk());
  EXPECT_THAT(Sql("SELECT languages FROM hearth.mails"), ElementsAre(ElementsAre(",nl-BE")));
  Sql("UPDATE hearth.users SET preferred_language = 'fr' WHERE directory_id = 'contoso' AND user_id = 'guest';"
      "UPDATE hearth.invitations SET mail_time = now() - interval '2 minutes'");
  auto again = Named<v1::ResendInvitationRequest>(Contoso("guest"));
  again.set_language("nl-BE");
  ASSERT_THAT(Do(invitations_, &InvitationDesk::ResendInvitation, again), IsOk());
  EXPECT_THAT(Sql("SELECT languages FROM hearth.mails WHERE template = 12"), ElementsAre(ElementsAre("fr,nl-BE")))
      << "the guest's own goes before";
}

TEST_F(InvitationTest, WhoIsThereAlreadyIsNotInvited) {
  ASSERT_THAT(Invite(Invitation("user2@forthcoffee.com")), IsOk());
  EXPECT_THAT(Invite(Invitation("USER2@forthcoffee.com", "again")),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "guest user"));
  EXPECT_THAT(Invite(Invitation("user1@forthcoffee.com", "again")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS))
      << "a guest who has redeemed";
  for (const char* id : {"user1", "visitor", "deleted", "backend"}) {
    EXPECT_THAT(Invite(Invitation("new@forthcoffee.com", id)), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)) << id;
  }
  EXPECT_EQ(Person(kContoso, "user1").user_principal_name, "user1@contoso.com");
  for (const char* own : {"user1@contoso.com", "global-administrator@contoso.com", "new@contoso.net"}) {
    EXPECT_THAT(Invite(Invitation(own, "own")), ViolatesField("address"))
        << "people of the directory itself, also the caller";
  }
}

TEST_F(InvitationTest, ANativeAccountOfTheAddressIsAConflictNeverMerged) {
  Sql("UPDATE hearth.users SET mail = 'User2@ForthCoffee.com' WHERE directory_id = 'contoso' AND user_id = 'user1'");
  const std::string before =
      Sql("SELECT md5(u::text) FROM hearth.users u WHERE directory_id = 'contoso' AND user_id = 'user1'")[0][0];
  EXPECT_THAT(Invite(Invitation("user2@forthcoffee.com")), HasReason(v1::ERROR_REASON_ADDRESS_HELD_LOCALLY));
  EXPECT_EQ(Sql("SELECT md5(u::text) FROM hearth.users u WHERE directory_id = 'contoso' AND user_id = 'user1'")[0][0],
            before);
}

TEST_F(InvitationTest, AHomeMustBeThere) {
  EXPECT_THAT(Invite(Invitation("x@nowhere.example")), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  auto outside = Invitation("x@nowhere.example");
  outside.set_home_issuer(IssuerOf(kContoso));
  EXPECT_THAT(Invite(outside), ViolatesField("home_issuer"));
  outside.set_home_issuer(kExternalIssuer);
  ASSERT_THAT(Invite(outside), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").home.issuer, kExternalIssuer);
  auto inside = Invitation("x@forthcoffee.com", "inside");
  inside.set_home_issuer(kExternalIssuer);
  EXPECT_THAT(Invite(inside), ViolatesField("home_issuer"));
  Sql("UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(Invite(Invitation("x@forthcoffee.com", "deleted")), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  Sql("UPDATE hearth.directories SET delete_time = NULL, suspend_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(Invite(Invitation("x@forthcoffee.com", "suspended")), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
}

TEST_F(InvitationTest, RolesAndMembershipAreForThoseWhoMayGiveThem) {
  const Principal inviter = Admin(kContoso, v1::ROLE_GUEST_INVITER);
  auto request = Invitation("user2@forthcoffee.com");
  request.add_roles(v1::ROLE_REPORTS_READER);
  EXPECT_THAT(Invite(request, inviter), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"));
  request.add_roles(v1::ROLE_PLATFORM_OPERATOR);
  EXPECT_THAT(Invite(request), ViolatesField("roles"));
  request.mutable_roles()->RemoveLast();
  ASSERT_THAT(Invite(request), IsOk());
  EXPECT_THAT(RolesOf("guest"), ElementsAre(v1::ROLE_REPORTS_READER));
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_invite_from(v1::INVITE_FROM_MEMBERS); }), IsOk());
  auto member = Invitation("m@forthcoffee.com", "m");
  member.set_user_type(v1::USER_TYPE_MEMBER);
  EXPECT_THAT(Invite(member, {kContoso, "user1"}),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "guests.invite"));
  EXPECT_THAT(Invite(member, inviter), IsOk());
}

TEST_F(InvitationTest, GroupsAreForThoseWhoMayAddMembers) {
  Sql("INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable) VALUES ('contoso', 'readers', "
      "'x',"
      " false)");
  auto request = Invitation("user2@forthcoffee.com");
  request.add_groups("directories/contoso/groups/readers");
  EXPECT_THAT(Invite(request, Admin(kContoso, v1::ROLE_GUEST_INVITER)),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "groups.write"));
  request.add_groups("directories/contoso/groups/baristas");
  EXPECT_THAT(Invite(request, Admin(kContoso, v1::ROLE_USER_ADMINISTRATOR)),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"))
      << "a role-assignable one";
  request.add_groups("directories/contoso/groups/nobody");
  EXPECT_THAT(Invite(request), HasReason(v1::ERROR_REASON_NOT_FOUND));
  request.set_groups(2, "directories/contoso/groups/readers");
  EXPECT_THAT(Invite(request), ViolatesField("groups")) << "twice";
  request.set_groups(2, "directories/forthcoffee/groups/baristas");
  EXPECT_THAT(Invite(request), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.users WHERE user_id = 'guest'"), IsEmpty()) << "all or nothing";
  request.mutable_groups()->RemoveLast();
  ASSERT_THAT(Invite(request), IsOk());
  EXPECT_THAT(
      Sql("SELECT directory_id, group_id, relation FROM hearth.group_members WHERE user_id = 'guest' ORDER BY 2"),
      ElementsAre(ElementsAre("contoso", "baristas", "1"), ElementsAre("contoso", "readers", "1")));
}

TEST_F(InvitationTest, GuestsAreSentOnlyWhereThePolicySays) {
  auto request = Invitation("user2@forthcoffee.com");
  request.set_redirect_uri("https://app.contoso.com/welcome");
  EXPECT_THAT(Invite(request), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "REDIRECT_URIS"));
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.add_redirect_uris("https://app.contoso.com/welcome"); }),
              IsOk());
  const auto response = Invite(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(Redeem(response->invitation_token())->redirect_uri(), "https://app.contoso.com/welcome");
  request.set_redirect_uri("https://app.contoso.com/welcome/../evil");
  EXPECT_THAT(Invite(request), HasReason(v1::ERROR_REASON_GUEST_POLICY)) << "to the byte";
}

TEST_F(InvitationTest, SendingAgainKillsTheTokenOfBefore) {
  const std::string first = Token("user2@forthcoffee.com");
  const auto again = Resend("guest");
  ASSERT_THAT(again, IsOk());
  EXPECT_NE(again->invitation_token(), first);
  EXPECT_THAT(Redeem(first), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  EXPECT_THAT(Redeem(again->invitation_token()), IsOk());
  EXPECT_THAT(Resend("guest"), HasReason(v1::ERROR_REASON_INVITATION_NOT_PENDING));
  EXPECT_THAT(Resend("user1"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "guest user"));
  EXPECT_THAT(Resend("contractor"), HasReason(v1::ERROR_REASON_INVITATION_NOT_PENDING));
}

TEST_F(InvitationTest, MailsAreFew) {
  SendMails();
  Token("user2@forthcoffee.com");
  EXPECT_THAT(Resend("guest"), HasReason(v1::ERROR_REASON_INVITATION_MAIL_LIMIT)) << "within a minute";
  for (int mails = 1; mails < 10; ++mails) {
    Sql("UPDATE hearth.invitations SET mail_time = now() - interval '2 minutes'");
    ASSERT_THAT(Resend("guest"), IsOk()) << mails;
  }
  Sql("UPDATE hearth.invitations SET mail_time = now() - interval '2 days'");
  EXPECT_THAT(Resend("guest"), HasReason(v1::ERROR_REASON_INVITATION_MAIL_LIMIT));
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.mails WHERE template = 12"), ElementsAre(ElementsAre("9")));
}

TEST_F(InvitationTest, RevokingKillsTheTokenAndTheGuest) {
  const std::string token = Token("user2@forthcoffee.com");
  ASSERT_THAT(Revoke("guest"), IsOk());
  EXPECT_TRUE(Person(kContoso, "guest").deleted());
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << "restored is not invited";
  ASSERT_THAT(Revoke("guest"), IsOk());
  const std::string fresh = Token("user2@forthcoffee.com", "guest2");
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  EXPECT_THAT(Redeem(fresh), IsOk()) << "a removed guest is invited anew, by another token";
  EXPECT_THAT(Revoke("guest2"), HasReason(v1::ERROR_REASON_INVITATION_NOT_PENDING));
}

TEST_F(InvitationTest, APendingGuestWithRolesIsProtectedAsAnyHolder) {
  auto request = Invitation("user2@forthcoffee.com");
  request.add_roles(v1::ROLE_GLOBAL_ADMINISTRATOR);
  ASSERT_THAT(Invite(request), IsOk());
  const auto revoke = Named<v1::RevokeInvitationRequest>(Contoso("guest"));
  EXPECT_THAT(Do(invitations_, &InvitationDesk::RevokeInvitation, revoke, Admin(kContoso, v1::ROLE_GUEST_INVITER)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
}

}  // namespace
}  // namespace hearth::test
