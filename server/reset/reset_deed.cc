#include "server/reset/reset_deed.h"

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/user_store.h"
#include "server/guest/refusal_notice.h"
#include "server/reset/limit_store.h"
#include "server/reset/queue_store.h"
#include "server/reset/reset_mail.h"
#include "server/reset/token_store.h"

namespace hearth {
namespace {

constexpr absl::Duration kDefaultLifetime = absl::Hours(24);
// A hash is bound to the version it will have; when another change takes that version meanwhile, the work is done again this often.
constexpr int kMostVersionRaces = 3;

absl::StatusOr<ResetOutlook> Decide(Tx& tx, const Call& call, const Access& access, const TargetName& target,
                                    bool lock) {
  ResetOutlook outlook;
  ASSIGN_OR_RETURN(outlook.user, FindTarget(tx, call, target, lock));
  outlook.decision = DecideReset(call.principal, access, ToTarget(outlook.user), call.policy->permission());
  if (!outlook.decision.allowed) return outlook;
  outlook.version = FindCredentialVersion(tx, outlook.user.directory, outlook.user.id);
  return outlook;
}

}  // namespace

PasswordTerms TemporaryTerms(std::optional<absl::Duration> lifetime) {
  return {.must_change = true, .lifetime = lifetime.value_or(kDefaultLifetime)};
}

absl::StatusOr<ResetOutlook> DecideOnce(Database& database, const Call& call, const TargetName& target) {
  absl::StatusOr<ResetOutlook> outlook;
  RETURN_IF_ERROR(database.Read({call.principal.directory}, call.deadline, [&](Tx& tx) {
    outlook = Decide(tx, call, call.access, target, /*lock=*/false);
    return outlook.status();
  }));
  return outlook;
}

absl::Status ResetDeed::CarryOut(const Call& call, const ResetOrder& order, const google::protobuf::Message& request,
                                 const std::string& request_id, google::protobuf::Message& response,
                                 const std::function<absl::Status(Tx&, ResetDone&)>& finish) {
  for (int round = 0; round < kMostVersionRaces; ++round) {
    // Refuse before the costly hash.
    ASSIGN_OR_RETURN(const ResetOutlook outlook, DecideOnce(database_, call, order.target));
    if (outlook.decision.reason == v1::ERROR_REASON_NOT_HOME_DIRECTORY) {
      TellOfRefusedReset(database_, keyring_, call, outlook.user);
    }
    RETURN_IF_ERROR(ToStatus(outlook.decision, ToTarget(outlook.user)));
    Secret generated;
    if (order.given.empty()) {
      ASSIGN_OR_RETURN(generated, passwords_.Generate(call, outlook.user));
    } else {
      RETURN_IF_ERROR(passwords_.CheckFor(call, outlook.user, order.given, order.typed));
    }
    const CredentialBinding binding{outlook.user.directory, outlook.user.id, outlook.version + 1};
    ASSIGN_OR_RETURN(const PasswordHash hash,
                     hasher_.Hash(binding, order.given.empty() ? generated : order.given, call.deadline));

    bool version_taken = false;
    const auto write = [&](Tx& tx, const Access& access) -> absl::Status {
      ASSIGN_OR_RETURN(const ResetOutlook now, Decide(tx, call, access, order.target, /*lock=*/true));
      RETURN_IF_ERROR(ToStatus(now.decision, ToTarget(now.user)));
      const auto stored =
          now.user.id == binding.user ? ReplaceCredential(tx, binding, hash, order.terms) : std::nullopt;
      version_taken = !stored.has_value();
      if (version_taken) return Refuse(v1::ERROR_REASON_CONFLICT);
      ResetDone done;
      done.user = now.user;
      done.generated = generated;
      done.version = binding.version;
      if (order.terms.lifetime.has_value()) done.expire_time = stored->expire_time;
      done.sessions_valid_after = CutSessions(tx, binding.directory, binding.user);
      ClearLimits(tx, binding.directory, keys_.OfPerson(binding.directory, binding.user));
      DeleteResetToken(tx, binding.directory, binding.user);
      done.administrator = FindUser(tx, call.principal.directory, call.principal.subject);
      done.administrator_name =
          done.administrator.has_value() ? done.administrator->display_name : call.principal.subject;
      MailChanged(tx, keyring_, now.user, done.sessions_valid_after, done.administrator_name, "");
      return finish(tx, done);
    };
    const absl::Status status = RunChange(database_, keyring_, call, {call.principal.directory}, /*self=*/false,
                                          request, request_id, response, write);
    if (status.ok() || !version_taken) return status;
  }
  return Refuse(v1::ERROR_REASON_CONFLICT);
}

}  // namespace hearth
