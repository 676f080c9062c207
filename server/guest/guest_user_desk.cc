#include "server/guest/guest_user_desk.h"

#include <set>
#include <string>

#include "absl/time/clock.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/new_user.h"
#include "server/directory/person_rules.h"
#include "server/directory/update.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"
#include "server/guest/guest_rules.h"
#include "server/guest/guest_store.h"
#include "server/mail/outbox.h"

namespace hearth {
namespace {

// How long it matters to tell somebody that their access has ended.
constexpr absl::Duration kFarewellLifetime = absl::Hours(3 * 24);

// The id of a sponsor by name: a live person of the guest's directory. Empty: none.
absl::StatusOr<std::string> SponsorOf(Tx& tx, const std::string& directory, const std::string& name) {
  if (name.empty()) return std::string();
  const auto parsed = ParseResourceName(name);
  const auto sponsor =
      parsed.has_value() && parsed->directory == directory ? FindUser(tx, directory, parsed->id) : std::nullopt;
  if (sponsor.has_value() && !sponsor->deleted()) return sponsor->id;
  return InvalidField("guest_user.sponsor", "must be a person of the directory");
}

// The guest as the request wants it.
absl::StatusOr<User> Updated(Tx& tx, User guest, const v1::UpdateGuestUserRequest& request) {
  const v1::User& proto = request.guest_user();
  ASSIGN_OR_RETURN(
      const std::set<std::string> fields,
      FieldsToUpdate(proto, request.update_mask(), {"display_name", "sponsor", "user_type", "preferred_language"}));
  if (fields.contains("display_name")) guest.display_name = proto.display_name();
  if (fields.contains("user_type")) guest.user_type = proto.user_type();
  if (fields.contains("preferred_language")) guest.preferred_language = proto.preferred_language();
  if (fields.contains("sponsor")) {
    ASSIGN_OR_RETURN(guest.sponsor, SponsorOf(tx, guest.directory, proto.sponsor()));
  }
  if (guest.display_name.empty()) return InvalidField("guest_user.display_name", "must not be empty");
  RETURN_IF_ERROR(CheckUserType(guest.user_type, "guest_user.user_type"));
  return guest;
}

void SendFarewell(Tx& tx, const Keyring& keyring, const User& guest, const std::string& language,
                  const std::string& mail_id) {
  Mail mail;
  mail.directory = guest.directory;
  mail.to = guest.mail.empty() ? guest.user_principal_name : guest.mail;
  mail.person = guest.id;
  mail.kind = v1::MAIL_TEMPLATE_GUEST_REMOVED;
  mail.languages = {guest.preferred_language, language};
  mail.values["display_name"] = guest.display_name;
  mail.values["user_principal_name"] = guest.user_principal_name;
  mail.values["remove_time"] = absl::Now();
  mail.lifetime = kFarewellLifetime;
  mail.id = mail_id;
  Enqueue(tx, keyring, mail);
}

v1::User ReadAgain(Tx& tx, const User& guest) { return ToProto(FindUser(tx, guest.directory, guest.id).value()); }

}  // namespace

absl::StatusOr<v1::UpdateGuestUserResponse> GuestUserDesk::UpdateGuestUser(const Call& call,
                                                                           const v1::UpdateGuestUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.guest_user().name()).status());
  return Change<v1::UpdateGuestUserResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::UpdateGuestUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User guest, LockGuest(tx, call, request.guest_user().name()));
        RETURN_IF_ERROR(CheckAuthority(call, access, guest));
        RETURN_IF_ERROR(CheckEtag(request.guest_user().etag(), guest.revision, "guest user"));
        ASSIGN_OR_RETURN(const User updated, Updated(tx, guest, request));
        UpdateGuest(tx, updated);
        RETURN_IF_ERROR(CheckAdministeredAs(tx, guest, updated.user_type));
        *response.mutable_guest_user() = ReadAgain(tx, guest);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteGuestUserResponse> GuestUserDesk::DeleteGuestUser(const Call& call,
                                                                           const v1::DeleteGuestUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  const std::string mail_id = NewUuid4();
  return Change<v1::DeleteGuestUserResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::DeleteGuestUserResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User guest, LockGuest(tx, call, request.name()));
        RETURN_IF_ERROR(CheckAuthority(call, access, guest));
        RETURN_IF_ERROR(CheckEtag(request.etag(), guest.revision, "guest user"));
        MarkDeleted(tx, guest.directory, guest.id);
        RETURN_IF_ERROR(CheckStillAdministered(tx, guest));
        if (request.send_mail()) SendFarewell(tx, keyring_, guest, request.language(), mail_id);
        *response.mutable_guest_user() = ReadAgain(tx, guest);
        return absl::OkStatus();
      });
}

}  // namespace hearth
