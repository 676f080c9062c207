#include "server/audit/tree_head.h"

#include <sodium.h>

#include <array>

#include "server/audit/audit_row.h"

namespace hearth {
namespace {

constexpr char kPurpose[] = "audithed";

// A key pair, wiped after use.
struct Pair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};

  Pair(const Keyring& keyring, const std::string& id) {
    const Secret seed = keyring.Derive(id, kPurpose);
    static_assert(crypto_sign_SEEDBYTES == 32);
    crypto_sign_seed_keypair(open.data(), secret.data(), reinterpret_cast<const unsigned char*>(seed.Expose().data()));
  }
  ~Pair() { sodium_memzero(secret.data(), secret.size()); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
};

std::string SignedBytes(const TreeHead& head) {
  std::string bytes;
  AppendPart(bytes, std::string_view("hearth.audit.head.v1"));
  AppendPart(bytes, head.directory);
  AppendPart(bytes, head.size);
  AppendPart(bytes, absl::ToUnixMicros(head.seal_time));
  AppendPart(bytes, head.root_hash);
  AppendPart(bytes, head.key_id);
  return bytes;
}

const unsigned char* Unsigned(const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

void HeadSigner::Sign(TreeHead& head) const {
  head.key_id = keyring_.current();
  const Pair pair(keyring_, head.key_id);
  const std::string bytes = SignedBytes(head);
  head.signature.assign(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(head.signature.data()), nullptr, Unsigned(bytes), bytes.size(),
                       pair.secret.data());
}

bool HeadSigner::IsGood(const TreeHead& head) const {
  if (!keyring_.Has(head.key_id) || head.signature.size() != crypto_sign_BYTES) return false;
  const Pair pair(keyring_, head.key_id);
  const std::string bytes = SignedBytes(head);
  return crypto_sign_verify_detached(Unsigned(head.signature), Unsigned(bytes), bytes.size(), pair.open.data()) == 0;
}

std::string HeadSigner::PublicKey(const std::string& key_id) const {
  if (!keyring_.Has(key_id)) return "";
  const Pair pair(keyring_, key_id);
  return {reinterpret_cast<const char*>(pair.open.data()), pair.open.size()};
}

}  // namespace hearth
