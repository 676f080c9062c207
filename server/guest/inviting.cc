#include "server/guest/inviting.h"

#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/service_account_store.h"
#include "server/directory/user_store.h"
#include "server/guest/invitation_store.h"
#include "server/mail/outbox.h"

namespace hearth {
namespace {

// Between two mails about one invitation.
constexpr absl::Duration kMailPause = absl::Minutes(1);

absl::StatusOr<bool> IsMailed(const GuestPolicy& policy, const InvitationLetter& letter,
                              const std::optional<Invitation>& before) {
  if (!letter.send_mail.value_or(!policy.redeem_uri.empty())) return false;
  if (policy.redeem_uri.empty()) {
    return Refuse(v1::ERROR_REASON_GUEST_POLICY,
                  {{"rule", "REDEEM_URI"}, {"what", "a mail without a page to redeem at"}});
  }
  if (before.has_value() && !before->mail_allowed) {
    return Refuse(v1::ERROR_REASON_INVITATION_MAIL_LIMIT, {}, kMailPause);
  }
  return true;
}

// What people call the inviter.
std::string NameOfInviter(Tx& tx, const Principal& inviter) {
  if (const auto person = FindUser(tx, inviter.directory, inviter.subject)) return person->display_name;
  const auto service = FindServiceAccount(tx, inviter.directory, inviter.subject);
  return service.has_value() ? service->display_name : inviter.subject;
}

void SendLetter(Tx& tx, const Keyring& keyring, const Call& call, const GuestPolicy& policy, const User& guest,
                const std::string& address, const std::string& token, const InvitationLetter& letter,
                const FreshInvitation& fresh) {
  Mail mail;
  mail.directory = guest.directory;
  mail.to = address;
  mail.person = guest.id;
  mail.kind = letter.kind;
  mail.languages = {guest.preferred_language, letter.language};
  mail.values["inviter"] = NameOfInviter(tx, call.principal);
  mail.values["link"] = Secret(policy.redeem_uri + "#" + token);
  if (guest.display_name != guest.user_principal_name) mail.values["display_name"] = guest.display_name;
  if (!letter.message.empty()) mail.values["message"] = letter.message;
  mail.lifetime = policy.invitation_lifetime;
  mail.id = fresh.mail_id;
  Enqueue(tx, keyring, mail);
}

}  // namespace

absl::StatusOr<IssuedInvitation> IssueInvitation(Tx& tx, const Keyring& keyring, const Call& call,
                                                 const GuestPolicy& policy, const User& guest,
                                                 const std::string& address, const std::string& redirect_uri,
                                                 const InvitationLetter& letter, const FreshInvitation& fresh) {
  const std::optional<Invitation> before = LockInvitation(tx, guest.directory, guest.id);
  ASSIGN_OR_RETURN(const bool mailed, IsMailed(policy, letter, before));
  Invitation invitation;
  invitation.directory = guest.directory;
  invitation.guest = guest.id;
  invitation.address = address;
  invitation.inviter = call.principal.subject;
  invitation.redirect_uri = redirect_uri;
  invitation.digest = InvitationDigest(keyring, invitation, fresh.secret);
  IssuedInvitation issued;
  issued.token = InvitationTokenText(invitation, fresh.secret);
  issued.mailed = mailed;
  issued.expire_time = SaveInvitation(tx, invitation, policy.invitation_lifetime, mailed);
  if (mailed) SendLetter(tx, keyring, call, policy, guest, address, issued.token, letter, fresh);
  return issued;
}

}  // namespace hearth
