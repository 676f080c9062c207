#include "server/credential/password_proof.h"

#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/import_vault.h"
#include "server/credential/password_rules.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

absl::Status Locked(absl::Time until) {
  const std::string text = until == absl::InfiniteFuture()
                               ? std::string("a new password")
                               : absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", until, absl::UTCTimeZone());
  return Refuse(v1::ERROR_REASON_SIGN_IN_LOCKED, {{"until", text}});
}

// How a name that is nobody's is counted: in one spelling.
std::string CanonicalName(const TargetName& target) {
  return target.name.empty() ? CanonicalPrincipalName(target.user_principal_name) : target.name;
}

}  // namespace

struct PasswordProof::Candidate {
  std::optional<User> user;
  std::optional<Credential> credential;
  SignInTry attempt;
  SignInAdmission admission;
};

absl::StatusOr<PasswordProof::Candidate> PasswordProof::Admit(const Call& call, const PasswordClaim& claim,
                                                              const Secret& password) {
  const std::string& directory = call.principal.directory;
  Candidate candidate;
  RETURN_IF_ERROR(database_.Write({directory}, call.deadline, [&](Tx& tx) {
    candidate = {};
    auto user = FindTargetEvenly(tx, call, claim.target);
    // From here on, too, the same statements for those who are not there. The look-up has failed for reasons of the request only.
    const std::string id = user.ok() ? user->id : "";
    candidate.credential = FindCredential(tx, directory, id);
    SignInTry& attempt = candidate.attempt;
    attempt.directory = directory;
    attempt.user = id;
    attempt.subject = user.ok() ? keys_.OfPerson(directory, id) : keys_.OfName(directory, CanonicalName(claim.target));
    if (!claim.source.empty()) attempt.source = keys_.OfSource(directory, id, claim.source);
    attempt.password = keys_.OfTry(directory, attempt.subject, password.Expose());
    candidate.admission = AdmitTry(tx, attempt);
    if (user.ok()) candidate.user = *std::move(user);
    return absl::OkStatus();
  }));
  return candidate;
}

absl::StatusOr<ProvenPassword> PasswordProof::Prove(const Call& call, const PasswordClaim& claim) {
  // A try that cannot be hashed any more is not counted, either.
  RETURN_IF_ERROR(hasher_.CheckTime(call.deadline));
  // A password that could never have been set still costs a hash.
  const absl::StatusOr<Secret> prepared = PreparePassword(claim.password.Expose());
  const Secret password = prepared.ok() ? *prepared : claim.password;
  ASSIGN_OR_RETURN(Candidate candidate, Admit(call, claim, password));
  const bool locked = candidate.admission.locked();
  if (locked || !prepared.ok() || !candidate.user.has_value() || !candidate.credential.has_value()) {
    // Also for the right password of a locked sign-in: what it costs and what is answered must not tell that it is right.
    ASSIGN_OR_RETURN(const bool never, hasher_.VerifyDecoy(password, call.deadline));
    (void)never;
    if (locked) call.note->reason = ReasonName(v1::ERROR_REASON_SIGN_IN_LOCKED);
    if (locked && claim.explicit_verdict) return Locked(candidate.admission.locked_until);
    return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
  }
  const CredentialBinding binding{candidate.user->directory, candidate.user->id, candidate.credential->version};
  const PasswordHash& hash = candidate.credential->hash;
  ASSIGN_OR_RETURN(const bool right, ImportVault::IsSealed(hash)
                                         ? hasher_.VerifyImported(binding, hash, claim.password, call.deadline)
                                         : hasher_.Verify(binding, hash, password, call.deadline));
  if (!right) return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
  return ProvenPassword{*std::move(candidate.user), *std::move(candidate.credential), password,
                        std::move(candidate.attempt), candidate.admission.familiar};
}

absl::Status PasswordProof::Settle(Tx& tx, ProvenPassword& proven) {
  const std::string directory = proven.user.directory, id = proven.user.id;
  LockUser(tx, directory, id);
  std::optional<User> user = FindUser(tx, directory, id);
  std::optional<Credential> credential = FindCredential(tx, directory, id);
  const bool stands = user.has_value() && !user->deleted() && user->homed_here() && credential.has_value() &&
                      credential->version == proven.credential.version;
  if (!stands) return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
  proven.user = *std::move(user);
  proven.credential = *std::move(credential);
  ForgetFailures(tx, proven.attempt, proven.familiar);
  if (CheckUsable(proven).ok()) RememberSource(tx, proven.attempt);
  return absl::OkStatus();
}

absl::Status CheckUsable(const ProvenPassword& proven) {
  if (proven.user.disabled) return Refuse(v1::ERROR_REASON_USER_DISABLED);
  if (proven.credential.expired) return Refuse(v1::ERROR_REASON_TEMPORARY_PASSWORD_EXPIRED);
  return absl::OkStatus();
}

}  // namespace hearth
