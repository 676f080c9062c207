#include "server/directory/role_desk.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/time_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kType[] = "role assignment";

v1::RoleAssignment AssignmentOf(const std::string& directory, const std::string& user, const RoleGrant& grant) {
  v1::RoleAssignment proto;
  proto.set_name(RoleAssignmentName(directory, user, RoleId(grant.role)));
  proto.set_role(grant.role);
  *proto.mutable_create_time() = ToProto(grant.create_time);
  return proto;
}

absl::Status CheckAssignable(v1::Role role, const std::string& directory) {
  if (!v1::Role_IsValid(role) || role == v1::ROLE_UNSPECIFIED) {
    return InvalidField("role_assignment.role", "must be one of the roles");
  }
  if (role == v1::ROLE_PLATFORM_OPERATOR && directory != kPlatformDirectory) {
    return InvalidField("role_assignment.role", "is assignable in the platform directory only");
  }
  return absl::OkStatus();
}

// The assignments after `page.after` in the order of their roles' ids, and one more than the page holds.
std::vector<RoleGrant> PageOfGrants(const std::vector<RoleGrant>& all, const Page& page) {
  std::vector<RoleGrant> grants;
  std::copy_if(all.begin(), all.end(), std::back_inserter(grants),
               [&](const RoleGrant& grant) { return RoleId(grant.role) > page.after; });
  grants.resize(std::min(grants.size(), static_cast<size_t>(page.size) + 1));
  return grants;
}

}  // namespace

absl::StatusOr<v1::CreateRoleAssignmentResponse> RoleDesk::CreateRoleAssignment(
    const Call& call, const v1::CreateRoleAssignmentRequest& request) {
  const v1::Role role = request.role_assignment().role();
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  RETURN_IF_ERROR(CheckAssignable(role, call.principal.directory));
  return Change<v1::CreateRoleAssignmentResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::CreateRoleAssignmentResponse& response) -> absl::Status {
        const TargetName target{.name = request.parent(), .user_principal_name = ""};
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/true));
        call.note->target = RoleAssignmentName(user.directory, user.id, RoleId(role));
        if (!InsertRole(tx, user.directory, user.id, role)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        TouchUser(tx, user.directory, user.id);
        for (const RoleGrant& grant : ListRoles(tx, user.directory, user.id)) {
          if (grant.role == role) *response.mutable_role_assignment() = AssignmentOf(user.directory, user.id, grant);
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListRoleAssignmentsResponse> RoleDesk::ListRoleAssignments(
    const Call& call, const v1::ListRoleAssignmentsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListRoleAssignmentsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListRoleAssignmentsResponse& response) -> absl::Status {
        const auto user = FindUser(tx, parent.directory, parent.id);
        if (!user.has_value()) return UserNotFound();
        auto grants = PageOfGrants(ListRoles(tx, user->directory, user->id), page);
        response.set_next_page_token(
            pager_.Close(own, request, page, grants, [](const RoleGrant& g) { return RoleId(g.role); }));
        for (const RoleGrant& grant : grants) {
          *response.add_role_assignments() = AssignmentOf(user->directory, user->id, grant);
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteRoleAssignmentResponse> RoleDesk::DeleteRoleAssignment(
    const Call& call, const v1::DeleteRoleAssignmentRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const auto role = RoleFromId(name.role);
  const TargetName target{.name = UserName(name.directory, name.id), .user_principal_name = ""};
  return Change<v1::DeleteRoleAssignmentResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::DeleteRoleAssignmentResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/true));
        call.note->target = request.name();
        if (role == v1::ROLE_GLOBAL_ADMINISTRATOR) RETURN_IF_ERROR(CheckNotLastGlobalAdministrator(tx, user));
        if (!role.has_value() || !DeleteRole(tx, user.directory, user.id, *role)) {
          return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}});
        }
        TouchUser(tx, user.directory, user.id);
        return absl::OkStatus();
      });
}

}  // namespace hearth
