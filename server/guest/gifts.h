// What a guest has from the start: user type, roles, groups.
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// The ids of the groups that the request names. Fails with FOREIGN_DIRECTORY for one of another directory, before anything is looked up, and with
// INVALID_FIELDS when it names one twice.
absl::StatusOr<std::set<std::string>> GroupsOf(const Call& call, const v1::InviteGuestUserRequest& request);

// Whether the inviter may give what the request gives, as far as can be told without the gifts. Fails with PERMISSION_MISSING and, for roles that
// nobody can be given in `directory`, INVALID_FIELDS.
absl::Status CheckGifts(const Access& access, const std::string& directory, const v1::InviteGuestUserRequest& request);

// Gives the new guest the roles, each if the inviter may give it (role_rules.h).
absl::Status GiveRoles(Tx& tx, const Access& access, const User& guest, const v1::InviteGuestUserRequest& request);

// Makes the new guest a member of the groups, each if the inviter may manage it (group_rules.h) and it has room. Fails with NOT_FOUND for a group
// that is not there.
absl::Status JoinGroups(Tx& tx, const Access& access, const User& guest, const std::set<std::string>& groups);

}  // namespace hearth
