#include "server/directory/user_desk.h"

#include <set>
#include <string>
#include <vector>

#include "server/authz/unit_reach.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/new_user.h"
#include "server/directory/person_rules.h"
#include "server/directory/target.h"
#include "server/directory/update.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

absl::Status UserExists() { return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "user"}}); }

// The person as the request wants them.
absl::StatusOr<User> Updated(const User& user, const v1::UpdateUserRequest& request) {
  const v1::User& proto = request.user();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(),
                                  {"display_name", "mail", "user_type", "user_principal_name", "alternate_mails",
                                   "preferred_language"}));
  User updated = user;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (fields.contains("mail")) updated.mail = proto.mail();
  if (fields.contains("alternate_mails")) {
    ASSIGN_OR_RETURN(updated.alternate_mails, AlternateMails(proto, user.homed_here(), "user"));
  }
  if (fields.contains("preferred_language")) updated.preferred_language = proto.preferred_language();
  if (fields.contains("user_type")) updated.user_type = proto.user_type();
  if (fields.contains("user_principal_name")) {
    updated.user_principal_name = CanonicalPrincipalName(proto.user_principal_name());
  }
  if (updated.display_name.empty()) return InvalidField("user.display_name", "must not be empty");
  if (updated.user_principal_name.empty()) return InvalidField("user.user_principal_name", "must not be empty");
  RETURN_IF_ERROR(CheckUserType(updated.user_type, "user.user_type"));
  return updated;
}

// Writes what differs. The home of a person homed elsewhere says what their principal name and their mail are; where a person's mail goes, only those
// change who could reset the password outright.
absl::Status Write(Tx& tx, const Call& call, const Access& access, const User& user, const User& updated) {
  const bool renamed = updated.user_principal_name != user.user_principal_name;
  const bool moved_mail = updated.mail != user.mail;
  const bool moved_alternates = updated.alternate_mails != user.alternate_mails;
  if (renamed || moved_mail) RETURN_IF_ERROR(CheckHome(ToTarget(user)));
  // Mail goes to the principal name of those who have no address, so it counts as one.
  if (renamed || moved_mail || moved_alternates) RETURN_IF_ERROR(CheckResetAuthority(call, access, user));
  if (renamed) RETURN_IF_ERROR(HoldDomainOf(tx, user.directory, updated.user_principal_name));
  const bool same = !renamed && !moved_mail && !moved_alternates && updated.display_name == user.display_name &&
                    updated.user_type == user.user_type && updated.preferred_language == user.preferred_language;
  if (same) return absl::OkStatus();
  if (!UpdateUser(tx, updated)) return UserExists();
  return CheckAdministeredAs(tx, user, updated.user_type);
}

}  // namespace

template <class Response, class Request, class Body>
absl::StatusOr<Response> UserDesk::ChangeUser(const Call& call, const Request& request, const Body& body) {
  return Change<Response>(database_, keyring_, call, {call.principal.directory}, request,
                          [&](Tx& tx, const Access& access, Response& response) -> absl::Status {
                            ASSIGN_OR_RETURN(const User user, body(tx, access));
                            *response.mutable_user() = ToProto(FindUser(tx, user.directory, user.id).value());
                            return absl::OkStatus();
                          });
}

absl::StatusOr<v1::CreateUserResponse> UserDesk::CreateUser(const Call& call, const v1::CreateUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const std::string& directory = call.principal.directory;
  const std::string id = request.user_id().empty() ? NewUuid4() : request.user_id();
  call.note->target = UserName(directory, id);
  call.note->target_principal_name = CanonicalPrincipalName(request.user().user_principal_name());
  return ChangeUser<v1::CreateUserResponse>(call, request, [&](Tx& tx, const Access&) -> absl::StatusOr<User> {
    ASSIGN_OR_RETURN(User user, NewUser(tx, directory, id, request.user(), "user"));
    if (!InsertUser(tx, user)) return UserExists();
    return user;
  });
}

absl::StatusOr<v1::GetUserResponse> UserDesk::GetUser(const Call& call, const v1::GetUserRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetUserResponse>(database_, call, name.directory,
                                   [&](Tx& tx, v1::GetUserResponse& response) -> absl::Status {
                                     const auto user = FindUser(tx, name.directory, name.id);
                                     if (!user.has_value()) return UserNotFound();
                                     const bool self = user->id == call.principal.subject;
                                     if (!self) RETURN_IF_ERROR(CheckUnitReach(call, user->units));
                                     *response.mutable_user() = ToProto(*user);
                                     return absl::OkStatus();
                                   });
}

absl::StatusOr<v1::ListUsersResponse> UserDesk::ListUsers(const Call& call, const v1::ListUsersRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListUsersResponse>(database_, call, parent.directory, [&](Tx& tx, v1::ListUsersResponse& response) {
    std::vector<User> users =
        hearth::ListUsers(tx, parent.directory, page.after, page.size + 1, request.show_deleted(), UnitsInReach(call));
    response.set_next_page_token(pager_.Close(own, request, page, users, [](const User& u) { return u.id; }));
    for (const User& user : users) *response.add_users() = ToProto(user);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::UpdateUserResponse> UserDesk::UpdateUser(const Call& call, const v1::UpdateUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.user().name()).status());
  return ChangeUser<v1::UpdateUserResponse>(call, request, [&](Tx& tx, const Access& access) -> absl::StatusOr<User> {
    ASSIGN_OR_RETURN(User user, LockSubordinate(tx, call, access, request.user().name()));
    RETURN_IF_ERROR(CheckEtag(request.user().etag(), user.revision, "user"));
    ASSIGN_OR_RETURN(const User updated, Updated(user, request));
    RETURN_IF_ERROR(Write(tx, call, access, user, updated));
    return user;
  });
}

absl::StatusOr<v1::DeleteUserResponse> UserDesk::DeleteUser(const Call& call, const v1::DeleteUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  return ChangeUser<v1::DeleteUserResponse>(call, request, [&](Tx& tx, const Access& access) -> absl::StatusOr<User> {
    ASSIGN_OR_RETURN(User user, LockSubordinate(tx, call, access, request.name()));
    RETURN_IF_ERROR(CheckEtag(request.etag(), user.revision, "user"));
    MarkDeleted(tx, user.directory, user.id);
    RETURN_IF_ERROR(CheckStillAdministered(tx, user));
    return user;
  });
}

absl::StatusOr<v1::DisableUserResponse> UserDesk::DisableUser(const Call& call, const v1::DisableUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  return ChangeUser<v1::DisableUserResponse>(call, request, [&](Tx& tx, const Access& access) -> absl::StatusOr<User> {
    ASSIGN_OR_RETURN(User user, LockSubordinate(tx, call, access, request.name()));
    RETURN_IF_ERROR(CheckEtag(request.etag(), user.revision, "user"));
    if (user.disabled) return user;
    SetDisabled(tx, user.directory, user.id, true);
    RETURN_IF_ERROR(CheckStillAdministered(tx, user));
    return user;
  });
}

absl::StatusOr<v1::EnableUserResponse> UserDesk::EnableUser(const Call& call, const v1::EnableUserRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.name()).status());
  return ChangeUser<v1::EnableUserResponse>(call, request, [&](Tx& tx, const Access& access) -> absl::StatusOr<User> {
    ASSIGN_OR_RETURN(User user, LockSubordinate(tx, call, access, request.name()));
    RETURN_IF_ERROR(CheckEtag(request.etag(), user.revision, "user"));
    if (user.disabled) SetDisabled(tx, user.directory, user.id, false);
    return user;
  });
}

}  // namespace hearth
