// A person of Forth Coffee who is a guest of Contoso and of Fabrikam: what each of the three can do, and what the others see of it.
#include "server/credential/hasher.h"
#include "server/directory/user_desk.h"
#include "server/directory/user_store.h"
#include "server/reset/reset_desk.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

constexpr char kFabrikam[] = "fabrikam";

class ThreeDirectoriesTest : public GuestDeskTest {
 protected:
  void SetUp() override {
    AddFabrikam();
    MakeGuest();
    auto request = Invitation("user2@forthcoffee.com");
    request.set_parent(DirectoryName(kFabrikam));
    const auto invited = Invite(request, FabrikamAdmin());
    ASSERT_THAT(invited, IsOk());
    ASSERT_THAT(Redeem(invited->invitation_token()), IsOk());
    ASSERT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest", "fabrikam/guest"));
  }
  static Principal FabrikamAdmin() { return {kFabrikam, "global-administrator"}; }
  bool MayActIn(const std::string& directory) { return MayAct({directory, "guest"}); }
  absl::Status Reset(const std::string& directory, const Principal& actor) {
    const auto request = Named<v1::ResetPasswordRequest>(UserName(directory, "guest"));
    return Do(resets_, &ResetDesk::ResetPassword, request, actor).status();
  }

  SystemRandom random_;
  Hasher hasher_{&keyring(), {.memory_kib = 1024, .iterations = 1}, 1};
  NewPasswords passwords_{&database(), &hasher_, &keyring(), &random_};
  ResetDesk resets_{&database(), &hasher_, &keyring(), &passwords_};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(ThreeDirectoriesTest, NeitherOfTwoReachesThePasswordOrTheOther) {
  for (const auto& [own, other] : {std::pair(ContosoAdmin(), kFabrikam), std::pair(FabrikamAdmin(), kContoso)}) {
    EXPECT_THAT(Reset(own.directory, own),
                Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "forthcoffee.com"));
    EXPECT_THAT(Reset(other, own), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    EXPECT_THAT(
        Do(guests_, &GuestUserDesk::DeleteGuestUser, Named<v1::DeleteGuestUserRequest>(UserName(other, "guest")), own),
        HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    EXPECT_THAT(Do(memberships_, &MembershipDesk::LeaveDirectory,
                   Named<v1::LeaveDirectoryRequest>(MembershipName(kForth, "user2", other)), own),
                HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  }
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.credentials"), testing::IsEmpty());
}

TEST_F(ThreeDirectoriesTest, WhatOneDoesIsNothingToTheOtherAndHomeSeesIt) {
  const size_t events = Audit(kFabrikam).size();
  ASSERT_THAT(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(Contoso("guest"))), IsOk());
  EXPECT_FALSE(MayActIn(kContoso));
  EXPECT_TRUE(MayActIn(kFabrikam));
  ASSERT_THAT(Remove("guest"), IsOk());
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("fabrikam/guest"));
  EXPECT_EQ(LastAudit(kForth).action, "guest.delete");
  EXPECT_EQ(Audit(kFabrikam).size(), events);
  ASSERT_THAT(Restore("guest"), IsOk());
  ASSERT_THAT(Leave("user2", User2(), kFabrikam), IsOk());
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
  EXPECT_TRUE(MayAct(User2()));
}

TEST_F(ThreeDirectoriesTest, WhatHomeDoesIsTrueInBoth) {
  const std::string name = UserName(kForth, "user2");
  ASSERT_THAT(Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(name), ForthAdmin()), IsOk());
  EXPECT_FALSE(MayActIn(kContoso));
  EXPECT_FALSE(MayActIn(kFabrikam));
  ASSERT_THAT(Do(users_, &UserDesk::EnableUser, Named<v1::EnableUserRequest>(name), ForthAdmin()), IsOk());
  EXPECT_TRUE(MayActIn(kContoso));
  EXPECT_TRUE(MayActIn(kFabrikam));
  ASSERT_THAT(Do(resets_, &ResetDesk::ResetPassword, Named<v1::ResetPasswordRequest>(name), ForthAdmin()), IsOk());
  const absl::Time cut = Person(kForth, "user2").sessions_valid_after;
  EXPECT_EQ(Person(kContoso, "guest").sessions_valid_after, cut);
  EXPECT_EQ(Person(kFabrikam, "guest").sessions_valid_after, cut);
}

// Fabrikam hires its guest: from then on that is a person of its own, with a password of their own.
TEST_F(ThreeDirectoriesTest, AHomeThatMovesToOneLeavesHomeAndTheOther) {
  auto convert = Named<v1::ConvertGuestUserRequest>(UserName(kFabrikam, "guest"));
  convert.set_internal_principal_name("user2@fabrikam.com");
  ASSERT_THAT(Do(conversions_, &ConversionDesk::ConvertGuestUser, convert, FabrikamAdmin()), IsOk());
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
  ASSERT_THAT(Reset(kFabrikam, FabrikamAdmin()), IsOk());
  EXPECT_THAT(Sql("SELECT directory_id, user_id FROM hearth.credentials"),
              ElementsAre(ElementsAre("fabrikam", "guest")));
  EXPECT_THAT(Reset(kContoso, ContosoAdmin()),
              Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "forthcoffee.com"));
  ASSERT_THAT(
      Do(users_, &UserDesk::DisableUser, Named<v1::DisableUserRequest>(UserName(kForth, "user2")), ForthAdmin()),
      IsOk());
  EXPECT_FALSE(MayActIn(kContoso));
  EXPECT_TRUE(MayActIn(kFabrikam)) << "Forth Coffee is home there no more";
}

}  // namespace
}  // namespace hearth::test
