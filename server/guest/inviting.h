// How an invitation is issued: a new token, its digest in place of the one before, and the mail that brings it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hearth/v1/mail_template.pb.h"
#include "server/authz/call.h"
#include "server/base/ids.h"
#include "server/base/keyring.h"
#include "server/directory/time_proto.h"
#include "server/directory/user.h"
#include "server/directory/user_proto.h"
#include "server/guest/invitation_rules.h"
#include "server/guest/policy_rules.h"

namespace hearth {

class Tx;

// What is random about an invitation, made before its transaction, whose closure may run twice.
struct FreshInvitation {
  std::string secret = NewInvitationSecret();
  std::string mail_id = NewUuid4();
};

// What a request says of the mail.
struct InvitationLetter {
  std::string language;
  std::string message;
  std::optional<bool> send_mail;  // nullopt: when the policy has a redeem_uri.
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_INVITATION;
};

// Takes it from a request with language and send_mail; `kind` is of the mail.
template <class Request>
InvitationLetter LetterOf(const Request& request, v1::MailTemplate kind) {
  InvitationLetter letter{.language = request.language(), .message = "", .send_mail = std::nullopt, .kind = kind};
  if constexpr (requires { request.message(); }) letter.message = request.message();
  if (request.has_send_mail()) letter.send_mail = request.send_mail();
  return letter;
}

// What was issued.
struct IssuedInvitation {
  std::string token;
  absl::Time expire_time;
  bool mailed = false;
};

// Issues an invitation to `guest`, a pending guest whose row is locked, for `address`; `redirect_uri` is one that the policy allows, or empty. The
// caller is its inviter. Fails with GUEST_POLICY (a mail without redeem_uri) and INVITATION_MAIL_LIMIT.
absl::StatusOr<IssuedInvitation> IssueInvitation(Tx& tx, const Keyring& keyring, const Call& call,
                                                 const GuestPolicy& policy, const User& guest,
                                                 const std::string& address, const std::string& redirect_uri,
                                                 const InvitationLetter& letter, const FreshInvitation& fresh);

// Fills a response of the invitations' common shape: the guest as it is now, and what was issued.
template <class Response>
void FillInvited(const User& guest, const IssuedInvitation& issued, Response& response) {
  *response.mutable_guest_user() = ToProto(guest);
  response.set_invitation_token(issued.token);
  *response.mutable_expire_time() = ToProto(issued.expire_time);
  response.set_mail_sent(issued.mailed);
}

}  // namespace hearth
