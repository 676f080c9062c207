#include "server/reset/reset_desk.h"

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <string>

#include "server/authz/home_rule.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/credential/password_generator.h"
#include "server/credential/password_rules.h"
#include "server/directory/change.h"
#include "server/directory/target.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"
#include "server/guest/refusal_notice.h"

namespace hearth {
namespace {

// Unlike the model system's, whose temporary passwords work for ever. OWASP ASVS 5.0, 6.4.1: system-made first secrets live shortly.
constexpr absl::Duration kDefaultLifetime = absl::Hours(24);
// A hash is bound to the version it will have; when another change takes that version meanwhile, the work is done again this often.
constexpr int kMostVersionRaces = 3;

absl::StatusOr<PasswordTerms> TermsOf(const v1::ResetPasswordRequest& request) {
  PasswordTerms terms;
  terms.must_change = !request.has_require_change_at_next_sign_in() || request.require_change_at_next_sign_in();
  if (terms.must_change) {
    terms.lifetime = request.has_temporary_password_lifetime()
                         ? absl::Microseconds(google::protobuf::util::TimeUtil::DurationToMicroseconds(
                               request.temporary_password_lifetime()))
                         : kDefaultLifetime;
  } else if (request.has_temporary_password_lifetime()) {
    return InvalidField("temporary_password_lifetime", "only a password that must be changed is temporary");
  }
  return terms;
}

// The new password as it will be hashed; what is to be shown goes into `shown`.
absl::StatusOr<Secret> NewPassword(const v1::ResetPasswordRequest& request, Random& random, Secret& shown) {
  if (request.password_case() != v1::ResetPasswordRequest::kGiven) {
    shown = GeneratePassword(random);
    return shown;
  }
  ASSIGN_OR_RETURN(Secret password, PreparePassword(request.given()));
  RETURN_IF_ERROR(CheckPasswordRules(password));
  return password;
}

// What is known of a reset before it happens.
struct Outlook {
  User user;
  ResetDecision decision;
  int64_t version = 0;  // Of the person's password now; 0: none.
};

// Finds the person and asks the rule. The one way to a decision, for the dry run and for the deed.
absl::StatusOr<Outlook> Decide(Tx& tx, const Call& call, const Access& access, const TargetName& target, bool lock) {
  Outlook outlook;
  ASSIGN_OR_RETURN(outlook.user, FindTarget(tx, call, target, lock));
  outlook.decision = DecideReset(call.principal, access, ToTarget(outlook.user), call.policy->permission());
  if (!outlook.decision.allowed) return outlook;
  const auto credential = FindCredential(tx, outlook.user.directory, outlook.user.id);
  outlook.version = credential.has_value() ? credential->version : 0;
  return outlook;
}

absl::StatusOr<Outlook> DecideOnce(Database& database, const Call& call, const TargetName& target) {
  absl::StatusOr<Outlook> outlook;
  RETURN_IF_ERROR(database.Read({call.principal.directory}, call.deadline, [&](Tx& tx) {
    outlook = Decide(tx, call, call.access, target, /*lock=*/false);
    return outlook.status();
  }));
  return outlook;
}

}  // namespace

absl::StatusOr<v1::CheckResetPasswordResponse> ResetDesk::CheckResetPassword(
    const Call& call, const v1::CheckResetPasswordRequest& request) {
  ASSIGN_OR_RETURN(const Outlook outlook, DecideOnce(database_, call, TargetNameOf(request)));
  v1::CheckResetPasswordResponse response;
  response.set_allowed(outlook.decision.allowed);
  response.set_reason(outlook.decision.reason);
  response.set_deciding_rule(outlook.decision.rule);
  response.set_name(UserName(outlook.user.directory, outlook.user.id));
  *response.mutable_home() = ToProto(outlook.user.home);
  response.set_blocking_role(outlook.decision.blocking_role);
  response.set_blocking_standing(outlook.decision.blocking_standing);
  if (!outlook.decision.restricting_unit.empty()) {
    response.set_restricting_unit(AdministrativeUnitName(outlook.user.directory, outlook.decision.restricting_unit));
  }
  response.set_message(std::string(ToStatus(outlook.decision, ToTarget(outlook.user)).message()));
  return response;
}

absl::StatusOr<v1::ResetPasswordResponse> ResetDesk::ResetPassword(const Call& call,
                                                                   const v1::ResetPasswordRequest& request) {
  ASSIGN_OR_RETURN(const PasswordTerms terms, TermsOf(request));
  Secret shown;
  ASSIGN_OR_RETURN(const Secret password, NewPassword(request, random_, shown));
  const TargetName target = TargetNameOf(request);
  v1::ResetPasswordResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;

  for (int round = 0; round < kMostVersionRaces; ++round) {
    // Refuse before the costly hash.
    ASSIGN_OR_RETURN(const Outlook outlook, DecideOnce(database_, call, target));
    if (outlook.decision.reason == v1::ERROR_REASON_NOT_HOME_DIRECTORY) {
      TellOfRefusedReset(database_, keyring_, call, outlook.user);
    }
    RETURN_IF_ERROR(ToStatus(outlook.decision, ToTarget(outlook.user)));
    const CredentialBinding binding{outlook.user.directory, outlook.user.id, outlook.version + 1};
    ASSIGN_OR_RETURN(const PasswordHash hash, hasher_.Hash(binding, password, call.deadline));

    bool version_taken = false;
    const auto write = [&](Tx& tx, const Access& access) -> absl::Status {
      ASSIGN_OR_RETURN(const Outlook now, Decide(tx, call, access, target, /*lock=*/true));
      RETURN_IF_ERROR(ToStatus(now.decision, ToTarget(now.user)));
      const auto stored = now.user.id == binding.user ? ReplaceCredential(tx, binding, hash, terms) : std::nullopt;
      version_taken = !stored.has_value();
      if (version_taken) return Refuse(v1::ERROR_REASON_CONFLICT);
      response.set_name(UserName(binding.directory, binding.user));
      response.set_generated_password(std::string(shown.Expose()));
      response.set_change_required_at_next_sign_in(terms.must_change);
      if (terms.lifetime.has_value()) *response.mutable_expire_time() = ToProto(stored->expire_time);
      *response.mutable_sessions_valid_after_time() = ToProto(CutSessions(tx, binding.directory, binding.user));
      response.set_credential_version(binding.version);
      return absl::OkStatus();
    };
    const absl::Status status = RunChange(database_, keyring_, call, {call.principal.directory}, /*self=*/false,
                                          request, request.request_id(), response, write);
    if (status.ok()) return response;
    if (!version_taken) return status;
  }
  return Refuse(v1::ERROR_REASON_CONFLICT);
}

}  // namespace hearth
