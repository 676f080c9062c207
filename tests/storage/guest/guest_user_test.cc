// GuestUserDesk and ResetRedemption: what the directory owns of a guest, removal, restoration, another identity.
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GuestUserTest : public GuestDeskTest {
 protected:
  absl::StatusOr<v1::UpdateGuestUserResponse> Update(const v1::UpdateGuestUserRequest& request,
                                                     const Principal& actor = ContosoAdmin()) {
    return Do(guests_, &GuestUserDesk::UpdateGuestUser, request, actor);
  }
  static v1::UpdateGuestUserRequest Change(const std::string& id) {
    v1::UpdateGuestUserRequest request;
    request.mutable_guest_user()->set_name(Contoso(id));
    return request;
  }
  absl::StatusOr<v1::ResetRedemptionResponse> ResetTo(const std::string& id, const std::string& address,
                                                      const Principal& actor = ContosoAdmin()) {
    auto request = Named<v1::ResetRedemptionRequest>(Contoso(id));
    request.set_address(address);
    return Do(invitations_, &InvitationDesk::ResetRedemption, request, actor);
  }
};

TEST_F(GuestUserTest, ChangesDisplayNameSponsorAndTypeAndNothingOfHome) {
  auto request = Change("visitor");
  request.mutable_guest_user()->set_display_name("Our visitor");
  request.mutable_guest_user()->set_sponsor(Contoso("user2"));
  request.mutable_guest_user()->set_user_type(v1::USER_TYPE_MEMBER);
  request.mutable_guest_user()->set_preferred_language("nl");
  const auto response = Update(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->guest_user().display_name(), "Our visitor");
  EXPECT_EQ(response->guest_user().sponsor(), Contoso("user2"));
  EXPECT_EQ(response->guest_user().user_type(), v1::USER_TYPE_MEMBER);
  EXPECT_EQ(response->guest_user().preferred_language(), "nl");
  for (const char* path : {"user_principal_name", "mail", "home", "state", "invitation_state", "roles"}) {
    auto foreign = Change("visitor");
    foreign.mutable_update_mask()->add_paths(path);
    EXPECT_THAT(Update(foreign), ViolatesField("update_mask")) << path;
  }
  for (const std::string& nobody : {Contoso("nobody"), Contoso("deleted"), UserName(kForth, "user1")}) {
    auto sponsored = Change("visitor");
    sponsored.mutable_guest_user()->set_sponsor(nobody);
    EXPECT_THAT(Update(sponsored), ViolatesField("guest_user.sponsor")) << nobody;
  }
  auto member = Change("user1");
  member.mutable_guest_user()->set_display_name("x");
  EXPECT_THAT(Update(member), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "guest user"));
  EXPECT_THAT(Update(request, {kContoso, "user1"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(GuestUserTest, ARemovedGuestCannotActAndHomeIsUntouched) {
  const std::string home =
      "SELECT md5(u::text) FROM hearth.users u WHERE directory_id = 'forthcoffee' AND user_id = 'user2'";
  MakeGuest();
  const std::string before = Sql(home)[0][0];
  ASSERT_THAT(Remove("guest"), IsOk());
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_TRUE(MayAct(User2()));
  EXPECT_EQ(Sql(home)[0][0], before);
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  const AuditRow event{"guest.delete", "allowed", "", "contoso/global-administrator", Contoso("guest")};
  EXPECT_EQ(LastAudit(kContoso), event);
  EXPECT_EQ(LastAudit(kForth), event);
  EXPECT_THAT(Remove("guest"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Remove("user1"), HasReason(v1::ERROR_REASON_NOT_FOUND)) << "no guest";
}

TEST_F(GuestUserTest, ARestoredGuestIsWhatHomeSaysNow) {
  MakeGuest();
  Assign(kContoso, "guest", v1::ROLE_REPORTS_READER);
  ASSERT_THAT(Remove("guest"), IsOk());
  Sql("UPDATE hearth.users SET user_principal_name = 'renamed@forthcoffee.com', mail = 'm@forthcoffee.com' WHERE"
      " directory_id = 'forthcoffee' AND user_id = 'user2'");
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").user_principal_name, "renamed@forthcoffee.com");
  EXPECT_EQ(Person(kContoso, "guest").mail, "m@forthcoffee.com");
  EXPECT_THAT(RolesOf("guest"), ElementsAre(v1::ROLE_REPORTS_READER));
  EXPECT_TRUE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
}

TEST_F(GuestUserTest, ARestoredGuestWhomHomeStoppedMeanwhileIsStopped) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  Sql("UPDATE hearth.users SET disabled = true WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
}

// Whom home converted meanwhile it authenticates no more: what happens there to the account is nothing to the guest.
TEST_F(GuestUserTest, ARestoredGuestWhoIsAtHomeNowhereThereAnyMoreCannotAct) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  auto away = Named<v1::ConvertGuestUserRequest>(UserName(kForth, "user2"));
  away.set_external_address("other@contoso.com");
  ASSERT_THAT(Do(conversions_, &ConversionDesk::ConvertGuestUser, away, ForthAdmin()), IsOk());
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_EQ(Person(kContoso, "guest").user_principal_name, "user2@forthcoffee.com");
  EXPECT_EQ(Person(kContoso, "guest").mail, "") << "the address elsewhere is not the guest's";
  auto back = Named<v1::ConvertGuestUserRequest>(UserName(kForth, "user2"));
  back.set_internal_principal_name("back@forthcoffee.com");
  ASSERT_THAT(Do(conversions_, &ConversionDesk::ConvertGuestUser, back, ForthAdmin()), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "guest"}));
  EXPECT_EQ(Person(kContoso, "guest").user_principal_name, "back@forthcoffee.com");
}

TEST_F(GuestUserTest, ARestoredGuestWhomHomeNoLongerKnowsIsPending) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  Sql("DELETE FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
}

TEST_F(GuestUserTest, WhoCameBackAsAnotherGuestIsNotRestoredTwice) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  ASSERT_THAT(Redeem(Token("user2@forthcoffee.com", "again")), IsOk());
  EXPECT_THAT(Restore("guest"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  // The same after a new name at home, which the removed guest does not know of.
  Sql("UPDATE hearth.users SET user_principal_name = 'renamed@forthcoffee.com' WHERE directory_id = 'forthcoffee' AND"
      " user_id = 'user2'");
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/again"));
}

TEST_F(GuestUserTest, RemovalAndRestorationHaveTheirLimits) {
  EXPECT_THAT(Restore("visitor"), HasReason(v1::ERROR_REASON_NOT_DELETED));
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  Sql("UPDATE hearth.users SET delete_time = now() - interval '31 days' WHERE user_id = 'guest'");
  EXPECT_THAT(Restore("guest"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  Assign(kContoso, "visitor", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(Remove("visitor", Admin(kContoso, v1::ROLE_USER_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(Remove("partner", Admin(kContoso, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  Unassign(kContoso, "global-administrator", v1::ROLE_GLOBAL_ADMINISTRATOR);
  Assign(kContoso, "global-administrator", v1::ROLE_USER_ADMINISTRATOR);
  EXPECT_THAT(Leave("user1", {kForth, "user1"}), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR));
}

TEST_F(GuestUserTest, AGuestIsToldByMailWhenThatIsAskedFor) {
  MakeGuest();
  auto request = Named<v1::DeleteGuestUserRequest>(Contoso("guest"));
  request.set_send_mail(true);
  ASSERT_THAT(Do(guests_, &GuestUserDesk::DeleteGuestUser, request), IsOk());
  EXPECT_THAT(Sql("SELECT recipient, template FROM hearth.mails"),
              ElementsAre(ElementsAre("user2@forthcoffee.com", "13")));
}

TEST_F(GuestUserTest, AnotherIdentityRedeemsAndTheGuestKeepsIdAndRoles) {
  AddFabrikam();
  MakeGuest();
  Assign(kContoso, "guest", v1::ROLE_REPORTS_READER);
  const auto reset = ResetTo("guest", "member@fabrikam.com");
  ASSERT_THAT(reset, IsOk());
  EXPECT_FALSE(MayAct({kContoso, "guest"})) << "the one before is out at once";
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  EXPECT_EQ(LastAudit(kForth).action, "guest.reset_redemption") << "the home of before sees it";
  EXPECT_THAT(Redeem(reset->invitation_token()), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  ASSERT_THAT(Redeem(reset->invitation_token(), {"fabrikam", "member"}), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").home.directory, "fabrikam");
  EXPECT_THAT(RolesOf("guest"), ElementsAre(v1::ROLE_REPORTS_READER));
  EXPECT_THAT(MembershipsOf("member", "fabrikam"), ElementsAre("contoso/guest"));
}

TEST_F(GuestUserTest, APersonMadeAnewAtHomeRedeemsAgain) {
  Sql("DELETE FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  Sql("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id)"
      " VALUES ('forthcoffee', 'user1', 'user1@forthcoffee.com', 'Another', 1, 'forthcoffee')");
  const auto reset = ResetTo("visitor", "user1@forthcoffee.com");
  ASSERT_THAT(reset, IsOk());
  ASSERT_THAT(Redeem(reset->invitation_token(), {kForth, "user1"}), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "visitor"}));
}

TEST_F(GuestUserTest, WhoMayResetARedemption) {
  EXPECT_THAT(ResetTo("visitor", "user1@forthcoffee.com", Admin(kContoso, v1::ROLE_HELPDESK_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(ResetTo("visitor", "user1@forthcoffee.com", Admin(kContoso, v1::ROLE_GUEST_INVITER)),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  Assign(kContoso, "partner", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(ResetTo("partner", "partner@forthcoffee.com", Admin(kContoso, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(ResetTo("contractor", "x@forthcoffee.com"), HasReason(v1::ERROR_REASON_INVITATION_NOT_PENDING));
  EXPECT_THAT(ResetTo("visitor", "partner@forthcoffee.com"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
}

}  // namespace
}  // namespace hearth::test
