// How a wish waits in the database: sealed, and of one size.
#pragma once

#include <string>

#include "server/base/keyring.h"
#include "server/reset/intent.h"

namespace hearth {

// Every box is of the same size, whoever and whatever it is about. Immutable, so thread-safe.
class WishBox {
 public:
  explicit WishBox(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "resetwsh")) {}

  // XSalsa20-Poly1305 over the wish, padded.
  std::string Seal(const ResetWish& wish) const;
  // Throws std::runtime_error for what Seal did not make.
  ResetWish Open(const std::string& sealed) const;

 private:
  Secret key_;
};

}  // namespace hearth
