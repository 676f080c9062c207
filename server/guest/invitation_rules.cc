#include "server/guest/invitation_rules.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr std::string_view kPurpose = "invitatn";

}  // namespace

std::string NewInvitationSecret() {
  std::string bytes(kSecretBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return absl::WebSafeBase64Escape(bytes);
}

std::string InvitationTokenText(const Invitation& invitation, const std::string& secret) {
  return absl::StrCat(invitation.directory, ".", invitation.guest, ".", secret);
}

std::string InvitationDigest(const Keyring& keyring, const Invitation& invitation, std::string_view secret) {
  return KeyedDigest(keyring.Derive(keyring.eldest(), kPurpose),
                     {invitation.directory, invitation.guest, invitation.address, invitation.inviter, secret});
}

bool FitsInvitation(const Keyring& keyring, const Invitation& invitation, std::string_view secret) {
  const std::string digest = InvitationDigest(keyring, invitation, secret);
  return digest.size() == invitation.digest.size() &&
         sodium_memcmp(digest.data(), invitation.digest.data(), digest.size()) == 0;
}

}  // namespace hearth
