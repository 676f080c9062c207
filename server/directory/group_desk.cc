#include "server/directory/group_desk.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/group_rules.h"
#include "server/directory/person_rules.h"
#include "server/directory/role_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kType[] = "group";

v1::Group GroupProto(const Group& group) {
  v1::Group proto;
  proto.set_name(GroupName(group.directory, group.id));
  proto.set_display_name(group.display_name);
  proto.set_description(group.description);
  proto.set_role_assignable(group.role_assignable);
  FillLifetime(group, proto);
  return proto;
}

Group NewGroup(const std::string& directory, const v1::CreateGroupRequest& request) {
  Group group;
  group.directory = directory;
  group.id = request.group_id();
  group.display_name = request.group().display_name();
  group.description = request.group().description();
  group.role_assignable = request.group().role_assignable();
  return group;
}

// Writes what the request changes.
absl::Status ApplyUpdate(Tx& tx, const Group& group, const v1::UpdateGroupRequest& request) {
  const v1::Group& proto = request.group();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(), {"display_name", "description"}));
  Group updated = group;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (fields.contains("description")) updated.description = proto.description();
  if (updated.display_name.empty()) return InvalidField("group.display_name", "must not be empty");
  if (updated.display_name != group.display_name || updated.description != group.description) UpdateGroup(tx, updated);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CreateGroupResponse> GroupDesk::CreateGroup(const Call& call,
                                                               const v1::CreateGroupRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const Group group = NewGroup(call.principal.directory, request);
  call.note->target = GroupName(group.directory, group.id);
  return Change<v1::CreateGroupResponse>(
      database_, keyring_, call, {group.directory}, request,
      [&](Tx& tx, const Access& access, v1::CreateGroupResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckMayManage(tx, access, group));
        RETURN_IF_ERROR(CheckRoomForGroup(tx, group));
        if (!InsertGroup(tx, group)) return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        *response.mutable_group() = GroupProto(FindGroup(tx, group.directory, group.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetGroupResponse> GroupDesk::GetGroup(const Call& call, const v1::GetGroupRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetGroupResponse>(database_, call, name.directory, [&](Tx& tx, v1::GetGroupResponse& response) {
    const auto group = FindGroup(tx, name.directory, name.id);
    if (!group.has_value()) return GroupNotFound();
    *response.mutable_group() = GroupProto(*group);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::ListGroupsResponse> GroupDesk::ListGroups(const Call& call, const v1::ListGroupsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListGroupsResponse>(database_, call, parent.directory, [&](Tx& tx, v1::ListGroupsResponse& response) {
    auto groups = hearth::ListGroups(tx, parent.directory, page.after, page.size + 1);
    response.set_next_page_token(pager_.Close(own, request, page, groups, [](const Group& g) { return g.id; }));
    for (const Group& group : groups) *response.add_groups() = GroupProto(group);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::UpdateGroupResponse> GroupDesk::UpdateGroup(const Call& call,
                                                               const v1::UpdateGroupRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.group().name()));
  return Change<v1::UpdateGroupResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::UpdateGroupResponse& response) -> absl::Status {
        if (!LockGroup(tx, name.directory, name.id)) return GroupNotFound();
        const Group group = FindGroup(tx, name.directory, name.id).value();
        RETURN_IF_ERROR(CheckMayManage(tx, access, group));
        RETURN_IF_ERROR(CheckEtag(request.group().etag(), group.revision, kType));
        RETURN_IF_ERROR(ApplyUpdate(tx, group, request));
        *response.mutable_group() = GroupProto(FindGroup(tx, group.directory, group.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteGroupResponse> GroupDesk::DeleteGroup(const Call& call,
                                                               const v1::DeleteGroupRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteGroupResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::DeleteGroupResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const Group group, LockGroupForChange(tx, name.directory, name.id));
        RETURN_IF_ERROR(CheckMayManage(tx, access, group));
        RETURN_IF_ERROR(CheckEtag(request.etag(), group.revision, kType));
        const std::vector<HeldRole> roles = RolesOfGroup(tx, group.directory, group.id);
        hearth::DeleteGroup(tx, group.directory, group.id);
        const bool global = std::any_of(roles.begin(), roles.end(),
                                        [](const HeldRole& r) { return r.role == v1::ROLE_GLOBAL_ADMINISTRATOR; });
        return global ? CheckGlobalAdministratorRemains(tx, group.directory) : absl::OkStatus();
      });
}

}  // namespace hearth
