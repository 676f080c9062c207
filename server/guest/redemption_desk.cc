#include "server/guest/redemption_desk.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/directory_store.h"
#include "server/directory/issuer_store.h"
#include "server/directory/user_store.h"
#include "server/guest/guest_store.h"
#include "server/guest/invitation_store.h"
#include "server/guest/invitee.h"
#include "server/guest/membership_proto.h"
#include "server/guest/policy_store.h"

namespace hearth {
namespace {

absl::Status NotAccepted() { return Refuse(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED); }

absl::Status Exists(const std::string& type) {
  return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", type}});
}

// What is redeemed.
struct Redemption {
  Invitation invitation;
  User guest;  // As the inviting directory lists them; locked.
};

// The pending invitation that the token is of. There is one answer for whatever keeps the token from being good.
absl::StatusOr<Redemption> FindRedemption(Tx& tx, const Keyring& keyring, const InvitationToken& token) {
  LockUser(tx, token.directory, token.user);  // Of many who redeem at once, the others find no invitation.
  const auto guest = FindUser(tx, token.directory, token.user);
  const auto invitation = LockInvitation(tx, token.directory, token.user);
  const auto directory = FindDirectory(tx, token.directory);
  if (!guest.has_value() || !invitation.has_value() || !directory.has_value()) return NotAccepted();
  const bool pending = !guest->deleted() && guest->invitation_state == v1::INVITATION_STATE_PENDING_ACCEPTANCE;
  if (!pending || !directory->live() || !FitsInvitation(keyring, *invitation, token.secret)) return NotAccepted();
  return Redemption{*invitation, *guest};
}

// Whether this very person was invited: at home where the invitation is for, by principal name or by mail.
bool IsInvited(const Redemption& redemption, const User& person) {
  const std::string& address = redemption.invitation.address;
  return person.homed_here() && person.directory == redemption.guest.home.directory &&
         (person.user_principal_name == address || absl::AsciiStrToLower(person.mail) == address);
}

// The same for somebody outside: vouched for by the very issuer that the invitation is for, which the directory still trusts with guests, and which has
// verified that the invited address is theirs. An address that has come into Hearth since is vouched for by its directory alone.
bool IsInvited(Tx& tx, const Redemption& redemption, const Call& call) {
  const auto& [invitation, guest] = redemption;
  const ExternalIdentity& outsider = *call.outsider;
  if (guest.directory != call.principal.directory || guest.home.issuer != outsider.issuer) return false;
  if (outsider.verified_mail != invitation.address) return false;
  const auto issuer = KeepIssuerNamed(tx, guest.directory, outsider.issuer);
  return issuer.has_value() && issuer->external_guests &&
         HomeOf(tx, guest.directory, {invitation.address, outsider.issuer, "address"}).ok();
}

// Notes who redeems what, now that they are known to be invited.
void Note(const Call& call, const Redemption& redemption, const std::string& principal_name) {
  call.note->target = UserName(redemption.guest.directory, redemption.guest.id);
  call.note->target_principal_name = principal_name;
}

// What keeps the invited person, who has these addresses, from being a guest now.
absl::Status CheckRedemption(Tx& tx, const Redemption& redemption, const std::vector<std::string>& addresses) {
  const auto& [invitation, guest] = redemption;
  if (invitation.expired) return Refuse(v1::ERROR_REASON_INVITATION_EXPIRED);
  RETURN_IF_ERROR(
      CheckGuestPolicies(tx, guest.directory, FindGuestPolicy(tx, guest.directory), guest.home, invitation.address));
  for (const std::string& address : addresses) RETURN_IF_ERROR(CheckNotHeldLocally(tx, guest, address));
  return absl::OkStatus();
}

absl::StatusOr<Membership> RedeemFromHearth(Tx& tx, const Call& call, const Redemption& redemption) {
  const auto& [invitation, guest] = redemption;
  const auto person = FindUser(tx, call.principal.directory, call.principal.subject);  // Locked by RunChange.
  if (!person.has_value() || !IsInvited(redemption, *person)) return NotAccepted();
  Note(call, redemption, person->user_principal_name);
  RETURN_IF_ERROR(CheckRedemption(
      tx, redemption, {invitation.address, person->user_principal_name, absl::AsciiStrToLower(person->mail)}));
  if (FindMembership(tx, person->directory, person->id, guest.directory).has_value()) return Exists("membership");
  if (!LinkGuest(tx, guest, person->id)) return Exists("guest user");
  return FindMembership(tx, person->directory, person->id, guest.directory).value();
}

absl::Status RedeemFromOutside(Tx& tx, const Call& call, const Redemption& redemption) {
  if (!IsInvited(tx, redemption, call)) return NotAccepted();
  Note(call, redemption, redemption.invitation.address);
  RETURN_IF_ERROR(CheckRedemption(tx, redemption, {redemption.invitation.address}));
  return LinkOutsider(tx, redemption.guest, call.outsider->subject) ? absl::OkStatus() : Exists("guest user");
}

}  // namespace

absl::StatusOr<v1::RedeemInvitationResponse> RedemptionDesk::RedeemInvitation(
    const Call& call, const v1::RedeemInvitationRequest& request) {
  ASSIGN_OR_RETURN(const InvitationToken token, TokenOf(call, request.invitation_token()));
  if (!request.consent()) return InvalidField("consent", "must be true: the person agrees to be listed there");
  return Change<v1::RedeemInvitationResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::RedeemInvitationResponse& response) -> absl::Status {
        ServeAlso(tx, token.directory);
        ASSIGN_OR_RETURN(const Redemption redemption, FindRedemption(tx, keyring_, token));
        if (call.outsider.has_value()) {
          RETURN_IF_ERROR(RedeemFromOutside(tx, call, redemption));
        } else {
          ASSIGN_OR_RETURN(const Membership membership, RedeemFromHearth(tx, call, redemption));
          *response.mutable_membership() = ToProto(membership);
        }
        response.set_guest_user(UserName(redemption.guest.directory, redemption.guest.id));
        response.set_redirect_uri(redemption.invitation.redirect_uri);
        return absl::OkStatus();
      });
}

}  // namespace hearth
