#include "server/reset/reset_desk.h"

#include <string>
#include <vector>

#include "server/audit/audit_store.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/user_proto.h"
#include "server/directory/user_store.h"
#include "server/reset/delivery.h"
#include "server/reset/policy_rules.h"
#include "server/reset/queue_store.h"

namespace hearth {
namespace {

absl::StatusOr<PasswordTerms> TermsOf(const v1::ResetPasswordRequest& request) {
  const bool must_change = !request.has_require_change_at_next_sign_in() || request.require_change_at_next_sign_in();
  if (!must_change) {
    if (!request.has_temporary_password_lifetime()) return PasswordTerms{};
    return InvalidField("temporary_password_lifetime", "only a password that must be changed is temporary");
  }
  if (!request.has_temporary_password_lifetime()) return TemporaryTerms(std::nullopt);
  return TemporaryTerms(SpanOf(request.temporary_password_lifetime()));
}

}  // namespace

absl::StatusOr<v1::CheckResetPasswordResponse> ResetDesk::CheckResetPassword(
    const Call& call, const v1::CheckResetPasswordRequest& request) {
  ASSIGN_OR_RETURN(const ResetOutlook outlook, DecideOnce(database_, call, TargetNameOf(request)));
  const absl::Status verdict = ToStatus(outlook.decision, ToTarget(outlook.user));
  // Who tries a door by asking is seen as who pushes it: here, and where the person is at home.
  if (!verdict.ok()) RETURN_IF_ERROR(RecordRefusal(database_, call, verdict));
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
  response.set_message(std::string(verdict.message()));
  return response;
}

absl::StatusOr<v1::ResetPasswordResponse> ResetDesk::ResetPassword(const Call& call,
                                                                   const v1::ResetPasswordRequest& request) {
  ASSIGN_OR_RETURN(const PasswordTerms terms, TermsOf(request));
  const DeliveryWish wish = DeliveryWishOf(request);
  const bool is_given = request.password_case() == v1::ResetPasswordRequest::kGiven;
  RETURN_IF_ERROR(CheckDeliveryWish(wish, /*generated=*/!is_given, terms));
  v1::ResetPasswordResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;
  // What was done is done, whatever is thought of the password by now.
  Secret given;
  if (is_given) {
    ASSIGN_OR_RETURN(given, passwords_.Prepare(call, request.given()));
  }

  const ResetOrder order{
      .target = TargetNameOf(request), .terms = terms, .given = given, .typed = Secret(request.given())};
  RETURN_IF_ERROR(deed_.CarryOut(
      call, order, request, request.request_id(), response, [&](Tx& tx, ResetDone& done_now) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<std::string> recipients,
                         Deliver(tx, keyring_, keys_, wish, terms, done_now.generated, done_now));
        for (const std::string& to : recipients) response.add_delivered_to(to);
        // Whatever the person asked for, they have it.
        CompleteResetRequests(tx, done_now.user.directory, done_now.user.id);
        response.set_name(UserName(done_now.user.directory, done_now.user.id));
        if (wish.returns()) response.set_generated_password(std::string(done_now.generated.Expose()));
        response.set_change_required_at_next_sign_in(terms.must_change);
        if (terms.lifetime.has_value()) *response.mutable_expire_time() = ToProto(done_now.expire_time);
        *response.mutable_sessions_valid_after_time() = ToProto(done_now.sessions_valid_after);
        response.set_credential_version(done_now.version);
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::RevokeSessionsResponse> ResetDesk::RevokeSessions(const Call& call,
                                                                     const v1::RevokeSessionsRequest& request) {
  bool self = false;
  RETURN_IF_ERROR(database_.Read({call.principal.directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, TargetNameOf(request), /*lock=*/false));
    self = call.access.kind == PrincipalKind::kPerson && user.id == call.principal.subject;
    return absl::OkStatus();
  }));
  v1::RevokeSessionsResponse response;
  const auto write = [&](Tx& tx, const Access& access) -> absl::Status {
    ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, TargetNameOf(request), /*lock=*/true));
    const bool own = user.id == call.principal.subject;
    if (own != self) return Refuse(v1::ERROR_REASON_CONFLICT);
    if (!own)
      RETURN_IF_ERROR(
          ToStatus(DecideSensitive(call.principal, access, ToTarget(user), call.policy->permission()), ToTarget(user)));
    response.set_name(UserName(user.directory, user.id));
    *response.mutable_sessions_valid_after_time() = ToProto(CutSessions(tx, user.directory, user.id));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(RunChange(database_, keyring_, call, {call.principal.directory}, self, request, request.request_id(),
                            response, write));
  return response;
}

}  // namespace hearth
