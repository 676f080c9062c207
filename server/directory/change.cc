#include "server/directory/change.h"

#include "server/audit/audit_store.h"
#include "server/authz/access_store.h"
#include "server/authz/fence.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

bool MayNameAnyDirectory(const Call& call) {
  const v1::Access access = call.policy->access();
  return (access == v1::ACCESS_PLATFORM || access == v1::ACCESS_PERMISSION_OR_PLATFORM) &&
         call.principal.directory == kPlatformDirectory;
}

}  // namespace

absl::StatusOr<ResourceName> NameOf(const Call& call, const std::string& name) {
  call.note->target = name;
  const auto parsed = ParseResourceName(name);
  if (!parsed.has_value()) return Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
  if (parsed->directory != call.principal.directory) call.note->other_directory = std::string(parsed->directory);
  if (!MayNameAnyDirectory(call)) RETURN_IF_ERROR(CheckFence(call.principal, parsed->directory));
  return *parsed;
}

absl::StatusOr<InvitationToken> TokenOf(const Call& call, const std::string& token) {
  if (call.policy->access() != v1::ACCESS_INVITEE) return Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY);
  const auto parsed = ParseInvitationToken(token);
  if (!parsed.has_value()) return Refuse(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED);
  if (call.outsider.has_value() && parsed->directory != call.principal.directory) {
    return Refuse(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED);
  }
  call.note->other_directory = std::string(parsed->directory);
  return *parsed;
}

Scope ScopeOf(const Call& call, std::string_view directory) {
  Scope scope = {call.principal.directory};
  if (directory != call.principal.directory) scope.emplace_back(directory);
  return scope;
}

absl::Status RunChange(Database& database, const Keyring& keyring, const Call& call, const Scope& scope, bool self,
                       const google::protobuf::Message& request, const std::string& request_id,
                       google::protobuf::Message& response,
                       const std::function<absl::Status(Tx&, const Access&)>& body) {
  const Attempt attempt(keyring, call.principal.directory, call.principal.subject, request, request_id);
  return database.Once(scope, call.deadline, attempt, response, [&](Tx& tx) -> absl::Status {
    Access access;
    // Whoever changes themselves is locked as the target at once: two such calls that share the lock of callers first would wait for each other.
    if (self) LockUser(tx, call.principal.directory, call.principal.subject);
    RETURN_IF_ERROR(CheckAccessAgain(tx, call, self, access));
    RETURN_IF_ERROR(body(tx, access));
    AppendAudit(tx, call);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> WasDone(Database& database, const Keyring& keyring, const Call& call,
                             const google::protobuf::Message& request, const std::string& request_id,
                             google::protobuf::Message& response) {
  if (request_id.empty()) return false;
  return database.Replay(
      call.deadline, Attempt(keyring, call.principal.directory, call.principal.subject, request, request_id), response);
}

}  // namespace hearth
