#include "server/directory/role_rules.h"

#include "server/authz/permissions.h"
#include "server/authz/role_giving.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/custom_role_rules.h"
#include "server/directory/group_rules.h"
#include "server/directory/target.h"
#include "server/directory/unit_rules.h"
#include "server/directory/user_store.h"

namespace hearth {

absl::Status CheckAssignable(v1::Role role, const std::string& directory, const std::string& field) {
  if (!v1::Role_IsValid(role) || role == v1::ROLE_UNSPECIFIED) return InvalidField(field, "must be one of the roles");
  if (role == v1::ROLE_PLATFORM_OPERATOR && directory != kPlatformDirectory) {
    return InvalidField(field, "is assignable in the platform directory only");
  }
  return absl::OkStatus();
}

RoleHolder HolderOf(const ResourceName& name) {
  return {std::string(name.directory), name.collection == "groups" || name.holder == "groups", std::string(name.id)};
}

absl::StatusOr<RoleGrant> GrantOf(const Call& call, const RoleHolder& holder, const v1::RoleAssignment& assignment) {
  RoleGrant grant;
  grant.holder = holder;
  if (assignment.granted_case() == v1::RoleAssignment::kCustomRole) {
    ASSIGN_OR_RETURN(const ResourceName custom, NameOf(call, assignment.custom_role()));
    grant.role = CustomRoleId(custom.id);
  } else {
    RETURN_IF_ERROR(CheckAssignable(assignment.role(), holder.directory, "role_assignment.role"));
    grant.role = RoleId(assignment.role());
  }
  if (assignment.administrative_unit().empty()) return grant;
  if (assignment.granted_case() == v1::RoleAssignment::kRole && !IsUnitAssignable(assignment.role())) {
    return InvalidField("role_assignment.administrative_unit", "the role is assignable in the whole directory only");
  }
  ASSIGN_OR_RETURN(const ResourceName unit, NameOf(call, assignment.administrative_unit()));
  grant.unit = unit.id;
  return grant;
}

absl::Status LockHolder(Tx& tx, const Call& call, const RoleHolder& holder) {
  if (!holder.is_group) {
    RETURN_IF_ERROR(FindTarget(tx, call, {.name = holder.name(), .user_principal_name = ""}, /*lock=*/true).status());
    TouchUser(tx, holder.directory, holder.id);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Group group, LockGroupForChange(tx, holder.directory, holder.id));
  if (group.role_assignable) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_GROUP_NOT_ROLE_ASSIGNABLE, {{"group", holder.name()}});
}

absl::Status CheckMayGiveGrant(Tx& tx, const Access& access, const RoleGrant& grant) {
  const std::string& directory = grant.holder.directory;
  if (!grant.unit.empty()) RETURN_IF_ERROR(HoldUnit(tx, directory, grant.unit).status());
  const auto custom = CustomRoleOf(grant.role);
  if (!custom.has_value()) {
    return CheckMayGive(access, Hold(RoleFromId(grant.role).value_or(v1::ROLE_UNSPECIFIED), grant.unit));
  }
  if (!KeepCustomRole(tx, directory, *custom)) return CustomRoleNotFound();
  return CheckMayGive(access, Held(FindCustomRole(tx, directory, *custom).value(), grant.unit));
}

}  // namespace hearth
