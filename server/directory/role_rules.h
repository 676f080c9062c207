// Which roles can be given, and to whom.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/resources.pb.h"
#include "server/authz/access.h"
#include "server/authz/call.h"
#include "server/base/resource_name.h"
#include "server/directory/role_store.h"

namespace hearth {

// OK when the role can be held in the directory; else INVALID_FIELDS that names `field`. Pure.
absl::Status CheckAssignable(v1::Role role, const std::string& directory, const std::string& field);

// Who is named by the resource name of a person, of a group, or of an assignment of theirs.
RoleHolder HolderOf(const ResourceName& name);

// The assignment that the request describes, to `holder`. Fails with FOREIGN_DIRECTORY for names of other directories, and with INVALID_FIELDS for
// roles that cannot be held there.
absl::StatusOr<RoleGrant> GrantOf(const Call& call, const RoleHolder& holder, const v1::RoleAssignment& assignment);

// Locks who holds the role, so that nobody decides about them with the old roles meanwhile, and counts the revisions of the people concerned. Fails
// with NOT_FOUND, and with GROUP_NOT_ROLE_ASSIGNABLE.
absl::Status LockHolder(Tx& tx, const Call& call, const RoleHolder& holder);

// OK when the caller may give (or take) that role; what it consists of then stays until the transaction ends. Fails with ROLE_BEYOND_CALLER, and
// with NOT_FOUND when there is no such unit or custom role.
absl::Status CheckMayGiveGrant(Tx& tx, const Access& access, const RoleGrant& grant);

}  // namespace hearth
