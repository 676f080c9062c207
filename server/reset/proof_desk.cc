#include "server/reset/proof_desk.h"

#include <sodium.h>

#include <utility>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/directory/user_store.h"
#include "server/reset/intent_store.h"
#include "server/reset/limit_store.h"
#include "server/reset/policy_store.h"
#include "server/reset/queue_store.h"
#include "server/reset/reset_mail.h"

namespace hearth {
namespace {

// As long as Entra's continuation token works after the proof (External ID, native authentication: at most 600 s).
constexpr absl::Duration kVerifiedLifetime = absl::Minutes(10);

absl::Status NotAccepted() { return Refuse(v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED); }

bool SameDigest(const std::string& a, const std::string& b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool ProofDesk::IsUnchanged(const User& user, int64_t version, const std::string& person_digest) const {
  return !user.deleted() && !user.disabled && SameDigest(keys_.OfState(user, version), person_digest);
}

absl::StatusOr<std::optional<CodeOffer>> ProofDesk::Compare(const Call& call,
                                                            const v1::VerifyResetCodeRequest& request) {
  const std::string& directory = call.principal.directory;
  const bool by_link = request.proof_case() == v1::VerifyResetCodeRequest::kLinkToken;
  std::optional<CodeOffer> accepted;
  RETURN_IF_ERROR(database_.Write({directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    accepted.reset();
    const v1::ResetPolicy policy = FindResetPolicy(tx, directory).policy;
    std::optional<CodeOffer> offer;
    std::string subject;  // Of the limit for wrong codes.
    if (by_link) {
      offer = CountCodeOfLink(tx, directory, keys_.OfLink(directory, request.link_token()), policy.max_attempts());
    } else {
      const std::string handle_digest = keys_.OfHandle(directory, request.handle());
      const auto use = CountCodeAttempt(tx, directory, handle_digest, policy.max_attempts());
      if (!use.has_value()) return absl::OkStatus();
      subject = use->identifier_digest;
      offer = FindCodeOfHandle(tx, directory, handle_digest);
    }
    // From here on the same for a person and for nobody, who is looked for under an id that there is not.
    const std::string id = offer.has_value() ? offer->user : "";
    const std::optional<User> user = FindUser(tx, directory, id);
    const int64_t version = FindCredentialVersion(tx, directory, id);
    const std::string row = offer.has_value() ? offer->row : "";
    const std::string digest = keys_.OfCode(directory, id, row, request.code());
    if (user.has_value() && SameDigest(digest, offer->code_digest) &&
        IsUnchanged(*user, version, offer->person_digest)) {
      accepted = offer;
      return absl::OkStatus();
    }
    if (user.has_value()) subject = keys_.OfPerson(directory, id);
    if (subject.empty()) return absl::OkStatus();
    const auto limit = CountTowards(tx, directory, subject, v1::RESET_LIMIT_KIND_FAILED_PROOFS, policy);
    if (limit != LimitVerdict::kAllowed) DeleteResetToken(tx, directory, id);
    return absl::OkStatus();
  }));
  return accepted;
}

absl::StatusOr<v1::VerifyResetCodeResponse> ProofDesk::VerifyResetCode(const Call& call,
                                                                       const v1::VerifyResetCodeRequest& request) {
  v1::VerifyResetCodeResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;
  ASSIGN_OR_RETURN(const std::optional<CodeOffer> offer, Compare(call, request));
  if (!offer.has_value()) return NotAccepted();
  const std::string& directory = call.principal.directory;
  const Secret token = ResetKeys::NewToken();
  return Change<v1::VerifyResetCodeResponse>(
      database_, keyring_, call, {directory}, request,
      [&](Tx& tx, const Access&, v1::VerifyResetCodeResponse& answer) -> absl::Status {
        const auto expire_time =
            StoreVerified(tx, directory, *offer, keys_.OfVerified(directory, token.Expose()), kVerifiedLifetime);
        if (!expire_time.has_value()) return NotAccepted();
        call.note->target = UserName(directory, offer->user);
        answer.set_reset_token(std::string(token.Expose()));
        *answer.mutable_expire_time() = ToProto(*expire_time);
        return absl::OkStatus();
      });
}

absl::StatusOr<ProofDesk::Bearer> ProofDesk::FindBearer(Tx& tx, const Call& call, const std::string& token,
                                                        bool lock) const {
  const std::string& directory = call.principal.directory;
  const std::string link = keys_.OfLink(directory, token), verified = keys_.OfVerified(directory, token);
  auto found = FindRedeemable(tx, directory, link, verified, /*lock=*/false);
  if (!found.has_value()) return NotAccepted();
  if (lock) {
    // The person first, as everybody does who locks both; then the token again, which another may have used meanwhile.
    LockUser(tx, directory, found->user);
    ClearLimits(tx, directory, keys_.OfPerson(directory, found->user));
    found = FindRedeemable(tx, directory, link, verified, /*lock=*/true);
    if (!found.has_value()) return NotAccepted();
  }
  auto user = FindUser(tx, directory, found->user);
  const int64_t version = FindCredentialVersion(tx, directory, found->user);
  if (!user.has_value() || !IsUnchanged(*user, version, found->person_digest)) return NotAccepted();
  call.note->target = UserName(directory, user->id);
  call.note->target_principal_name = user->user_principal_name;
  if (!CheckHome(ToTarget(*user)).ok()) return NotAccepted();
  if (found->needs_both && found->by_link) return Refuse(v1::ERROR_REASON_RESET_PROOF_MISSING);
  return Bearer{*std::move(user), version};
}

absl::StatusOr<v1::CompleteResetResponse> ProofDesk::CompleteReset(const Call& call,
                                                                   const v1::CompleteResetRequest& request) {
  v1::CompleteResetResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;
  // Before the token is looked at: the rules of the directory tell nothing about the person.
  ASSIGN_OR_RETURN(const Secret password, passwords_.Prepare(call, request.new_password()));
  const std::string& directory = call.principal.directory;
  absl::StatusOr<Bearer> bearer;
  RETURN_IF_ERROR(database_.Read({directory}, call.deadline, [&](Tx& tx) {
    bearer = FindBearer(tx, call, request.reset_token(), /*lock=*/false);
    return bearer.status();
  }));
  RETURN_IF_ERROR(passwords_.CheckFor(call, bearer->user, password, Secret(request.new_password())));
  const CredentialBinding binding{directory, bearer->user.id, bearer->version + 1};
  ASSIGN_OR_RETURN(const PasswordHash hash, hasher_.Hash(binding, password, call.deadline));
  const auto write = [&](Tx& tx, const Access&) -> absl::Status {
    ASSIGN_OR_RETURN(const Bearer now, FindBearer(tx, call, request.reset_token(), /*lock=*/true));
    // The token is for this version of the password, and so is the hash.
    if (!ReplaceCredential(tx, binding, hash, PasswordTerms{}).has_value()) return NotAccepted();
    const absl::Time cut = CutSessions(tx, directory, binding.user);
    DeleteResetToken(tx, directory, binding.user);
    CompleteResetRequests(tx, directory, binding.user);
    MailChanged(tx, keyring_, now.user, cut, "", "");
    response.set_name(UserName(directory, binding.user));
    *response.mutable_sessions_valid_after_time() = ToProto(cut);
    response.set_credential_version(binding.version);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(RunChange(database_, keyring_, call, {directory}, /*self=*/false, request, request.request_id(),
                            response, write));
  return response;
}

}  // namespace hearth
