#include "server/guest/gifts.h"

#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/group_rules.h"
#include "server/directory/group_store.h"
#include "server/directory/role_rules.h"
#include "server/directory/role_store.h"

namespace hearth {
namespace {

absl::Status CheckHolds(const Access& access, v1::Permission permission) {
  if (access.permissions.Has(permission)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(permission)}});
}

}  // namespace

absl::StatusOr<std::set<std::string>> GroupsOf(const Call& call, const v1::InviteGuestUserRequest& request) {
  std::set<std::string> ids;
  for (const std::string& group : request.groups()) {
    ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, group));
    if (!ids.emplace(name.id).second) return InvalidField("groups", "names a group twice");
  }
  return ids;
}

absl::Status CheckGifts(const Access& access, const std::string& directory, const v1::InviteGuestUserRequest& request) {
  if (request.user_type() == v1::USER_TYPE_MEMBER) RETURN_IF_ERROR(CheckHolds(access, v1::PERMISSION_GUESTS_INVITE));
  if (!request.roles().empty()) RETURN_IF_ERROR(CheckHolds(access, v1::PERMISSION_ROLES_ASSIGN));
  if (!request.groups().empty()) RETURN_IF_ERROR(CheckHolds(access, v1::PERMISSION_GROUPS_WRITE));
  for (const int role : request.roles()) {
    RETURN_IF_ERROR(CheckAssignable(static_cast<v1::Role>(role), directory, "roles"));
  }
  return absl::OkStatus();
}

absl::Status GiveRoles(Tx& tx, const Access& access, const User& guest, const v1::InviteGuestUserRequest& request) {
  for (const int role : request.roles()) {
    RoleGrant grant;
    grant.holder = {.directory = guest.directory, .is_group = false, .id = guest.id};
    grant.role = RoleId(static_cast<v1::Role>(role));
    RETURN_IF_ERROR(CheckMayGiveGrant(tx, access, grant));
    InsertRole(tx, grant);
  }
  return absl::OkStatus();
}

// In the order of the ids, whoever asks: each is locked.
absl::Status JoinGroups(Tx& tx, const Access& access, const User& guest, const std::set<std::string>& groups) {
  for (const std::string& id : groups) {
    ASSIGN_OR_RETURN(const Group group, HoldGroup(tx, guest.directory, id));
    RETURN_IF_ERROR(CheckMayManage(tx, access, group));
    RETURN_IF_ERROR(CheckRoomInGroup(tx, group));
    InsertGroupMember(tx, guest.directory, id, guest.id, v1::GROUP_RELATION_MEMBER);
  }
  return absl::OkStatus();
}

}  // namespace hearth
