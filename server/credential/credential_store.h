// All SQL about passwords.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/credential/hasher.h"
#include "server/storage/tx.h"

namespace hearth {

// A stored password.
struct Credential {
  PasswordHash hash;
  int64_t version = 0;
  bool must_change = false;
  bool expired = false;                           // Temporary, and its time is over by the database's clock.
  absl::Time expire_time = absl::InfinitePast();  // InfinitePast: does not expire.
  std::string import_digest{};                    // Of the hash that was imported (ImportVault); empty: it was not.
};

// The password of a person homed in the directory; nullopt when none is set.
std::optional<Credential> FindCredential(Tx& tx, std::string_view directory, std::string_view user);

// The version of the person's password; of the last one they had here, when they have none; 0 when they never had one. Versions never begin again,
// because hashes and mailed tokens are bound to them.
int64_t FindCredentialVersion(Tx& tx, std::string_view directory, std::string_view user);

// How a new password behaves.
struct PasswordTerms {
  bool must_change = false;
  std::optional<absl::Duration>
      lifetime;  // Of a temporary password, from now by the database's clock; absent: for ever.
};

// What was written.
struct StoredCredential {
  absl::Time expire_time = absl::InfinitePast();
};

// Puts `hash`, made for `version`, in the place of version - 1, or where no password is and the last one was that; and forgets the wrong passwords
// that were counted. nullopt: the person has another version now (or is homed elsewhere), and nothing was written.
std::optional<StoredCredential> ReplaceCredential(Tx& tx, const CredentialBinding& binding, const PasswordHash& hash,
                                                  const PasswordTerms& terms);

// Notes of which imported hash the password of this binding is. Gone with the next password.
void MarkImported(Tx& tx, const CredentialBinding& binding, const std::string& digest);

// Puts a hash with newer parameters or pepper in the place of `old`, of the same password and version. Nothing when another is there by now.
void RefreshHash(Tx& tx, const CredentialBinding& binding, const PasswordHash& old, const PasswordHash& hash);

// Removes the person's password, for a home that goes elsewhere; its version stays known. Nothing when there is none.
void DestroyCredential(Tx& tx, std::string_view directory, std::string_view user);

}  // namespace hearth
