// The desks of guests, and their calls in short. Contoso invites people of Forth Coffee, and its Global Administrator calls unless said otherwise.
// After each test the memberships that homes list are exactly the live guests who are linked, and only pending guests have invitations.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "server/guest/conversion_desk.h"
#include "server/guest/guest_desk.h"
#include "server/guest/guest_user_desk.h"
#include "server/guest/invitation_desk.h"
#include "server/guest/membership_desk.h"
#include "server/guest/policy_desk.h"
#include "server/guest/redemption_desk.h"
#include "server/guest/restoration_desk.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

class GuestDeskTest : public Fixture {
 protected:
  static Principal User2() { return {kForth, "user2"}; }
  static std::string Contoso(const std::string& user) { return UserName(kContoso, user); }

  void TearDown() override {
    EXPECT_THAT(Sql("SELECT directory_id, resource_directory_id, guest_id FROM hearth.memberships EXCEPT"
                    " SELECT home_directory_id, directory_id, user_id FROM hearth.users"
                    " WHERE home_identity IS NOT NULL AND delete_time IS NULL"),
                testing::IsEmpty());
    EXPECT_THAT(Sql("SELECT g.home_directory_id, g.directory_id, g.user_id FROM hearth.users g"
                    " JOIN hearth.users h ON h.directory_id = g.home_directory_id AND h.identity = g.home_identity"
                    " WHERE g.delete_time IS NULL EXCEPT"
                    " SELECT directory_id, resource_directory_id, guest_id FROM hearth.memberships"),
                testing::IsEmpty());
    EXPECT_THAT(Sql("SELECT 1 FROM hearth.invitations i JOIN hearth.users u USING (directory_id, user_id)"
                    " WHERE u.invitation_state <> 1 OR u.delete_time IS NOT NULL"),
                testing::IsEmpty());
    EXPECT_THAT(Sql("SELECT 1 FROM hearth.credentials c JOIN hearth.users u USING (directory_id, user_id)"
                    " WHERE u.home_directory_id IS DISTINCT FROM u.directory_id"),
                testing::IsEmpty());
  }

  // A third organisation, Fabrikam, with a member `member` and a Global Administrator `global-administrator`.
  void AddFabrikam() {
    Sql("INSERT INTO hearth.directories (directory_id, display_name) VALUES ('fabrikam', 'Fabrikam');"
        "INSERT INTO hearth.domains (domain, directory_id, is_primary) VALUES ('fabrikam.com', 'fabrikam', true);"
        "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)"
        " VALUES ('fabrikam', 'primary', 'https://issuer.fabrikam.com', 'hearth', '{\"keys\":[]}');"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
        "home_directory_id)"
        " SELECT 'fabrikam', id, id || '@fabrikam.com', id, 1, 'fabrikam' FROM unnest('{member,global-administrator}'"
        "::text[]) id;"
        "INSERT INTO hearth.role_assignments (directory_id, user_id, role)"
        " VALUES ('fabrikam', 'global-administrator', 'global_administrator')");
  }

  static v1::InviteGuestUserRequest Invitation(const std::string& address, const std::string& id = "guest") {
    v1::InviteGuestUserRequest request;
    request.set_parent(DirectoryName(kContoso));
    request.set_address(address);
    request.set_user_id(id);
    return request;
  }
  absl::StatusOr<v1::InviteGuestUserResponse> Invite(const v1::InviteGuestUserRequest& request,
                                                     const Principal& actor = ContosoAdmin()) {
    return invitations_.InviteGuestUser(By(actor, request), request);
  }
  // Invites; the token.
  std::string Token(const std::string& address, const std::string& id = "guest") {
    const auto response = Invite(Invitation(address, id));
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->invitation_token() : "";
  }
  absl::StatusOr<v1::RedeemInvitationResponse> Redeem(const std::string& token, const Principal& actor = User2()) {
    v1::RedeemInvitationRequest request;
    request.set_invitation_token(token);
    request.set_consent(true);
    return redemptions_.RedeemInvitation(By(actor, request), request);
  }
  // Makes user2 of Forth Coffee a guest of Contoso, by the id `guest`.
  void MakeGuest() { ASSERT_THAT(Redeem(Token("user2@forthcoffee.com")), IsOk()); }

  // Any other call of the desks: Do(guests_, &GuestUserDesk::DeleteGuestUser, request).
  template <class Desk, class Request, class Response>
  absl::StatusOr<Response> Do(Desk& desk, absl::StatusOr<Response> (Desk::*method)(const Call&, const Request&),
                              const Request& request, const Principal& actor = ContosoAdmin()) {
    return (desk.*method)(By(actor, request), request);
  }
  template <class Request>
  static Request Named(const std::string& name) {
    Request request;
    request.set_name(name);
    return request;
  }
  absl::StatusOr<v1::DeleteGuestUserResponse> Remove(const std::string& id, const Principal& actor = ContosoAdmin()) {
    return Do(guests_, &GuestUserDesk::DeleteGuestUser, Named<v1::DeleteGuestUserRequest>(Contoso(id)), actor);
  }
  absl::StatusOr<v1::UndeleteGuestUserResponse> Restore(const std::string& id) {
    return Do(restorations_, &RestorationDesk::UndeleteGuestUser, Named<v1::UndeleteGuestUserRequest>(Contoso(id)));
  }
  absl::StatusOr<v1::LeaveDirectoryResponse> Leave(const std::string& user, const Principal& actor,
                                                   const std::string& directory = kContoso) {
    return Do(memberships_, &MembershipDesk::LeaveDirectory,
              Named<v1::LeaveDirectoryRequest>(MembershipName(actor.directory, user, directory)), actor);
  }
  // Changes the guest policy of a directory, as its Global Administrator.
  absl::Status SetPolicy(const std::string& directory, const std::function<void(v1::GuestPolicy&)>& change) {
    v1::UpdateGuestPolicyRequest request;
    request.mutable_guest_policy()->set_name(GuestPolicyName(directory));
    change(*request.mutable_guest_policy());
    return Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request, Principal{directory, "global-administrator"})
        .status();
  }

  // Whether the principal may act in its directory, as the gate asks.
  bool MayAct(const Principal& principal) {
    return By(principal, v1::ListGuestUsersRequest::default_instance()).access.active;
  }
  // The built-in roles that somebody of Contoso holds.
  std::vector<v1::Role> RolesOf(const std::string& id) {
    std::vector<v1::Role> roles;
    for (const HeldRole& held : Person(kContoso, id).roles) roles.push_back(held.role);
    return roles;
  }
  // Where a person of Forth Coffee is a guest: "contoso/guest".
  std::vector<std::string> MembershipsOf(const std::string& user, const std::string& home = kForth) {
    std::vector<std::string> memberships;
    for (const auto& row : Sql(absl::StrCat("SELECT resource_directory_id || '/' || guest_id FROM hearth.memberships"
                                            " WHERE directory_id = '",
                                            home, "' AND user_id = '", user, "' ORDER BY 1"))) {
      memberships.push_back(row[0]);
    }
    return memberships;
  }
  AuditRow LastAudit(const std::string& directory) {
    const auto audit = Audit(directory);
    return audit.empty() ? AuditRow{} : audit.back();
  }

  InvitationDesk invitations_{&database(), &keyring()};
  RedemptionDesk redemptions_{&database(), &keyring()};
  GuestUserDesk guests_{&database(), &keyring()};
  RestorationDesk restorations_{&database(), &keyring()};
  ConversionDesk conversions_{&database(), &keyring()};
  MembershipDesk memberships_{&database(), &keyring(), &pager()};
  GuestPolicyDesk policies_{&database(), &keyring()};
  GuestDesk lists_{&database(), &pager()};
};

}  // namespace hearth::test
