#include "server/directory/group_member_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/group_rules.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/time_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kType[] = "group member";

v1::GroupMember MemberProto(std::string_view directory, const GroupMember& member) {
  v1::GroupMember proto;
  proto.set_user(UserName(directory, member.user));
  proto.set_user_principal_name(member.user_principal_name);
  proto.set_display_name(member.display_name);
  proto.set_relation(member.relation);
  *proto.mutable_create_time() = ToProto(member.create_time);
  return proto;
}

template <class Request>
v1::GroupRelation RelationOf(const Request& request) {
  return request.relation() == v1::GROUP_RELATION_OWNER ? v1::GROUP_RELATION_OWNER : v1::GROUP_RELATION_MEMBER;
}

// Whom the request is about, and the group. The person is locked first: nobody decides about them with the old roles meanwhile. The audit tells
// the group, and the person by their principal name.
struct Both {
  User user;
  Group group;
};
template <class Request>
absl::StatusOr<Both> LockBoth(Tx& tx, const Call& call, const Access& access, const ResourceName& name,
                              const Request& request) {
  Both both;
  ASSIGN_OR_RETURN(both.user, FindTarget(tx, call, {.name = request.user(), .user_principal_name = ""}, /*lock=*/true));
  call.note->target = request.name();
  ASSIGN_OR_RETURN(both.group, HoldGroup(tx, name.directory, name.id));
  RETURN_IF_ERROR(CheckMayManage(tx, access, both.group));
  return both;
}

}  // namespace

absl::StatusOr<v1::AddGroupMemberResponse> GroupMemberDesk::AddGroupMember(const Call& call,
                                                                           const v1::AddGroupMemberRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const v1::GroupRelation relation = RelationOf(request);
  return Change<v1::AddGroupMemberResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::AddGroupMemberResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Both both, LockBoth(tx, call, access, name, request));
        RETURN_IF_ERROR(CheckRoomInGroup(tx, both.group));
        if (!InsertGroupMember(tx, name.directory, name.id, both.user.id, relation)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        TouchUser(tx, both.user.directory, both.user.id);
        *response.mutable_member() =
            MemberProto(name.directory, FindGroupMember(tx, name.directory, name.id, both.user.id, relation).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListGroupMembersResponse> GroupMemberDesk::ListGroupMembers(
    const Call& call, const v1::ListGroupMembersRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListGroupMembersResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::ListGroupMembersResponse& response) -> absl::Status {
        if (!FindGroup(tx, name.directory, name.id).has_value()) return GroupNotFound();
        auto members = hearth::ListGroupMembers(tx, name.directory, name.id, page.after, page.size + 1);
        response.set_next_page_token(pager_.Close(own, request, page, members, GroupMemberKey));
        for (const GroupMember& member : members) *response.add_members() = MemberProto(name.directory, member);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RemoveGroupMemberResponse> GroupMemberDesk::RemoveGroupMember(
    const Call& call, const v1::RemoveGroupMemberRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::RemoveGroupMemberResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::RemoveGroupMemberResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const Both both, LockBoth(tx, call, access, name, request));
        if (!DeleteGroupMember(tx, name.directory, name.id, both.user.id, RelationOf(request))) {
          return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}});
        }
        TouchUser(tx, both.user.directory, both.user.id);
        return CheckStillAdministered(tx, both.user);
      });
}

}  // namespace hearth
