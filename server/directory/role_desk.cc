#include "server/directory/role_desk.h"

#include <optional>
#include <string>
#include <vector>

#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/group_rules.h"
#include "server/directory/person_rules.h"
#include "server/directory/role_rules.h"
#include "server/directory/role_store.h"
#include "server/directory/target.h"
#include "server/directory/time_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kType[] = "role assignment";

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

v1::RoleAssignment AssignmentProto(const RoleGrant& grant) {
  v1::RoleAssignment proto;
  proto.set_name(grant.name());
  if (const auto custom = CustomRoleOf(grant.role)) {
    proto.set_custom_role(CustomRoleName(grant.holder.directory, *custom));
  } else {
    proto.set_role(RoleFromId(grant.role).value_or(v1::ROLE_UNSPECIFIED));
  }
  if (!grant.unit.empty()) proto.set_administrative_unit(AdministrativeUnitName(grant.holder.directory, grant.unit));
  *proto.mutable_create_time() = ToProto(grant.create_time);
  return proto;
}

absl::Status CheckHolderExists(Tx& tx, const RoleHolder& holder) {
  if (holder.is_group)
    return FindGroup(tx, holder.directory, holder.id).has_value() ? absl::OkStatus() : GroupNotFound();
  return FindUser(tx, holder.directory, holder.id).has_value() ? absl::OkStatus() : UserNotFound();
}

}  // namespace

absl::StatusOr<v1::CreateRoleAssignmentResponse> RoleDesk::CreateRoleAssignment(
    const Call& call, const v1::CreateRoleAssignmentRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  ASSIGN_OR_RETURN(const RoleGrant grant, GrantOf(call, HolderOf(parent), request.role_assignment()));
  return Change<v1::CreateRoleAssignmentResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::CreateRoleAssignmentResponse& response) -> absl::Status {
        RETURN_IF_ERROR(LockHolder(tx, call, grant.holder));
        call.note->target = grant.name();
        RETURN_IF_ERROR(CheckMayGiveGrant(tx, access, grant));
        if (!InsertRole(tx, grant)) return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        *response.mutable_role_assignment() = AssignmentProto(FindRole(tx, grant).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListRoleAssignmentsResponse> RoleDesk::ListRoleAssignments(
    const Call& call, const v1::ListRoleAssignmentsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  const RoleHolder holder = HolderOf(parent);
  return Look<v1::ListRoleAssignmentsResponse>(
      database_, call, holder.directory, [&](Tx& tx, v1::ListRoleAssignmentsResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckHolderExists(tx, holder));
        auto grants = ListRoles(tx, holder, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, grants, [](const RoleGrant& grant) { return grant.name(); }));
        for (const RoleGrant& grant : grants) *response.add_role_assignments() = AssignmentProto(grant);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteRoleAssignmentResponse> RoleDesk::DeleteRoleAssignment(
    const Call& call, const v1::DeleteRoleAssignmentRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const RoleGrant grant{HolderOf(name), std::string(name.role), std::string(name.unit), {}};
  return Change<v1::DeleteRoleAssignmentResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::DeleteRoleAssignmentResponse&) -> absl::Status {
        RETURN_IF_ERROR(LockHolder(tx, call, grant.holder));
        call.note->target = request.name();
        if (!FindRole(tx, grant).has_value()) return NotFound();
        RETURN_IF_ERROR(CheckMayGiveGrant(tx, access, grant));
        if (!DeleteRole(tx, grant)) return NotFound();
        const bool global = RoleFromId(grant.role) == v1::ROLE_GLOBAL_ADMINISTRATOR;
        return global ? CheckGlobalAdministratorRemains(tx, grant.holder.directory) : absl::OkStatus();
      });
}

}  // namespace hearth
