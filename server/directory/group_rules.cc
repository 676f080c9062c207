#include "server/directory/group_rules.h"

#include "server/authz/permissions.h"
#include "server/authz/role_giving.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/role_store.h"

namespace hearth {
namespace {

absl::Status Full(const std::string& type, int limit) {
  return Refuse(v1::ERROR_REASON_LIMIT_REACHED, {{"resource_type", type}, {"limit", std::to_string(limit)}});
}

}  // namespace

absl::Status GroupNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "group"}}); }

absl::StatusOr<Group> HoldGroup(Tx& tx, std::string_view directory, std::string_view id) {
  if (!KeepGroup(tx, directory, id)) return GroupNotFound();
  return FindGroup(tx, directory, id).value();
}

absl::StatusOr<Group> LockGroupForChange(Tx& tx, std::string_view directory, std::string_view id) {
  TouchGroupPeople(tx, directory, id);
  if (!LockGroup(tx, directory, id)) return GroupNotFound();
  return FindGroup(tx, directory, id).value();
}

absl::Status CheckMayManage(Tx& tx, const Access& access, const Group& group) {
  if (!group.role_assignable) return absl::OkStatus();
  if (!access.permissions.Has(v1::PERMISSION_ROLES_ASSIGN)) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(v1::PERMISSION_ROLES_ASSIGN)}});
  }
  for (const HeldRole& role : RolesOfGroup(tx, group.directory, group.id)) {
    RETURN_IF_ERROR(CheckMayGive(access, role));
  }
  return absl::OkStatus();
}

absl::Status CheckRoomForGroup(Tx& tx, const Group& group) {
  if (!group.role_assignable) return absl::OkStatus();
  if (CountRoleAssignableGroups(tx, group.directory) < kMostRoleAssignableGroups) return absl::OkStatus();
  return Full("role-assignable group", kMostRoleAssignableGroups);
}

absl::Status CheckRoomInGroup(Tx& tx, const Group& group) {
  if (CountGroupMembers(tx, group.directory, group.id) < kMostPeopleOfAGroup) return absl::OkStatus();
  return Full("member or owner of a group", kMostPeopleOfAGroup);
}

}  // namespace hearth
