#include "server/directory/custom_role_desk.h"

#include <set>
#include <string>

#include "server/authz/role_giving.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/custom_role_rules.h"
#include "server/directory/permission_rules.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kPermissions[] = "custom_role.permissions";

v1::CustomRole RoleProto(const CustomRole& role) {
  v1::CustomRole proto;
  proto.set_name(CustomRoleName(role.directory, role.id));
  proto.set_display_name(role.display_name);
  proto.set_description(role.description);
  for (const v1::Permission permission : role.permissions) proto.add_permissions(permission);
  FillLifetime(role, proto);
  return proto;
}

absl::StatusOr<CustomRole> NewRole(const std::string& directory, const v1::CreateCustomRoleRequest& request) {
  CustomRole role;
  role.directory = directory;
  role.id = request.custom_role_id();
  role.display_name = request.custom_role().display_name();
  role.description = request.custom_role().description();
  ASSIGN_OR_RETURN(role.permissions, GivablePermissions(request.custom_role().permissions(), kPermissions));
  return role;
}

// The role as the request wants it.
absl::StatusOr<CustomRole> Updated(const CustomRole& role, const v1::UpdateCustomRoleRequest& request) {
  const v1::CustomRole& proto = request.custom_role();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(), {"display_name", "description", "permissions"}));
  CustomRole updated = role;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (fields.contains("description")) updated.description = proto.description();
  if (fields.contains("permissions")) {
    ASSIGN_OR_RETURN(updated.permissions, GivablePermissions(proto.permissions(), kPermissions));
  }
  if (updated.display_name.empty()) return InvalidField("custom_role.display_name", "must not be empty");
  return updated;
}

bool Differ(const CustomRole& one, const CustomRole& other) {
  return one.display_name != other.display_name || one.description != other.description ||
         one.permissions != other.permissions;
}

}  // namespace

absl::StatusOr<v1::CreateCustomRoleResponse> CustomRoleDesk::CreateCustomRole(
    const Call& call, const v1::CreateCustomRoleRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  call.note->target = CustomRoleName(call.principal.directory, request.custom_role_id());
  ASSIGN_OR_RETURN(const CustomRole role, NewRole(call.principal.directory, request));
  return Change<v1::CreateCustomRoleResponse>(
      database_, keyring_, call, {role.directory}, request,
      [&](Tx& tx, const Access& access, v1::CreateCustomRoleResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckMayGive(access, Held(role)));
        if (CountCustomRoles(tx, role.directory) >= kMostCustomRoles) {
          return Refuse(v1::ERROR_REASON_LIMIT_REACHED,
                        {{"resource_type", "custom role"}, {"limit", std::to_string(kMostCustomRoles)}});
        }
        if (!InsertCustomRole(tx, role)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "custom role"}});
        }
        *response.mutable_custom_role() = RoleProto(FindCustomRole(tx, role.directory, role.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetCustomRoleResponse> CustomRoleDesk::GetCustomRole(const Call& call,
                                                                        const v1::GetCustomRoleRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetCustomRoleResponse>(database_, call, name.directory,
                                         [&](Tx& tx, v1::GetCustomRoleResponse& response) {
                                           const auto role = FindCustomRole(tx, name.directory, name.id);
                                           if (!role.has_value()) return CustomRoleNotFound();
                                           *response.mutable_custom_role() = RoleProto(*role);
                                           return absl::OkStatus();
                                         });
}

absl::StatusOr<v1::ListCustomRolesResponse> CustomRoleDesk::ListCustomRoles(const Call& call,
                                                                            const v1::ListCustomRolesRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListCustomRolesResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListCustomRolesResponse& response) {
        auto roles = hearth::ListCustomRoles(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(pager_.Close(own, request, page, roles, [](const CustomRole& r) { return r.id; }));
        for (const CustomRole& role : roles) *response.add_custom_roles() = RoleProto(role);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateCustomRoleResponse> CustomRoleDesk::UpdateCustomRole(
    const Call& call, const v1::UpdateCustomRoleRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.custom_role().name()));
  return Change<v1::UpdateCustomRoleResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::UpdateCustomRoleResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const CustomRole role,
                         LockCustomRoleForChange(tx, name.directory, name.id, request.custom_role().etag()));
        ASSIGN_OR_RETURN(const CustomRole updated, Updated(role, request));
        // Holders lose what it granted and gain what it is to grant.
        RETURN_IF_ERROR(CheckMayGive(access, Held(role)));
        RETURN_IF_ERROR(CheckMayGive(access, Held(updated)));
        if (Differ(role, updated)) hearth::UpdateCustomRole(tx, updated);
        *response.mutable_custom_role() = RoleProto(FindCustomRole(tx, role.directory, role.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteCustomRoleResponse> CustomRoleDesk::DeleteCustomRole(
    const Call& call, const v1::DeleteCustomRoleRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteCustomRoleResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::DeleteCustomRoleResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const CustomRole role, LockCustomRoleForChange(tx, name.directory, name.id, request.etag()));
        RETURN_IF_ERROR(CheckMayGive(access, Held(role)));
        if (IsCustomRoleHeld(tx, role.directory, role.id)) {
          return Refuse(v1::ERROR_REASON_CUSTOM_ROLE_IN_USE,
                        {{"custom_role", CustomRoleName(role.directory, role.id)}});
        }
        hearth::DeleteCustomRole(tx, role.directory, role.id);
        return absl::OkStatus();
      });
}

}  // namespace hearth
