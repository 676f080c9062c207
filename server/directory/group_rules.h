// What holds for groups.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/authz/access.h"
#include "server/directory/group_store.h"

namespace hearth {

// Microsoft's limit: a tenant has at most 500 role-assignable groups. Ours: so many people in one, since each is touched when its roles change.
inline constexpr int kMostRoleAssignableGroups = 500;
inline constexpr int kMostPeopleOfAGroup = 1000;

absl::Status GroupNotFound();

// Reads the group, and keeps it from being removed until the transaction ends. Fails with NOT_FOUND.
absl::StatusOr<Group> HoldGroup(Tx& tx, std::string_view directory, std::string_view id);

// Locks the group's people, then the group, and reads it. Fails with NOT_FOUND.
absl::StatusOr<Group> LockGroupForChange(Tx& tx, std::string_view directory, std::string_view id);

// OK when the caller may manage the group: a role-assignable one takes roles.assign too, and no role that goes beyond the caller. Fails with
// PERMISSION_MISSING or ROLE_BEYOND_CALLER.
absl::Status CheckMayManage(Tx& tx, const Access& access, const Group& group);

// OK when the directory can have one more such group; else LIMIT_REACHED.
absl::Status CheckRoomForGroup(Tx& tx, const Group& group);

// OK when one more person can belong to the group; else LIMIT_REACHED.
absl::Status CheckRoomInGroup(Tx& tx, const Group& group);

}  // namespace hearth
