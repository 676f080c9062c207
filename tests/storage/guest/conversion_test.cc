// ConversionDesk: through every conversion the password can be reset in exactly one place, or nowhere.
#include "server/credential/hasher.h"
#include "server/directory/user_desk.h"
#include "server/reset/reset_desk.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConversionTest : public GuestDeskTest {
 protected:
  absl::StatusOr<v1::ConvertGuestUserResponse> ToInternal(const std::string& id, const std::string& principal_name,
                                                          const Principal& actor = ContosoAdmin()) {
    auto request = Named<v1::ConvertGuestUserRequest>(Contoso(id));
    request.set_internal_principal_name(principal_name);
    return Do(conversions_, &ConversionDesk::ConvertGuestUser, request, actor);
  }
  absl::StatusOr<v1::ConvertGuestUserResponse> ToExternal(const std::string& id, const std::string& address,
                                                          const Principal& actor = ContosoAdmin()) {
    auto request = Named<v1::ConvertGuestUserRequest>(Contoso(id));
    request.set_external_address(address);
    return Do(conversions_, &ConversionDesk::ConvertGuestUser, request, actor);
  }
  absl::Status Reset(const std::string& directory, const std::string& user) {
    const auto request = Named<v1::ResetPasswordRequest>(UserName(directory, user));
    return Do(resets_, &ResetDesk::ResetPassword, request, Principal{directory, "global-administrator"}).status();
  }
  int Passwords(const std::string& user) {
    return static_cast<int>(Sql(absl::StrCat("SELECT 1 FROM hearth.credentials WHERE user_id = '", user, "'")).size());
  }

  SystemRandom random_;
  Hasher hasher_{&keyring(), {.memory_kib = 1024, .iterations = 1}, 2};
  NewPasswords passwords_{&database(), &hasher_, &keyring(), &random_};
  ResetDesk resets_{&database(), &hasher_, &keyring(), &passwords_};
};

TEST_F(ConversionTest, AnExternalPersonComesHomeWithoutAPassword) {
  MakeGuest();
  Assign(kContoso, "guest", v1::ROLE_REPORTS_READER);
  ASSERT_THAT(Reset(kContoso, "guest"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
  const auto response = ToInternal("guest", "Two@Contoso.com");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->guest_user().user_principal_name(), "two@contoso.com");
  EXPECT_EQ(response->guest_user().home().kind(), v1::Home::KIND_THIS_DIRECTORY);
  EXPECT_EQ(response->guest_user().user_type(), v1::USER_TYPE_MEMBER);
  EXPECT_FALSE(response->guest_user().password_status().set());
  EXPECT_EQ(response->invitation_token(), "");
  EXPECT_THAT(RolesOf("guest"), ElementsAre(v1::ROLE_REPORTS_READER));
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  EXPECT_EQ(LastAudit(kForth).action, "guest.convert");
  EXPECT_THAT(Reset(kContoso, "guest"), IsOk());
  EXPECT_THAT(Reset(kForth, "user2"), IsOk()) << "the human's other account is another account";
}

// Hashes and mailed tokens are bound to a version of the password; one that came again would make old ones good again.
TEST_F(ConversionTest, VersionsOfPasswordsDoNotBeginAgain) {
  const auto version = [this] {
    return Sql("SELECT version FROM hearth.credentials WHERE directory_id = 'contoso' AND user_id = 'user2'")[0][0];
  };
  ASSERT_THAT(Reset(kContoso, "user2"), IsOk());
  ASSERT_THAT(Reset(kContoso, "user2"), IsOk());
  ASSERT_EQ(version(), "2");
  ASSERT_THAT(ToExternal("user2", "user2@forthcoffee.com"), IsOk());
  ASSERT_EQ(Passwords("user2"), 0);
  ASSERT_THAT(ToInternal("user2", "user2@contoso.com"), IsOk());
  ASSERT_THAT(Reset(kContoso, "user2"), IsOk());
  EXPECT_EQ(version(), "3");
}

TEST_F(ConversionTest, AnInternalPersonLosesThePasswordInTheSameTransaction) {
  ASSERT_THAT(Reset(kContoso, "user2"), IsOk());
  ASSERT_EQ(Passwords("user2"), 1);
  const auto response = ToExternal("user2", "user2@forthcoffee.com");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(Passwords("user2"), 0);
  EXPECT_EQ(response->guest_user().invitation_state(), v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_EQ(response->guest_user().user_type(), v1::USER_TYPE_MEMBER) << "how Contoso regards them did not change";
  EXPECT_THAT(Reset(kContoso, "user2"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
  EXPECT_FALSE(MayAct({kContoso, "user2"}));
  ASSERT_THAT(Redeem(response->invitation_token()), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "user2"}));
  EXPECT_THAT(Reset(kContoso, "user2"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
}

TEST_F(ConversionTest, TheFourQuadrantsThereAndBack) {
  struct Quadrant {
    const char* id;
    bool external;
    v1::UserType type;
  };
  for (const Quadrant& quadrant :
       {Quadrant{"user2", false, v1::USER_TYPE_MEMBER}, Quadrant{"contractor", false, v1::USER_TYPE_GUEST},
        Quadrant{"partner", true, v1::USER_TYPE_MEMBER}, Quadrant{"visitor", true, v1::USER_TYPE_GUEST}}) {
    bool external = quadrant.external;
    for (int round = 0; round < 4; ++round) {
      EXPECT_THAT(Reset(kContoso, quadrant.id),
                  external ? testing::Matcher<absl::Status>(HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY))
                           : testing::Matcher<absl::Status>(IsOk()))
          << quadrant.id << " " << round;
      EXPECT_EQ(Passwords(quadrant.id), external ? 0 : 1) << quadrant.id << " " << round;
      const std::string there = absl::StrCat(quadrant.id, "-", round, "@forthcoffee.com"),
                        here = absl::StrCat(quadrant.id, "-", round, "@contoso.com");
      EXPECT_THAT(external ? ToExternal(quadrant.id, there) : ToInternal(quadrant.id, here),
                  HasReason(v1::ERROR_REASON_HOME_UNCHANGED));
      ASSERT_THAT(external ? ToInternal(quadrant.id, here) : ToExternal(quadrant.id, there), IsOk());
      external = !external;
    }
  }
}

TEST_F(ConversionTest, AConversionIsAskedAsEverythingElse) {
  EXPECT_THAT(ToInternal("visitor", "v@forthcoffee.com"), HasReason(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED));
  EXPECT_THAT(ToInternal("visitor", "user1@contoso.com"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(ToExternal("user2", "user2@contoso.net"), ViolatesField("external_address"));
  EXPECT_THAT(ToExternal("user2", "user1@forthcoffee.com"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(ToExternal("user2", "x@nowhere.example"), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  EXPECT_THAT(ToExternal("global-administrator", "x@forthcoffee.com"), HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
  EXPECT_THAT(ToExternal("global-administrator", "x@forthcoffee.com", Admin(kContoso, v1::ROLE_USER_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(ToInternal("visitor", "v@contoso.com", Admin(kContoso, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  ASSERT_THAT(SetPolicy(kForth, [](auto& policy) { policy.set_outbound_rule(v1::DOMAIN_RULE_ONLY_LISTED); }), IsOk());
  EXPECT_THAT(ToExternal("user2", "x@forthcoffee.com"), HasReason(v1::ERROR_REASON_GUEST_POLICY));
  GivePassword(kContoso, "user2");
  EXPECT_THAT(ToExternal("user2", "x@forthcoffee.com"), HasReason(v1::ERROR_REASON_GUEST_POLICY));
  EXPECT_EQ(Passwords("user2"), 1) << "all or nothing";
}

TEST_F(ConversionTest, WhoIsAtHomeNowhereHereAnyMoreIsNoGuestAbroadEither) {
  ASSERT_TRUE(MayAct({kForth, "visitor"})) << "Contoso's user1, as a guest of Forth Coffee";
  ASSERT_THAT(ToExternal("user1", "new@forthcoffee.com"), IsOk());
  EXPECT_FALSE(MayAct({kForth, "visitor"}));
  EXPECT_EQ(Person(kForth, "visitor").user_principal_name, "user1@contoso.com");
  ASSERT_THAT(ToInternal("user1", "user1@contoso.com"), IsOk());
  EXPECT_TRUE(MayAct({kForth, "visitor"}));
}

// A reset and a conversion at once: the password is there only if the person is at home there.
TEST_F(ConversionTest, RacesWithResetsLeaveNoPasswordAwayFromHome) {
  for (int round = 0; round < 20; ++round) {
    absl::Status reset, converted;
    const bool away = round % 2 == 0;
    RunTogether({[&] { reset = Reset(kContoso, "user2"); },
                 [&] {
                   converted = (away ? ToExternal("user2", absl::StrCat("r", round, "@forthcoffee.com"))
                                     : ToInternal("user2", absl::StrCat("r", round, "@contoso.com")))
                                   .status();
                 }});
    EXPECT_THAT(converted, IsOk()) << round;
    EXPECT_TRUE(!away || Passwords("user2") == 0) << reset;
    EXPECT_TRUE(reset.ok() || ReasonOf(reset) == v1::ERROR_REASON_NOT_HOME_DIRECTORY) << reset;
  }
}

}  // namespace
}  // namespace hearth::test
