// MembershipDesk: home lists where its people are guests, and ends it.
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MembershipTest : public GuestDeskTest {
 protected:
  absl::StatusOr<v1::ListMembershipsResponse> List(const std::string& user, const Principal& actor, int size = 0,
                                                   const std::string& token = "") {
    v1::ListMembershipsRequest request;
    request.set_parent(UserName(kForth, user));
    request.set_page_size(size);
    request.set_page_token(token);
    return Do(memberships_, &MembershipDesk::ListMemberships, request, actor);
  }
};

TEST_F(MembershipTest, ListsWhereAPersonIsAGuestByPage) {
  AddFabrikam();
  Sql("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id,"
      " invitation_state, home_identity) SELECT 'fabrikam', 'g', user_principal_name, 'x', 2, 'forthcoffee', 2, "
      "identity"
      " FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  const auto first = List("user1", ForthAdmin(), 1);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->memberships_size(), 1);
  EXPECT_EQ(first->memberships(0).name(), "directories/forthcoffee/users/user1/memberships/contoso");
  const auto second = List("user1", ForthAdmin(), 1, first->next_page_token());
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->memberships_size(), 1);
  EXPECT_EQ(second->memberships(0).guest_user(), "directories/fabrikam/users/g");
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_EQ(List("user2", ForthAdmin())->memberships_size(), 0);
  EXPECT_THAT(List("nobody", ForthAdmin()), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(MembershipTest, ListsAllPeopleOfTheDirectoryAbroadByPage) {
  MakeGuest();
  std::vector<std::string> all;
  std::string token;
  do {
    const auto page = List("-", ForthAdmin(), 1, token);
    ASSERT_THAT(page, IsOk());
    for (const auto& membership : page->memberships()) all.push_back(membership.name());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(all, ElementsAre("directories/forthcoffee/users/partner-at-home/memberships/contoso",
                               "directories/forthcoffee/users/user1/memberships/contoso",
                               "directories/forthcoffee/users/user2/memberships/contoso"));
}

TEST_F(MembershipTest, APersonLeavesAndIsRestoredThereAsSomebodyWhoHasNotAgreed) {
  MakeGuest();
  ASSERT_THAT(Leave("user2", User2()), IsOk());
  EXPECT_TRUE(Person(kContoso, "guest").deleted());
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_TRUE(MayAct(User2()));
  const AuditRow event{"guest.leave", "allowed", "", "forthcoffee/user2",
                       "directories/forthcoffee/users/user2/memberships/contoso"};
  EXPECT_EQ(LastAudit(kForth), event);
  EXPECT_EQ(LastAudit(kContoso), event);
  EXPECT_THAT(Leave("user2", User2()), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "membership"));
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  const auto resent =
      Do(invitations_, &InvitationDesk::ResendInvitation, Named<v1::ResendInvitationRequest>(Contoso("guest")));
  ASSERT_THAT(resent, IsOk());
  ASSERT_THAT(Redeem(resent->invitation_token()), IsOk()) << "they may agree again";
  EXPECT_TRUE(MayAct({kContoso, "guest"}));
}

TEST_F(MembershipTest, AnAdministratorOfHomeEndsTheMembershipOfALeaver) {
  MakeGuest();
  EXPECT_THAT(Leave("user2", Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Leave("user2", {kForth, "user1"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Leave("user2", Admin(kForth, v1::ROLE_USER_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  EXPECT_THAT(Leave("user1", ForthAdmin(), "nowhere"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(MembershipTest, AGuestPrincipalOfOneDirectoryEndsNothingOfAnother) {
  v1::LeaveDirectoryRequest request;
  request.set_name(MembershipName(kForth, "user1", kContoso));
  EXPECT_THAT(Do(memberships_, &MembershipDesk::LeaveDirectory, request, Principal{kContoso, "visitor"}),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Do(memberships_, &MembershipDesk::LeaveDirectory, request, ContosoAdmin()),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(MembershipsOf("user1"), ElementsAre("contoso/visitor"));
}

TEST_F(MembershipTest, CirclesOfGuestsAreNothingSpecial) {
  EXPECT_THAT(MembershipsOf("user1", kContoso), ElementsAre("forthcoffee/visitor"));
  EXPECT_THAT(MembershipsOf("user1", kForth), ElementsAre("contoso/visitor"));
  ASSERT_THAT(Leave("user1", {kForth, "user1"}), IsOk());
  EXPECT_THAT(MembershipsOf("user1", kContoso), ElementsAre("forthcoffee/visitor"));
  EXPECT_TRUE(MayAct({kForth, "visitor"}));
}

}  // namespace
}  // namespace hearth::test
