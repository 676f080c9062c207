// All SQL about password policies, and about what they ask of the passwords that people have.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/password_policy.pb.h"
#include "server/credential/hasher.h"
#include "server/storage/tx.h"

namespace hearth {

// A directory's policy, complete: what it has not set is the default's.
struct StoredPasswordPolicy {
  v1::PasswordPolicy policy;  // With effective_min_length and version; without name, etag and times.
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: it was never set.
};

// `lock` holds the row, if there is one, until the transaction ends. A transaction that serves the directory may ask; others fail.
StoredPasswordPolicy FindPasswordPolicy(Tx& tx, std::string_view directory, bool lock = false);
// Writes the policy and counts its version.
void WritePasswordPolicy(Tx& tx, std::string_view directory, const v1::PasswordPolicy& policy);
// Forgets what is not among the last `history` passwords of a person, for all people of the directory.
void ForgetPasswords(Tx& tx, std::string_view directory, int history);

// A password that a person has or had. The schema holds them at home only.
struct PastPassword {
  CredentialBinding binding;
  PasswordHash hash;
};
// The last passwords of a person, the present one first: at most `most`.
std::vector<PastPassword> ListPastPasswords(Tx& tx, std::string_view directory, std::string_view user, int most);

// Whether the person's password is older than the policy allows.
bool IsPasswordOutdated(Tx& tx, std::string_view directory, std::string_view user);
// Whether it is younger than `min_age`, and not one that was given to be changed.
bool IsPasswordYounger(Tx& tx, std::string_view directory, std::string_view user, absl::Duration min_age);

}  // namespace hearth
