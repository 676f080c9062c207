#include "server/directory/person_rules.h"

#include <algorithm>
#include <utility>

#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/role_store.h"
#include "server/directory/target.h"
#include "server/directory/user_store.h"

namespace hearth {

absl::Status CheckAuthority(const Call& call, const Access& access, const User& user) {
  const Target target = ToTarget(user);
  return ToStatus(DecideSensitive(call.principal, access, target, call.policy->permission()), target);
}

absl::Status CheckResetAuthority(const Call& call, const Access& access, const User& user) {
  constexpr v1::Permission kReset = v1::PERMISSION_RESETS_PERFORM;
  if (!access.permissions.Has(kReset) && !access.unit_permissions.Has(kReset)) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(kReset)}});
  }
  const Target target = ToTarget(user);
  return ToStatus(DecideReset(call.principal, access, target), target);
}

absl::StatusOr<User> LockSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name) {
  ASSIGN_OR_RETURN(User user, FindTarget(tx, call, {.name = name, .user_principal_name = ""}, /*lock=*/true));
  RETURN_IF_ERROR(CheckAuthority(call, access, user));
  return user;
}

absl::StatusOr<User> LockDeletedSubordinate(Tx& tx, const Call& call, const Access& access, const std::string& name) {
  ASSIGN_OR_RETURN(const ResourceName parts, NameOf(call, name));
  LockUser(tx, parts.directory, parts.id);
  auto user = FindUser(tx, parts.directory, parts.id);
  if (!user.has_value()) return UserNotFound();
  call.note->target_principal_name = user->user_principal_name;
  if (user->home.kind == v1::Home::KIND_OTHER_DIRECTORY) call.note->other_directory = user->home.directory;
  RETURN_IF_ERROR(CheckAuthority(call, access, *user));
  if (!user->deleted()) return Refuse(v1::ERROR_REASON_NOT_DELETED, {{"resource_type", "user"}});
  if (!user->restorable) return UserNotFound();
  return *std::move(user);
}

absl::Status CheckGlobalAdministratorRemains(Tx& tx, std::string_view directory) {
  return HasGlobalAdministrator(tx, directory) ? absl::OkStatus() : Refuse(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR);
}

absl::Status CheckStillAdministered(Tx& tx, const User& user) {
  const bool held = std::any_of(user.roles.begin(), user.roles.end(),
                                [](const HeldRole& role) { return role.role == v1::ROLE_GLOBAL_ADMINISTRATOR; });
  return held ? CheckGlobalAdministratorRemains(tx, user.directory) : absl::OkStatus();
}

absl::Status CheckAdministeredAs(Tx& tx, const User& user, v1::UserType type) {
  return type == user.user_type ? absl::OkStatus() : CheckStillAdministered(tx, user);
}

}  // namespace hearth
