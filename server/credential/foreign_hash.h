// Password hashes that other systems made: their forms, the bounds of their cost, and comparison.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/secret.h"
#include "server/credential/hasher.h"

namespace hearth {

enum class ForeignScheme {
  kCrypt,           // bcrypt, sha256crypt, sha512crypt: through libxcrypt.
  kArgon2,          // Argon2i, Argon2id: through libsodium.
  kPbkdf2,          // RFC 8018: through OpenSSL.
  kScrypt,          // RFC 7914: through OpenSSL.
  kFirebaseScrypt,  // scrypt, then AES-256-CTR over the project's key.
  kSaltedDigest,    // SHA of password and salt (RFC 2307).
};
enum class ForeignDigest { kSha1, kSha256, kSha512 };

// A hash, taken apart.
struct ForeignHash {
  ForeignScheme scheme = ForeignScheme::kCrypt;
  Secret text{};                                  // As the library takes it: crypt and Argon2.
  ForeignDigest digest = ForeignDigest::kSha256;  // Of PBKDF2 and salted digests.
  uint64_t rounds = 0;  // Cost of bcrypt, rounds of crypt, passes of Argon2, iterations of PBKDF2, N of scrypt.
  uint64_t block_size = 0, parallelism = 0;  // r and p of scrypt.
  uint64_t memory_kib = 0;                   // That a comparison takes; 0: next to none.
  std::string salt = "";                     // Bytes.
  Secret tag{};                              // Bytes.
  Secret signer_key{};                       // Of Firebase, encrypted into the tag.
};

inline constexpr int kLeastBcryptCost = 4, kMostBcryptCost = 14;

// The most that one comparison may cost. The defaults are what may ever be compared; what an import takes lies lower: see import_bounds.h.
struct ForeignBounds {
  uint64_t bcrypt_cost = kMostBcryptCost;
  uint64_t crypt_rounds = 1'000'000;
  uint64_t pbkdf2_iterations = 2'000'000;
  uint64_t pbkdf2_work = 6'000'000;  // Iterations times the digests that the hash is long.
  uint64_t argon2_memory_kib = kMaxHashParameters.memory_kib;
  uint64_t argon2_work = 1u << 20;          // KiB times passes.
  uint64_t scrypt_memory_kib = 128u << 10;  // 128 N r bytes.
  uint64_t scrypt_work = 1u << 21;          // N r p.
};
inline constexpr ForeignBounds kMostForeignBounds{};

// Takes a hash apart. The forms, each recognised by how it begins:
//
//   $2a$, $2b$, $2y$                          bcrypt
//   $5$, $6$                                  sha256crypt, sha512crypt
//   $argon2i$, $argon2id$                     PHC string, version 19
//   $pbkdf2$, $pbkdf2-sha1$, -sha256$, -sha512$   <iterations>$salt$tag as passlib and ZITADEL, or i=…,l=…$salt$tag as Kratos
//   pbkdf2_sha1$, pbkdf2_sha256$              as Django: <iterations>$salt as text$tag
//   $scrypt$                                  ln=…,r=…,p=…$salt$tag
//   $firescrypt$                              ln=…,r=…,p=…$salt$tag$salt separator$signer key, as Kratos
//   {SSHA}, {SSHA256}, {SSHA512}, {CRYPT}…, {ARGON2}…   RFC 2307 and OpenLDAP
//   {"secretData": …, "credentialData": …}    a password of Keycloak's export
//
// Fails with INVALID_ARGUMENT for other forms, and for what costs more than `bounds`. The message says what is wrong, and which bound applies; it holds
// nothing of the hash.
absl::StatusOr<ForeignHash> ParseForeignHash(std::string_view given, const ForeignBounds& bounds = kMostForeignBounds);

// True when the hash is of this password. The password is compared as it was typed: that is what the other system hashed. bcrypt looks at 72 bytes only,
// crypt(3) takes 511, neither looks beyond a NUL: such passwords are never right. Takes as long, and as much memory, as the hash says, within the bounds above. Fails with INTERNAL
// when memory is short.
absl::StatusOr<bool> VerifyForeignHash(const ForeignHash& hash, const Secret& password);

// Compares each scheme, with each of its digests, with a published answer. For the start of the server: some 50 ms of a processor.
absl::Status ForeignSelfTest();

}  // namespace hearth
