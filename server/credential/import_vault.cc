#include "server/credential/import_vault.h"

#include <sodium.h>

#include <array>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr char kPrefix[] = "$imported$v=1$";
constexpr char kPurpose[] = "imported";
constexpr char kDigestPurpose[] = "importid";
constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kOverhead = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* Data(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* Data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// No two bindings give the same text: ids have no slash.
std::string BindingText(const CredentialBinding& binding) {
  return absl::StrCat(binding.directory, "/", binding.user, "/", binding.version);
}

}  // namespace

bool ImportVault::IsSealed(const PasswordHash& hash) { return absl::StartsWith(hash.phc, kPrefix); }

PasswordHash ImportVault::Seal(const CredentialBinding& binding, std::string_view foreign) const {
  const Secret key = keyring_.Derive(keyring_.current(), kPurpose);
  const std::string bound = BindingText(binding);
  std::string sealed(kNonce + foreign.size() + kOverhead, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Data(sealed) + kNonce, nullptr, Data(foreign), foreign.size(),
                                             Data(std::string_view(bound)), bound.size(), nullptr,
                                             Data(std::string_view(sealed)), Data(key.Expose()));
  return {absl::StrCat(kPrefix, absl::Base64Escape(sealed)), keyring_.current()};
}

absl::StatusOr<Secret> ImportVault::Open(const CredentialBinding& binding, const PasswordHash& hash) const {
  if (!keyring_.Has(hash.pepper_key_id)) {
    return absl::InternalError("an imported password hash names a key that is not in the key ring");
  }
  absl::string_view text = hash.phc;
  std::string sealed;
  if (!absl::ConsumePrefix(&text, kPrefix) || !absl::Base64Unescape(text, &sealed) ||
      sealed.size() < kNonce + kOverhead) {
    return absl::InternalError("an imported password hash is malformed");
  }
  const Secret key = keyring_.Derive(hash.pepper_key_id, kPurpose);
  const std::string bound = BindingText(binding);
  std::string foreign(sealed.size() - kNonce - kOverhead, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Data(foreign), nullptr, nullptr, Data(std::string_view(sealed)) + kNonce, sealed.size() - kNonce,
          Data(std::string_view(bound)), bound.size(), Data(std::string_view(sealed)), Data(key.Expose())) != 0) {
    return absl::InternalError("an imported password hash does not open: it was damaged, or moved");
  }
  Secret secret(foreign);
  WipeString(foreign);
  return secret;
}

std::string ImportVault::DigestOf(const CredentialBinding& binding, std::string_view foreign) const {
  return KeyedDigest(keyring_.Derive(keyring_.eldest(), kDigestPurpose),
                     {binding.directory, binding.user, absl::StrCat(binding.version), foreign});
}

}  // namespace hearth
