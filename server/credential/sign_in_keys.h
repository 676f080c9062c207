// The keyed digests by which tries to sign in are counted.
#pragma once

#include <string>
#include <string_view>

#include "server/base/keyring.h"

namespace hearth {

// Makes digests of 32 bytes, each for one purpose and one directory, that cannot be made without the key ring: a copy of the database tells neither
// which names and passwords were tried nor from where. Immutable, so thread-safe.
class SignInKeys {
 public:
  explicit SignInKeys(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "signinky")) {}

  // A person, by whatever name they are asked for; and a name that is nobody's.
  std::string OfPerson(std::string_view directory, std::string_view user) const {
    return KeyedDigest(key_, {"person", directory, user});
  }
  std::string OfName(std::string_view directory, std::string_view name) const {
    return KeyedDigest(key_, {"name", directory, name});
  }
  // A place that one person signs in from.
  std::string OfSource(std::string_view directory, std::string_view user, std::string_view source) const {
    return KeyedDigest(key_, {"source", directory, user, source});
  }
  // A password that is tried for one subject.
  std::string OfTry(std::string_view directory, std::string_view subject, std::string_view password) const {
    return KeyedDigest(key_, {"try", directory, subject, password});
  }

 private:
  Secret key_;
};

}  // namespace hearth
