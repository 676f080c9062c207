// The keyed digests of this folder: what is stored instead of codes, tokens, handles and identifiers.
#pragma once

#include <string>
#include <string_view>

#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/base/secret.h"
#include "server/directory/user.h"

namespace hearth {

// Makes and digests the secrets of resets. Every digest is of 32 bytes, is made for one purpose and one directory, and cannot be made without the
// key ring: a copy of the database opens nothing (OWASP ASVS 5.0, 6.5.2). Immutable, so thread-safe.
class ResetKeys {
 public:
  explicit ResetKeys(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "resetkey")) {}

  // The handle that a request_id of this caller stands for; a random one without request_id. 43 characters of base64url, 256 bits that nobody can
  // guess without the key.
  std::string Handle(std::string_view directory, std::string_view actor, std::string_view request_id) const;

  // A new token: 43 characters of base64url, 256 bits from the operating system (NIST SP 800-63B-4, 4.2.1.2 asks for 64).
  static Secret NewToken();
  // A new code: 8 decimal digits, each equally likely.
  static Secret NewCode(Random& random);

  std::string OfHandle(std::string_view directory, std::string_view handle) const;
  std::string OfLink(std::string_view directory, std::string_view token) const;
  std::string OfVerified(std::string_view directory, std::string_view token) const;
  // A code belongs to one row: `row` is the digest of the handle or link that it was mailed with.
  std::string OfCode(std::string_view directory, std::string_view user, std::string_view row,
                     std::string_view code) const;

  // The canonical identifier as the limits count it, whether it is anybody's or not.
  std::string OfIdentifier(std::string_view directory, std::string_view identifier) const;
  // A person as the limits count them, by whatever identifier they are asked for.
  std::string OfPerson(std::string_view directory, std::string_view user) const;
  // What a token is made for: the person's password, addresses, home, roles and state. Any change of those kills it.
  std::string OfState(const User& user, int64_t credential_version) const;
  // A whole request, for telling repeats from reuse.
  std::string OfRequest(std::string_view bytes) const;

 private:
  Secret key_;
};

}  // namespace hearth
