#include "server/credential/credential_desk.h"

#include <optional>
#include <string>

#include "server/audit/audit_store.h"
#include "server/authz/permissions.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/credential/password_proof.h"
#include "server/credential/password_rules.h"
#include "server/credential/policy_store.h"
#include "server/directory/change.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

// What a caller needs to be told more than others.
constexpr v1::Permission kVerdictPermission = v1::PERMISSION_USERS_READ;

bool IsSelf(const Call& call, const User& user) {
  return call.principal.directory == user.directory && call.principal.subject == user.id;
}

// A person who acts for themselves may know where their home is: refuses with it, when it is elsewhere.
absl::Status CheckOwnHome(Database& database, const Call& call, const TargetName& target) {
  return database.Read({call.principal.directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    const auto user = FindTargetEvenly(tx, call, target);
    return user.ok() && IsSelf(call, *user) ? CheckHome(ToTarget(*user)) : absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<v1::VerifyPasswordResponse> CredentialDesk::VerifyPassword(const Call& call,
                                                                          const v1::VerifyPasswordRequest& request) {
  if (request.explicit_verdict() && !call.access.permissions.Has(kVerdictPermission)) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(kVerdictPermission)}});
  }
  ASSIGN_OR_RETURN(ProvenPassword proven, proof_.Prove(call, {.target = TargetNameOf(request),
                                                              .password = Secret(request.password()),
                                                              .source = request.source(),
                                                              .explicit_verdict = request.explicit_verdict()}));
  bool outdated = false;
  RETURN_IF_ERROR(database_.Write({call.principal.directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(PasswordProof::Settle(tx, proven));
    outdated = IsPasswordOutdated(tx, proven.user.directory, proven.user.id);
    if (CheckUsable(proven).ok()) AppendAudit(tx, call);
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(CheckUsable(proven));
  if (hasher_.NeedsRehash(proven.credential.hash)) {
    rehasher_.Offer({proven.user.directory, proven.user.id, proven.credential.version}, proven.credential.hash,
                    proven.password);
  }
  v1::VerifyPasswordResponse response;
  response.set_name(UserName(proven.user.directory, proven.user.id));
  response.set_change_required(proven.credential.must_change || outdated);
  if (proven.credential.expire_time != absl::InfinitePast()) {
    *response.mutable_expire_time() = ToProto(proven.credential.expire_time);
  }
  response.set_credential_version(proven.credential.version);
  *response.mutable_sessions_valid_after_time() = ToProto(proven.user.sessions_valid_after);
  return response;
}

absl::StatusOr<v1::ChangePasswordResponse> CredentialDesk::ChangePassword(const Call& call,
                                                                          const v1::ChangePasswordRequest& request) {
  const TargetName target = TargetNameOf(request);
  v1::ChangePasswordResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;
  RETURN_IF_ERROR(CheckOwnHome(database_, call, target));
  // Before the costly proof: the rules of the directory tell nothing about the person.
  ASSIGN_OR_RETURN(const Secret password, passwords_.Prepare(call, request.new_password()));
  ASSIGN_OR_RETURN(ProvenPassword proven, proof_.Prove(call, {.target = target,
                                                              .password = Secret(request.current_password()),
                                                              .source = request.source()}));
  // At once: what is wrong with the new password is no failure to prove the current one.
  RETURN_IF_ERROR(database_.Write({call.principal.directory}, call.deadline,
                                  [&](Tx& tx) { return PasswordProof::Settle(tx, proven); }));
  RETURN_IF_ERROR(CheckUsable(proven));
  if (password == proven.password) return BreaksRule(v1::PASSWORD_RULE_SAME_AS_CURRENT);
  RETURN_IF_ERROR(passwords_.CheckAge(call, proven.user));
  RETURN_IF_ERROR(passwords_.CheckFor(call, proven.user, password, Secret(request.new_password())));
  const CredentialBinding binding{proven.user.directory, proven.user.id, proven.credential.version + 1};
  ASSIGN_OR_RETURN(const PasswordHash hash, hasher_.Hash(binding, password, call.deadline));

  const auto write = [&](Tx& tx, const Access&) -> absl::Status {
    ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/true));
    if (user.id != proven.user.id || user.disabled) return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
    // The proof was for the version before; another change in between makes it worthless.
    if (!ReplaceCredential(tx, binding, hash, {.must_change = false, .lifetime = std::nullopt}).has_value()) {
      return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
    }
    response.set_name(UserName(binding.directory, binding.user));
    *response.mutable_sessions_valid_after_time() = ToProto(CutSessions(tx, binding.directory, binding.user));
    response.set_credential_version(binding.version);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(RunChange(database_, keyring_, call, {call.principal.directory}, IsSelf(call, proven.user), request,
                            request.request_id(), response, write));
  return response;
}

}  // namespace hearth
