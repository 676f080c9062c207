// Proof of a current password: the same work and the same refusal, whoever the name belongs to.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/credential/credential_store.h"
#include "server/credential/hasher.h"
#include "server/directory/target.h"
#include "server/storage/database.h"

namespace hearth {

// Whose password was proved, and the credential it was proved against.
struct ProvenPassword {
  User user;
  Credential credential;
  Secret password;  // As PreparePassword made it.
};

// Finds the person in the caller's directory and compares `given` with their password; a person who is not there, is homed elsewhere, or has no
// password costs the same hash, and fails in the same way: PASSWORD_NOT_ACCEPTED. Hashing refuses with DEADLINE_PASSED.
absl::StatusOr<ProvenPassword> ProvePassword(Database& database, Hasher& hasher, const Call& call,
                                             const TargetName& target, const std::string& given);

// What keeps a person with the right password from using it: USER_DISABLED, TEMPORARY_PASSWORD_EXPIRED, or OK.
absl::Status CheckUsable(const ProvenPassword& proven);

}  // namespace hearth
