#include "server/credential/password_proof.h"

#include <optional>
#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/credential/password_rules.h"

namespace hearth {
namespace {

struct Candidate {
  std::optional<User> user;
  std::optional<Credential> credential;
};

absl::StatusOr<Candidate> FindCandidate(Database& database, const Call& call, const TargetName& target) {
  Candidate candidate;
  RETURN_IF_ERROR(database.Read({call.principal.directory}, call.deadline, [&](Tx& tx) {
    candidate = {};
    auto user = FindTarget(tx, call, target, /*lock=*/false);
    // The same statement for those who are not there. FindTarget has failed for reasons of the request only.
    candidate.credential = FindCredential(tx, call.principal.directory, user.ok() ? user->id : "");
    if (user.ok()) candidate.user = *std::move(user);
    return absl::OkStatus();
  }));
  return candidate;
}

}  // namespace

absl::StatusOr<ProvenPassword> ProvePassword(Database& database, Hasher& hasher, const Call& call,
                                             const TargetName& target, const std::string& given) {
  // A password that could never have been set still costs a hash.
  const absl::StatusOr<Secret> prepared = PreparePassword(given);
  const Secret password = prepared.ok() ? *prepared : Secret(given);
  ASSIGN_OR_RETURN(Candidate candidate, FindCandidate(database, call, target));
  if (!prepared.ok() || !candidate.user.has_value() || !candidate.credential.has_value()) {
    ASSIGN_OR_RETURN(const bool never, hasher.VerifyDecoy(password, call.deadline));
    (void)never;
    return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
  }
  const CredentialBinding binding{candidate.user->directory, candidate.user->id, candidate.credential->version};
  ASSIGN_OR_RETURN(const bool right, hasher.Verify(binding, candidate.credential->hash, password, call.deadline));
  if (!right) return Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED);
  return ProvenPassword{*std::move(candidate.user), *std::move(candidate.credential), password};
}

absl::Status CheckUsable(const ProvenPassword& proven) {
  if (proven.user.disabled) return Refuse(v1::ERROR_REASON_USER_DISABLED);
  if (proven.credential.expired) return Refuse(v1::ERROR_REASON_TEMPORARY_PASSWORD_EXPIRED);
  return absl::OkStatus();
}

}  // namespace hearth
