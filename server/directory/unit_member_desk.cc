#include "server/directory/unit_member_desk.h"

#include <string>

#include "server/authz/unit_reach.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/target.h"
#include "server/directory/time_proto.h"
#include "server/directory/unit_rules.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr char kType[] = "administrative unit member";

v1::AdministrativeUnitMember MemberProto(std::string_view directory, const UnitMember& member) {
  v1::AdministrativeUnitMember proto;
  proto.set_user(UserName(directory, member.user));
  proto.set_user_principal_name(member.user_principal_name);
  proto.set_display_name(member.display_name);
  *proto.mutable_create_time() = ToProto(member.create_time);
  return proto;
}

// The person whom the request puts in or takes out, locked: nobody decides about them with the old units meanwhile. The audit tells the unit,
// and the person by their principal name.
template <class Request>
absl::StatusOr<User> LockPerson(Tx& tx, const Call& call, const Request& request) {
  ASSIGN_OR_RETURN(User user, FindTarget(tx, call, {.name = request.user(), .user_principal_name = ""}, /*lock=*/true));
  call.note->target = request.name();
  return user;
}

}  // namespace

absl::StatusOr<v1::AddAdministrativeUnitMemberResponse> UnitMemberDesk::AddAdministrativeUnitMember(
    const Call& call, const v1::AddAdministrativeUnitMemberRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName unit, NameOf(call, request.name()));
  return Change<v1::AddAdministrativeUnitMemberResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::AddAdministrativeUnitMemberResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, LockPerson(tx, call, request));
        ASSIGN_OR_RETURN(const Unit held, HoldUnit(tx, unit.directory, unit.id));
        RETURN_IF_ERROR(CheckMayManage(tx, access, held));
        if (!InsertUnitMember(tx, unit.directory, unit.id, user.id)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        }
        if (user.units.size() >= kMostUnitsOfAPerson) {
          return Refuse(v1::ERROR_REASON_LIMIT_REACHED, {{"resource_type", "administrative unit of a person"},
                                                         {"limit", std::to_string(kMostUnitsOfAPerson)}});
        }
        TouchUser(tx, user.directory, user.id);
        *response.mutable_member() =
            MemberProto(unit.directory, FindUnitMember(tx, unit.directory, unit.id, user.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListAdministrativeUnitMembersResponse> UnitMemberDesk::ListAdministrativeUnitMembers(
    const Call& call, const v1::ListAdministrativeUnitMembersRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName unit, NameOf(call, request.name()));
  RETURN_IF_ERROR(CheckUnitReach(call, {{std::string(unit.id)}}));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListAdministrativeUnitMembersResponse>(
      database_, call, unit.directory,
      [&](Tx& tx, v1::ListAdministrativeUnitMembersResponse& response) -> absl::Status {
        if (!FindUnit(tx, unit.directory, unit.id).has_value()) return UnitNotFound();
        auto members = ListUnitMembers(tx, unit.directory, unit.id, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, members, [](const UnitMember& m) { return m.user; }));
        for (const UnitMember& member : members) *response.add_members() = MemberProto(unit.directory, member);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RemoveAdministrativeUnitMemberResponse> UnitMemberDesk::RemoveAdministrativeUnitMember(
    const Call& call, const v1::RemoveAdministrativeUnitMemberRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName unit, NameOf(call, request.name()));
  return Change<v1::RemoveAdministrativeUnitMemberResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::RemoveAdministrativeUnitMemberResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, LockPerson(tx, call, request));
        ASSIGN_OR_RETURN(const Unit held, HoldUnit(tx, unit.directory, unit.id));
        RETURN_IF_ERROR(CheckMayManage(tx, access, held));
        if (!DeleteUnitMember(tx, unit.directory, unit.id, user.id)) {
          return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}});
        }
        TouchUser(tx, user.directory, user.id);
        return absl::OkStatus();
      });
}

}  // namespace hearth
