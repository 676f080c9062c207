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
};

// The password of a person homed in the directory; nullopt when none is set.
std::optional<Credential> FindCredential(Tx& tx, std::string_view directory, std::string_view user);

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

// Puts `hash`, made for `version`, in the place of version - 1, or where none was for version 1. nullopt: the person has another version now (or
// is homed elsewhere), and nothing was written.
std::optional<StoredCredential> ReplaceCredential(Tx& tx, const CredentialBinding& binding, const PasswordHash& hash,
                                                  const PasswordTerms& terms);

// Puts a hash with newer parameters in the place of another of the same password and version.
void RefreshHash(Tx& tx, const CredentialBinding& binding, const PasswordHash& hash);

// Removes the person's password, for a home that goes elsewhere. Nothing when there is none.
void DestroyCredential(Tx& tx, std::string_view directory, std::string_view user);

}  // namespace hearth
