// Hashes of other systems, as they wait in the database for the next sign-in.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"
#include "server/credential/hasher.h"

namespace hearth {

// Seals imported hashes: XChaCha20-Poly1305, under a key derived from the key ring, bound to home, person and version. Weak as such a hash may
// be, a copy of the database alone is of no use for guessing, and one that is moved to another row does not open. Immutable, so thread-safe.
class ImportVault {
 public:
  // Keeps `keyring`, which is not null and outlives the vault.
  explicit ImportVault(const Keyring* keyring) : keyring_(*keyring) {}

  // The hash as the credential's.
  PasswordHash Seal(const CredentialBinding& binding, std::string_view foreign) const;
  // The hash as it was imported. Fails with INTERNAL when it was damaged or moved, or its key is not in the ring.
  absl::StatusOr<Secret> Open(const CredentialBinding& binding, const PasswordHash& sealed) const;

  // 32 bytes by which the same hash of the same version is known again, and which tell nothing without the key ring. Survives the rotation of keys.
  std::string DigestOf(const CredentialBinding& binding, std::string_view foreign) const;

  // True of what Seal makes.
  static bool IsSealed(const PasswordHash& hash);

 private:
  const Keyring& keyring_;
};

}  // namespace hearth
