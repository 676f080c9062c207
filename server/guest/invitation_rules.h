// Invitations and their tokens.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/base/keyring.h"

namespace hearth {

// The pending invitation of a guest: one row of hearth.invitations.
struct Invitation {
  std::string directory;  // That invites.
  std::string guest;      // The guest's id there.
  std::string address;    // Whom: the principal name or the mail that the person has at home. Lower case.
  std::string inviter;    // The id in `directory` that invited, or sent it again.
  std::string redirect_uri;
  std::string digest;      // Of the token: InvitationDigest.
  absl::Time expire_time;  // Of a stored one.
  bool expired = false;    // By the database's clock.
  int mails = 0;           // How many were sent.
  absl::Time mail_time = absl::InfinitePast();
  bool mail_allowed = true;  // There were fewer than ten, and none in the last minute, by the database's clock.
};

// 32 random bytes as base64url: what makes a token unguessable (OWASP ASVS 5.0, 7.2.3 asks for 128 bits).
std::string NewInvitationSecret();

// The token: {directory}.{guest}.{secret}.
std::string InvitationTokenText(const Invitation& invitation, const std::string& secret);

// 32 bytes, keyed, over the secret and over what the invitation is for: directory, guest, address and inviter. A row whose address or inviter was
// edited fits no token. All that is stored of a token.
std::string InvitationDigest(const Keyring& keyring, const Invitation& invitation, std::string_view secret);

// Whether the secret is the one of this stored invitation; in constant time.
bool FitsInvitation(const Keyring& keyring, const Invitation& invitation, std::string_view secret);

}  // namespace hearth
