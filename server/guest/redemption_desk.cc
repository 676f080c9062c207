#include "server/guest/redemption_desk.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/directory_store.h"
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

// Who is invited, and who redeems.
struct Redemption {
  Invitation invitation;
  User guest;   // As the inviting directory lists them; locked.
  User person;  // As their home lists them; locked by RunChange.
};

// Whether this very person was invited: at home where the invitation is for, by principal name or by mail.
bool IsInvited(const Redemption& redemption) {
  const User& person = redemption.person;
  const std::string& address = redemption.invitation.address;
  return person.homed_here() && person.directory == redemption.guest.home.directory &&
         (person.user_principal_name == address || absl::AsciiStrToLower(person.mail) == address);
}

// Everything that makes a token good but its time. There is one answer for all that does not.
absl::StatusOr<Redemption> FindRedemption(Tx& tx, const Keyring& keyring, const Call& call,
                                          const InvitationToken& token) {
  LockUser(tx, token.directory, token.user);  // Of many who redeem at once, the others find no invitation.
  const auto guest = FindUser(tx, token.directory, token.user);
  const auto invitation = LockInvitation(tx, token.directory, token.user);
  const auto person = FindUser(tx, call.principal.directory, call.principal.subject);
  const auto directory = FindDirectory(tx, token.directory);
  if (!guest.has_value() || !invitation.has_value() || !person.has_value() || !directory.has_value()) {
    return NotAccepted();
  }
  const Redemption redemption{*invitation, *guest, *person};
  const bool pending = !guest->deleted() && guest->invitation_state == v1::INVITATION_STATE_PENDING_ACCEPTANCE;
  if (!pending || directory->deleted() || !FitsInvitation(keyring, *invitation, token.secret)) return NotAccepted();
  if (!IsInvited(redemption)) return NotAccepted();
  return redemption;
}

// What keeps the invited person from being a guest now.
absl::Status CheckRedemption(Tx& tx, const Redemption& redemption) {
  const auto& [invitation, guest, person] = redemption;
  if (invitation.expired) return Refuse(v1::ERROR_REASON_INVITATION_EXPIRED);
  RETURN_IF_ERROR(
      CheckGuestPolicies(tx, guest.directory, FindGuestPolicy(tx, guest.directory), guest.home, invitation.address));
  for (const std::string& address :
       {invitation.address, person.user_principal_name, absl::AsciiStrToLower(person.mail)}) {
    RETURN_IF_ERROR(CheckNotHeldLocally(tx, guest, address));
  }
  const bool again = FindMembership(tx, person.directory, person.id, guest.directory).has_value();
  return again ? Exists("membership") : absl::OkStatus();
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
        ASSIGN_OR_RETURN(const Redemption redemption, FindRedemption(tx, keyring_, call, token));
        const User& person = redemption.person;
        call.note->target = UserName(redemption.guest.directory, redemption.guest.id);
        call.note->target_principal_name = person.user_principal_name;
        RETURN_IF_ERROR(CheckRedemption(tx, redemption));
        if (!LinkGuest(tx, redemption.guest, person.id)) return Exists("guest user");
        *response.mutable_membership() =
            ToProto(FindMembership(tx, person.directory, person.id, redemption.guest.directory).value());
        response.set_redirect_uri(redemption.invitation.redirect_uri);
        return absl::OkStatus();
      });
}

}  // namespace hearth
