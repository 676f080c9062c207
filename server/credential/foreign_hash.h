// Password hashes that other systems made: their forms, the bounds of their cost, and comparison.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/secret.h"

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

// The most that one comparison may ever cost; what lies above is no hash here. What an import takes lies lower: see import_bounds.h.
inline constexpr int kMaxBcryptCost = 14;
inline constexpr uint64_t kMaxPbkdf2Iterations = 2'000'000;
inline constexpr uint64_t kMaxPbkdf2Work = 6'000'000;  // Iterations times the digests that the hash is long.
inline constexpr uint64_t kMaxCryptRounds = 1'000'000;
inline constexpr uint64_t kMaxScryptBytes = 128u << 20;  // 128 N r.
inline constexpr uint64_t kMaxScryptWork = 1u << 21;     // N r p.

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
// Fails with INVALID_ARGUMENT, whose message says what is wrong, and holds nothing of the hash.
absl::StatusOr<ForeignHash> ParseForeignHash(std::string_view given);

// Iterations of a PBKDF2 hash in all: one that is longer than the digest takes them once for each piece.
uint64_t Pbkdf2Work(const ForeignHash& hash);

// True when the hash is of this password. The password is compared as it was typed: that is what the other system hashed. bcrypt looks at 72 bytes only,
// crypt(3) takes 511, neither looks beyond a NUL: such passwords are never right. Takes as long, and as much memory, as the hash says, within the bounds above. Fails with INTERNAL
// when memory is short.
absl::StatusOr<bool> VerifyForeignHash(const ForeignHash& hash, const Secret& password);

// Compares each scheme with a published answer. For the start of the server.
absl::Status ForeignSelfTest();

}  // namespace hearth
