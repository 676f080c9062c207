#include "server/guest/restoration_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/new_user.h"
#include "server/directory/person_rules.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"
#include "server/guest/guest_rules.h"
#include "server/guest/invitee.h"
#include "server/guest/policy_store.h"

namespace hearth {
namespace {

// Whether a deleted person may be back: in a domain that is still verified, or as a guest whom both directories still allow.
absl::Status CheckReturn(Tx& tx, const User& person) {
  if (person.homed_here()) return HoldDomainOf(tx, person.directory, person.user_principal_name);
  return CheckGuestPolicies(tx, person.directory, FindGuestPolicy(tx, person.directory), person.home,
                            person.user_principal_name);
}

// Restores the person, who is locked; as the directory lists them now. `type` is what the caller calls them.
absl::StatusOr<v1::User> BringBack(Tx& tx, const User& person, const std::string& type) {
  RETURN_IF_ERROR(CheckReturn(tx, person));
  if (!Restore(tx, person.directory, person.id)) {
    return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", type}});
  }
  return ToProto(FindUser(tx, person.directory, person.id).value());
}

}  // namespace

absl::StatusOr<v1::UndeleteUserResponse> RestorationDesk::UndeleteUser(const Call& call,
                                                                       const v1::UndeleteUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  return Change<v1::UndeleteUserResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::UndeleteUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User person, LockDeletedSubordinate(tx, call, access, request.name()));
        ASSIGN_OR_RETURN(*response.mutable_user(), BringBack(tx, person, "user"));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UndeleteGuestUserResponse> RestorationDesk::UndeleteGuestUser(
    const Call& call, const v1::UndeleteGuestUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  return Change<v1::UndeleteGuestUserResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::UndeleteGuestUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User guest, LockDeletedSubordinate(tx, call, access, request.name()));
        if (!IsGuest(guest)) return GuestNotFound();
        ASSIGN_OR_RETURN(*response.mutable_guest_user(), BringBack(tx, guest, "guest user"));
        return absl::OkStatus();
      });
}

}  // namespace hearth
