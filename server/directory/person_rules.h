// What holds for every change of a person that already is in the directory.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/authz/access.h"
#include "server/authz/call.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// Asks whether the caller may change the person (DecideSensitive, for the permission of the method). `access` is what the caller holds now. Fails as
// the rule does: OWN_ACCOUNT, TARGET_UNIT_RESTRICTED, OUTSIDE_ADMINISTRATIVE_UNIT, TARGET_ROLE_PROTECTED.
absl::Status CheckAuthority(const Call& call, const Access& access, const User& user);

// Asks besides whether the caller may reset the person's password (DecideReset): who decides where a person's mail goes decides who gets the link to a new
// password. Fails with PERMISSION_MISSING for callers without resets.perform, and as the rule does.
absl::Status CheckResetAuthority(const Call& call, const Access& access, const User& user);

// Locks and reads the person, whose home is noted for the audit, and asks the same. Fails with NOT_FOUND too.
absl::StatusOr<User> LockSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name);

// The same for a person who is to be restored, whose home is noted for the audit. Fails with NOT_FOUND, also when the 30 days are over, and with NOT_DELETED.
absl::StatusOr<User> LockDeletedSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name);

// Asked after a change that may have taken the directory's last Global Administrator: OK when somebody who may act still is one, in the whole
// directory, by themselves or through a group, and is no guest to whom roles give nothing (GuestPolicy.restrict_guests); else
// LAST_GLOBAL_ADMINISTRATOR, and the change is rolled back. Changes that ask it wait for each other, so that two cannot go at once.
absl::Status CheckGlobalAdministratorRemains(Tx& tx, std::string_view directory);

// The same after a change of one person, `user` as they were before; asked only if they were Global Administrator.
absl::Status CheckStillAdministered(Tx& tx, const User& user);

// The same after a change in which the person may have got another user type, `type`: a guest may be one to whom roles give nothing.
absl::Status CheckAdministeredAs(Tx& tx, const User& user, v1::UserType type);

}  // namespace hearth
