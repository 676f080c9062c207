// What holds for every change of a person that already is in the directory.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authz/access.h"
#include "server/authz/call.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// Locks and reads the person, and asks the authority matrix whether the caller may change them. `access` is what the caller holds now. Fails
// with NOT_FOUND, OWN_ACCOUNT or TARGET_ROLE_PROTECTED.
absl::StatusOr<User> LockSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name);

// The same for a person who is to be restored. Fails with NOT_FOUND, also when the 30 days are over, and with NOT_DELETED.
absl::StatusOr<User> LockDeletedSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name);

// OK unless the person is the directory's last active Global Administrator: LAST_GLOBAL_ADMINISTRATOR. Locks all who hold the role, so that
// two cannot go at once.
absl::Status CheckNotLastGlobalAdministrator(Tx& tx, const User& user);

}  // namespace hearth
