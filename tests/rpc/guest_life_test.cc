// The guest's life over gRPC, from invitation to departure: two directories, the gate's part, and what is left behind.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class GuestLifeTest : public PasswordFixture {
 protected:
  absl::Status Invite(const Principal& caller, const std::string& address, const std::string& id) {
    invited_.Clear();
    v1::InviteGuestUserRequest request;
    request.set_parent("directories/" + caller.directory);
    request.set_address(address);
    request.set_user_id(id);
    return Call(caller, &Guest::InviteGuestUser, request, &invited_);
  }
  absl::Status Redeem(const Principal& caller, const std::string& token) {
    redeemed_.Clear();
    v1::RedeemInvitationRequest request;
    request.set_invitation_token(token);
    request.set_consent(true);
    return Call(caller, &Guest::RedeemInvitation, request, &redeemed_);
  }
  absl::Status LookAtSelf(const Principal& guest) {
    v1::GetGuestUserRequest request;
    v1::GetGuestUserResponse response;
    request.set_name(absl::StrCat("directories/", guest.directory, "/users/", guest.subject));
    return Call(guest, &Guest::GetGuestUser, request, &response);
  }
  absl::Status Disable(const Principal& caller, const std::string& name) {
    v1::DisableUserRequest request;
    v1::DisableUserResponse response;
    request.set_name(name);
    return Call(caller, &Directories::DisableUser, request, &response);
  }

  v1::InviteGuestUserResponse invited_;
  v1::RedeemInvitationResponse redeemed_;
};

TEST_F(GuestLifeTest, FromInvitationToDeparture) {
  const Principal person{kForth, "user2"}, guest{kContoso, "ann"};
  Give("user2", "a sentence that nobody guesses");
  const std::string version = VersionOf("user2");
  ASSERT_THAT(Invite(ContosoAdmin(), "user2@forthcoffee.com", "ann"), IsOk());
  EXPECT_THAT(LookAtSelf(guest), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << "pending";
  ASSERT_THAT(Redeem(person, invited_.invitation_token()), IsOk());
  EXPECT_EQ(redeemed_.membership().guest_user(), "directories/contoso/users/ann");
  EXPECT_THAT(LookAtSelf(guest), IsOk());
  EXPECT_THAT(DoReset(ResetOf("directories/contoso/users/ann"), ContosoAdmin()),
              Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "forthcoffee.com"));

  ASSERT_THAT(Disable(ForthAdmin(), "directories/forthcoffee/users/user2"), IsOk());
  EXPECT_THAT(LookAtSelf(guest), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << "on the next call";
  Sql("UPDATE hearth.users SET disabled = false WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  EXPECT_THAT(LookAtSelf(guest), IsOk());

  v1::ListMembershipsRequest list;
  v1::ListMembershipsResponse listed;
  list.set_parent("directories/forthcoffee/users/user2");
  ASSERT_THAT(Call(person, &Guest::ListMemberships, list, &listed), IsOk()) << "their own";
  ASSERT_EQ(listed.memberships_size(), 1);
  v1::LeaveDirectoryRequest leave;
  v1::LeaveDirectoryResponse left;
  leave.set_name(listed.memberships(0).name());
  ASSERT_THAT(Call(person, &Guest::LeaveDirectory, leave, &left), IsOk());
  EXPECT_THAT(LookAtSelf(guest), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_EQ(VersionOf("user2"), version) << "home's password was never touched";
  EXPECT_THAT(Verify("directories/forthcoffee/users/user2", "a sentence that nobody guesses"), IsOk());
}

// A home moves there and back; at each instant one directory can reset, or none, and a redemption is reset in between.
TEST_F(GuestLifeTest, AHomeMovesAndARedemptionIsReset) {
  const std::string name = "directories/forthcoffee/users/user2";
  Give("user2", "a sentence that nobody guesses");
  v1::ConvertGuestUserRequest convert;
  v1::ConvertGuestUserResponse converted;
  convert.set_name(name);
  convert.set_external_address("user2@contoso.com");
  EXPECT_THAT(Call({kForth, "helpdesk-administrator"}, &Guest::ConvertGuestUser, convert, &converted),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "guests.write"));
  EXPECT_THAT(Call(ContosoAdmin(), &Guest::ConvertGuestUser, convert, &converted),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  ASSERT_THAT(Call(ForthAdmin(), &Guest::ConvertGuestUser, convert, &converted), IsOk());
  EXPECT_EQ(converted.guest_user().home().domain(), "contoso.com");
  EXPECT_THAT(Verify(name, "a sentence that nobody guesses"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(DoReset(ResetOf(name)), Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "contoso.com"));
  EXPECT_THAT(LookAtSelf({kForth, "user2"}), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << "pending";
  ASSERT_THAT(Redeem({kContoso, "user2"}, converted.invitation_token()), IsOk());
  EXPECT_THAT(LookAtSelf({kForth, "user2"}), IsOk());

  v1::ResetRedemptionRequest reset;
  v1::ResetRedemptionResponse renewed;
  reset.set_name(name);
  reset.set_address("partner@contoso.com");
  EXPECT_THAT(Call({kForth, "guest-inviter"}, &Guest::ResetRedemption, reset, &renewed),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "guests.reset"));
  EXPECT_THAT(Call(ForthAdmin(), &Guest::ResetRedemption, reset, &renewed), HasReason(v1::ERROR_REASON_ALREADY_EXISTS))
      << "a guest by that name there is";
  reset.set_address("contractor@contoso.com");
  ASSERT_THAT(Call(ForthAdmin(), &Guest::ResetRedemption, reset, &renewed), IsOk());
  EXPECT_THAT(LookAtSelf({kForth, "user2"}), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_THAT(Redeem({kContoso, "user2"}, renewed.invitation_token()),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  ASSERT_THAT(Redeem({kContoso, "contractor"}, renewed.invitation_token()), IsOk());
  EXPECT_EQ(Audit(kContoso).back().action, "guest.redeem");

  convert.set_internal_principal_name("user2@forthcoffee.com");
  ASSERT_THAT(Call(ForthAdmin(), &Guest::ConvertGuestUser, convert, &converted), IsOk());
  EXPECT_EQ(Audit(kContoso).back().action, "guest.convert") << "the home of before sees it";
  EXPECT_THAT(Verify(name, "a sentence that nobody guesses"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(DoReset(ResetOf(name)), IsOk());
}

TEST_F(GuestLifeTest, APasswordResetAtHomeEndsTheSessionsAbroad) {
  const auto sessions = [this] { return absl::ToUnixMicros(Person(kContoso, "visitor").sessions_valid_after); };
  const auto before = sessions();
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  EXPECT_GT(sessions(), before);
  EXPECT_EQ(sessions(), absl::ToUnixMicros(Person(kForth, "user1").sessions_valid_after));
}

TEST_F(GuestLifeTest, TheGateLetsOnlyPeopleThroughAndBothDirectoriesSeeWhoTried) {
  ASSERT_THAT(Invite(ContosoAdmin(), "user2@forthcoffee.com", "ann"), IsOk());
  const std::string token = invited_.invitation_token();
  EXPECT_THAT(Redeem({kForth, "backend"}, token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << "a service";
  EXPECT_THAT(Redeem({kForth, "disabled"}, token), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_THAT(Redeem({kForth, "user1"}, token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  const AuditRow refused{"guest.redeem", "refused", "INVITATION_NOT_ACCEPTED", "forthcoffee/user1",
                         "directories/contoso/users/ann"};
  EXPECT_EQ(Audit(kForth).back().actor, refused.actor);
  EXPECT_EQ(Audit(kContoso).back().actor, refused.actor);
  EXPECT_EQ(Audit(kContoso).back().reason, refused.reason);
  v1::RedeemInvitationRequest request;
  request.set_invitation_token(token);
  EXPECT_THAT(CallWith("", &Guest::RedeemInvitation, request, &redeemed_),
              HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED))
      << "possession of the link is nothing";
}

// A token opens the fence for one method alone: handed to any other as a name, it is no name at all.
TEST_F(GuestLifeTest, AnInvitationOpensNothingElse) {
  ASSERT_THAT(Invite(ContosoAdmin(), "user2@forthcoffee.com", "ann"), IsOk());
  const Principal person{kForth, "user2"};
  for (const char* name : {"directories/contoso/users/ann", "directories/contoso/users/nobody"}) {
    v1::GetGuestUserRequest get;
    v1::GetGuestUserResponse got;
    get.set_name(name);
    EXPECT_THAT(Call(person, &Guest::GetGuestUser, get, &got), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    v1::ResendInvitationRequest resend;
    v1::ResendInvitationResponse resent;
    resend.set_name(name);
    EXPECT_THAT(Call(person, &Guest::ResendInvitation, resend, &resent), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    EXPECT_THAT(Call(ForthAdmin(), &Guest::ResendInvitation, resend, &resent),
                HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  }
  ASSERT_THAT(Redeem(person, invited_.invitation_token()), IsOk());
}

// Edited in every part, signed anew by nobody: one answer.
TEST_F(GuestLifeTest, ForgedTokensGetTheSameBytes) {
  ASSERT_THAT(Invite(ContosoAdmin(), "user2@forthcoffee.com", "ann"), IsOk());
  const std::vector<std::string> parts = absl::StrSplit(invited_.invitation_token(), '.');
  std::set<std::string> answers;
  for (const std::string& forged :
       {absl::StrCat("forthcoffee.", parts[1], ".", parts[2]), absl::StrCat("nowhere.", parts[1], ".", parts[2]),
        absl::StrCat(parts[0], ".visitor.", parts[2]), absl::StrCat(parts[0], ".nobody.", parts[2]),
        absl::StrCat(parts[0], ".", parts[1], ".", std::string(43, 'A'))}) {
    const absl::Status status = Redeem({kForth, "user2"}, forged);
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << forged;
    answers.insert(status.ToString());
  }
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(GuestLifeTest, ListsShowNoTokenAndNoDigest) {
  ASSERT_THAT(Invite(ContosoAdmin(), "user2@forthcoffee.com", "ann"), IsOk());
  const std::string secret = invited_.invitation_token().substr(invited_.invitation_token().rfind('.') + 1);
  v1::ListGuestUsersRequest request;
  v1::ListGuestUsersResponse response;
  request.set_parent("directories/contoso");
  ASSERT_THAT(Call(Admin(kContoso, v1::ROLE_GUEST_INVITER), &Guest::ListGuestUsers, request, &response), IsOk());
  EXPECT_EQ(response.SerializeAsString().find(secret), std::string::npos);
  for (const char* caller : {"user1", "visitor", "message-center-reader"}) {
    EXPECT_THAT(Call({kContoso, caller}, &Guest::ListGuestUsers, request, &response),
                HasReason(v1::ERROR_REASON_PERMISSION_MISSING))
        << caller;
  }
}

}  // namespace
}  // namespace hearth::test
