#include "server/guest/invitation_desk.h"

#include <algorithm>
#include <set>
#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/new_user.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/update.h"
#include "server/directory/user_store.h"
#include "server/guest/gifts.h"
#include "server/guest/guest_rules.h"
#include "server/guest/guest_store.h"
#include "server/guest/invitation_store.h"
#include "server/guest/invitee.h"
#include "server/guest/inviting.h"
#include "server/guest/policy_store.h"

namespace hearth {
namespace {

// Whether more than the right to invite is needed: a pending guest with roles or in a restricted unit is no less protected than others.
bool IsProtected(const User& guest) {
  return !guest.roles.empty() || guest.privileged_group ||
         std::any_of(guest.units.begin(), guest.units.end(),
                     [](const UnitMembership& unit) { return unit.restricted; });
}

absl::Status NotPending() { return Refuse(v1::ERROR_REASON_INVITATION_NOT_PENDING); }

// The guest as the request wants it, without a home.
User GuestOf(const Call& call, const Access& access, const std::string& id, const v1::InviteGuestUserRequest& request) {
  User guest;
  guest.directory = call.principal.directory;
  guest.id = id;
  guest.user_principal_name = CanonicalPrincipalName(request.address());
  guest.mail = guest.user_principal_name;
  guest.display_name = request.display_name().empty() ? guest.user_principal_name : request.display_name();
  guest.user_type = request.user_type() == v1::USER_TYPE_UNSPECIFIED ? v1::USER_TYPE_GUEST : request.user_type();
  guest.invitation_state = v1::INVITATION_STATE_PENDING_ACCEPTANCE;
  if (access.kind == PrincipalKind::kPerson) guest.sponsor = call.principal.subject;
  return guest;
}

// How the directory regards the caller, who may invite.
absl::StatusOr<v1::UserType> CheckInviter(Tx& tx, const Call& call, const Access& access, const GuestPolicy& policy) {
  const auto inviter = FindUser(tx, call.principal.directory, call.principal.subject);
  const v1::UserType type = inviter.has_value() ? inviter->user_type : v1::USER_TYPE_UNSPECIFIED;
  RETURN_IF_ERROR(CheckMayInvite(policy, access, type));
  return type;
}

// Lists the guest, whose home is settled here, unless somebody who is there stands in the way: ALREADY_EXISTS, ADDRESS_HELD_LOCALLY.
absl::Status ListGuest(Tx& tx, const Call& call, const GuestPolicy& policy, const Invitee& invitee, User& guest) {
  RETURN_IF_ERROR(SettleElsewhere(tx, call, policy, invitee, guest));
  if (InsertUser(tx, guest)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "guest user"}});
}

// Whether the refusal tells that the directory lists somebody.
bool TellsOfSomebody(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return reason == v1::ERROR_REASON_ALREADY_EXISTS || reason == v1::ERROR_REASON_ADDRESS_HELD_LOCALLY;
}

bool MayInviteAnyway(const Access& access) { return access.permissions.Has(v1::PERMISSION_GUESTS_INVITE); }

// The guest, locked, whose invitation the caller may change: anybody for holders of guests.invite; for others, who invite by the policy, whom they
// invited or are the sponsor of. Of all others, there or not, they are told the same.
absl::StatusOr<User> LockInvited(Tx& tx, const Call& call, const Access& access, const std::string& name) {
  absl::StatusOr<User> guest = LockGuest(tx, call, name);
  if (MayInviteAnyway(access)) return guest;
  if (guest.ok()) {
    const auto invitation = LockInvitation(tx, guest->directory, guest->id);
    const std::string& caller = call.principal.subject;
    if (guest->sponsor == caller || (invitation.has_value() && invitation->inviter == caller)) return guest;
  }
  return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(v1::PERMISSION_GUESTS_INVITE)}});
}

}  // namespace

absl::StatusOr<v1::InviteGuestUserResponse> InvitationDesk::InviteGuestUser(const Call& call,
                                                                            const v1::InviteGuestUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  ASSIGN_OR_RETURN(const std::set<std::string> groups, GroupsOf(call, request));
  const std::string& directory = call.principal.directory;
  const std::string id = request.user_id().empty() ? NewUuid4() : request.user_id();
  const Invitee invitee{CanonicalPrincipalName(request.address()), request.home_issuer(), "address"};
  call.note->target = UserName(directory, id);
  call.note->target_principal_name = invitee.address;
  const FreshInvitation fresh;
  return Change<v1::InviteGuestUserResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access& access, v1::InviteGuestUserResponse& response) -> absl::Status {
        call.note->reason.clear();
        const GuestPolicy policy = FindGuestPolicy(tx, directory);
        ASSIGN_OR_RETURN(const v1::UserType inviter, CheckInviter(tx, call, access, policy));
        const bool blind = InvitesBlindly(policy, inviter);
        if (blind) RETURN_IF_ERROR(CheckBlindInvitation(policy, request));
        RETURN_IF_ERROR(CheckGifts(access, directory, request));
        RETURN_IF_ERROR(CheckRedirect(policy, request.redirect_uri()));
        User guest = GuestOf(call, access, id, request);
        RETURN_IF_ERROR(CheckUserType(guest.user_type, "user_type"));
        const absl::Status listed = ListGuest(tx, call, policy, invitee, guest);
        if (blind && TellsOfSomebody(listed)) {
          call.note->reason = ReasonName(*ReasonOf(listed));
          return absl::OkStatus();
        }
        RETURN_IF_ERROR(listed);
        RETURN_IF_ERROR(GiveRoles(tx, access, guest, request));
        RETURN_IF_ERROR(JoinGroups(tx, access, guest, groups));
        ASSIGN_OR_RETURN(const IssuedInvitation issued,
                         IssueInvitation(tx, keyring_, call, policy, guest, invitee.address, request.redirect_uri(),
                                         LetterOf(request, v1::MAIL_TEMPLATE_INVITATION), fresh));
        if (!blind) FillInvited(FindUser(tx, directory, id).value(), issued, response);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ResendInvitationResponse> InvitationDesk::ResendInvitation(
    const Call& call, const v1::ResendInvitationRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string directory(name.directory);
  const FreshInvitation fresh;
  return Change<v1::ResendInvitationResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access& access, v1::ResendInvitationResponse& response) -> absl::Status {
        const GuestPolicy policy = FindGuestPolicy(tx, directory);
        RETURN_IF_ERROR(CheckInviter(tx, call, access, policy).status());
        ASSIGN_OR_RETURN(const User guest, LockInvited(tx, call, access, request.name()));
        if (guest.invitation_state != v1::INVITATION_STATE_PENDING_ACCEPTANCE) return NotPending();
        RETURN_IF_ERROR(CheckGuestPolicies(tx, directory, policy, guest.home, guest.user_principal_name));
        const auto before = LockInvitation(tx, directory, guest.id);
        const std::string redirect_uri = before.has_value() ? before->redirect_uri : "";
        ASSIGN_OR_RETURN(const IssuedInvitation issued,
                         IssueInvitation(tx, keyring_, call, policy, guest, guest.user_principal_name, redirect_uri,
                                         LetterOf(request, v1::MAIL_TEMPLATE_INVITATION_REMINDER), fresh));
        FillInvited(FindUser(tx, directory, guest.id).value(), issued, response);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RevokeInvitationResponse> InvitationDesk::RevokeInvitation(
    const Call& call, const v1::RevokeInvitationRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string directory(name.directory);
  return Change<v1::RevokeInvitationResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access& access, v1::RevokeInvitationResponse& response) -> absl::Status {
        // Who holds the permission can revoke when nobody may invite any more, too.
        if (!MayInviteAnyway(access)) {
          RETURN_IF_ERROR(CheckInviter(tx, call, access, FindGuestPolicy(tx, directory)).status());
        }
        ASSIGN_OR_RETURN(const User guest, LockInvited(tx, call, access, request.name()));
        RETURN_IF_ERROR(CheckEtag(request.etag(), guest.revision, "guest user"));
        if (guest.invitation_state != v1::INVITATION_STATE_PENDING_ACCEPTANCE) return NotPending();
        if (IsProtected(guest)) RETURN_IF_ERROR(CheckAuthority(call, access, guest));
        MarkDeleted(tx, directory, guest.id);
        *response.mutable_guest_user() = ToProto(FindUser(tx, directory, guest.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ResetRedemptionResponse> InvitationDesk::ResetRedemption(const Call& call,
                                                                            const v1::ResetRedemptionRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string directory(name.directory);
  const Invitee invitee{CanonicalPrincipalName(request.address()), request.home_issuer(), "address"};
  const FreshInvitation fresh;
  return Change<v1::ResetRedemptionResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access& access, v1::ResetRedemptionResponse& response) -> absl::Status {
        // The home of before is noted: its audit sees that its person is a guest no more.
        ASSIGN_OR_RETURN(User guest, LockGuest(tx, call, request.name()));
        RETURN_IF_ERROR(CheckAuthority(call, access, guest));
        if (guest.homed_here()) return NotPending();
        const GuestPolicy policy = FindGuestPolicy(tx, directory);
        RETURN_IF_ERROR(SettleElsewhere(tx, call, policy, invitee, guest));
        if (!MoveHomeAway(tx, guest, invitee.address)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "guest user"}});
        }
        RETURN_IF_ERROR(CheckStillAdministered(tx, guest));
        ASSIGN_OR_RETURN(const IssuedInvitation issued,
                         IssueInvitation(tx, keyring_, call, policy, guest, invitee.address, "",
                                         LetterOf(request, v1::MAIL_TEMPLATE_INVITATION), fresh));
        FillInvited(FindUser(tx, directory, guest.id).value(), issued, response);
        return absl::OkStatus();
      });
}

}  // namespace hearth
