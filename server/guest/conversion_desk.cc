#include "server/guest/conversion_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/directory/change.h"
#include "server/directory/new_user.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/update.h"
#include "server/directory/user_store.h"
#include "server/guest/guest_store.h"
#include "server/guest/invitee.h"
#include "server/guest/inviting.h"
#include "server/guest/policy_store.h"

namespace hearth {
namespace {

absl::Status Exists() { return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "user"}}); }

// One conversion, in its transaction: what is asked, of whom (locked, and the caller has authority), by whom.
struct Conversion {
  Tx& tx;
  const Keyring& keyring;
  const Call& call;
  const v1::ConvertGuestUserRequest& request;
  User person;
};

// From elsewhere to here. There is no password until a reset gives one, which only this directory can from now on.
absl::Status ToInternal(Conversion& conversion) {
  auto& [tx, keyring, call, request, person] = conversion;
  if (person.homed_here()) return Refuse(v1::ERROR_REASON_HOME_UNCHANGED);
  const std::string principal_name = CanonicalPrincipalName(request.internal_principal_name());
  RETURN_IF_ERROR(HoldDomainOf(tx, person.directory, principal_name));
  return MoveHomeHere(tx, person, principal_name) ? absl::OkStatus() : Exists();
}

// From here to elsewhere. The password goes first: the schema refuses to move the home of a person who has one.
absl::StatusOr<IssuedInvitation> ToExternal(Conversion& conversion, const FreshInvitation& fresh) {
  auto& [tx, keyring, call, request, person] = conversion;
  if (!person.homed_here()) return Refuse(v1::ERROR_REASON_HOME_UNCHANGED);
  const GuestPolicy policy = FindGuestPolicy(tx, person.directory);
  const Invitee invitee{CanonicalPrincipalName(request.external_address()), request.home_issuer(), "external_address"};
  RETURN_IF_ERROR(SettleElsewhere(tx, call, policy, invitee, person));
  DestroyCredential(tx, person.directory, person.id);
  if (!MoveHomeAway(tx, person, invitee.address)) return Exists();
  RETURN_IF_ERROR(CheckStillAdministered(tx, person));
  return IssueInvitation(tx, keyring, call, policy, person, invitee.address, "",
                         LetterOf(request, v1::MAIL_TEMPLATE_INVITATION), fresh);
}

v1::UserType TypeAfter(const v1::ConvertGuestUserRequest& request, const User& person) {
  if (request.user_type() != v1::USER_TYPE_UNSPECIFIED) return request.user_type();
  const bool internal = request.home_case() == v1::ConvertGuestUserRequest::kInternalPrincipalName;
  return internal ? v1::USER_TYPE_MEMBER : person.user_type;
}

}  // namespace

absl::StatusOr<v1::ConvertGuestUserResponse> ConversionDesk::ConvertGuestUser(
    const Call& call, const v1::ConvertGuestUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  const FreshInvitation fresh;
  return Change<v1::ConvertGuestUserResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::ConvertGuestUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(User person, LockSubordinate(tx, call, access, request.name()));
        RETURN_IF_ERROR(CheckEtag(request.etag(), person.revision, "guest user"));
        const v1::UserType type = TypeAfter(request, person);
        RETURN_IF_ERROR(CheckUserType(type, "user_type"));
        Conversion conversion{tx, keyring_, call, request, person};
        if (request.home_case() == v1::ConvertGuestUserRequest::kInternalPrincipalName) {
          RETURN_IF_ERROR(ToInternal(conversion));
        } else {
          ASSIGN_OR_RETURN(const IssuedInvitation issued, ToExternal(conversion, fresh));
          FillInvited(person, issued, response);
        }
        if (type != person.user_type) {
          User typed = person;
          typed.user_type = type;
          UpdateGuest(tx, typed);
        }
        RETURN_IF_ERROR(CheckAdministeredAs(tx, person, type));
        *response.mutable_guest_user() = ToProto(FindUser(tx, person.directory, person.id).value());
        return absl::OkStatus();
      });
}

}  // namespace hearth
