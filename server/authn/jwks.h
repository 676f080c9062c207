// The public keys with which an issuer signs its tokens: a JSON Web Key Set (RFC 7517).
#pragma once

#include <cjose/jwk.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hearth {

// Limits of a key set. The format JWKS in options.proto states the first for callers.
inline constexpr size_t kMaxKeySetBytes = 64 * 1024;
// An issuer rotates with two or three keys; every other one is one more that can be stolen.
inline constexpr size_t kMaxKeysInSet = 16;
// RFC 7518, 3.3, asks for 2,048. Above 8,192 bits a check costs too much
// for a server that checks tokens of strangers.
inline constexpr size_t kMinRsaBits = 2048;
inline constexpr size_t kMaxRsaBits = 8192;

// The kinds of keys that are accepted.
enum class KeyType { kRsa, kEcP256 };

// One public key. Immutable; verifying with it from several threads at once is safe.
struct PublicKey {
  KeyType type = KeyType::kRsa;
  std::string algorithm;       // The only "alg" the key may be used with. Empty: any that fits the type.
  size_t signature_bytes = 0;  // The exact length of its signatures.
  std::shared_ptr<cjose_jwk_t> handle;
};

// The keys of one issuer, by key id. Immutable, so thread-safe.
class KeySet {
 public:
  // Reads a key set: {"keys": [...]} with 1 to 16 public keys, each with a "kid" of 1 to 255 bytes of its
  // own. RSA of 2,048 to 8,192 bits with an odd exponent from 65,537 to 2^64 (FIPS 186-5), or EC on P-256.
  // Members it does not know are ignored (RFC 7517, 5), so sets as providers publish them can be given as
  // they are. Refused with INVALID_ARGUMENT and a text that tells a person what to change: private and
  // symmetric keys, other types and curves, keys for other uses than signatures, names that stand twice in
  // one JSON object, larger sets. The text holds nothing of the key set but member names and positions.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(const std::string& json);

  // The key with this id, or nullptr. Valid while the set lives.
  const PublicKey* Find(std::string_view kid) const;

  size_t size() const { return keys_.size(); }

 private:
  std::map<std::string, PublicKey, std::less<>> keys_;
};

// The keys of a published set that KeySet::Parse would accept one by one, the first kMaxKeysInSet, as a set of their own: providers publish
// keys for encryption and of other types beside those that sign their tokens. Without examples of standards (sample_keys.h). Fails with INVALID_ARGUMENT and a text for a person when there is no
// such key, or the text is no key set.
absl::StatusOr<std::string> UsableKeys(const std::string& json);

}  // namespace hearth
