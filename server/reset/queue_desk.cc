#include "server/reset/queue_desk.h"

#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/authz/home_rule.h"
#include "server/authz/unit_reach.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/directory/user_store.h"
#include "server/reset/delivery.h"
#include "server/reset/policy_rules.h"
#include "server/reset/reset_mail.h"

namespace hearth {
namespace {

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "reset request"}}); }

std::string StateName(v1::ResetRequest::State state) {
  return v1::ResetRequest::State_Name(state).substr(std::string_view("STATE_").size());
}

v1::ResetRequest RequestProto(const QueuedReset& request) {
  v1::ResetRequest proto;
  proto.set_name(ResetRequestName(request.directory, request.id));
  proto.set_user(UserName(request.directory, request.user));
  proto.set_user_principal_name(request.user_principal_name);
  proto.set_display_name(request.display_name);
  proto.set_state(request.state);
  proto.set_times_asked(request.times_asked);
  proto.set_asked_through(request.asked_through);
  proto.set_decided_by(request.decided_by);
  proto.set_deny_reason(request.deny_reason);
  *proto.mutable_create_time() = ToProto(request.create_time);
  *proto.mutable_expire_time() = ToProto(request.expire_time);
  if (request.decide_time != absl::InfinitePast()) *proto.mutable_decide_time() = ToProto(request.decide_time);
  return proto;
}

// The caller as a name of the contract.
std::string NameOfCaller(const Call& call) {
  const bool person = call.access.kind == PrincipalKind::kPerson;
  return person ? UserName(call.principal.directory, call.principal.subject)
                : ServiceAccountName(call.principal.directory, call.principal.subject);
}

// Whoever asked does not decide (the person themselves is refused by the rule, as OWN_ACCOUNT).
absl::Status CheckDecidable(const Call& call, const QueuedReset& request) {
  if (request.state != v1::ResetRequest::STATE_PENDING) {
    return Refuse(v1::ERROR_REASON_RESET_REQUEST_CLOSED, {{"state", StateName(request.state)}});
  }
  if (request.asked_through == NameOfCaller(call)) return Refuse(v1::ERROR_REASON_OWN_REQUEST);
  return absl::OkStatus();
}

absl::StatusOr<QueuedReset> Find(Tx& tx, std::string_view directory, std::string_view id, bool lock) {
  auto request = FindResetRequest(tx, directory, id, lock);
  if (!request.has_value()) return NotFound();
  return *std::move(request);
}

TargetName TargetOf(const QueuedReset& request) {
  return {.name = UserName(request.directory, request.user), .user_principal_name = ""};
}

std::string CursorOf(const QueuedReset& request) {
  return absl::StrCat(absl::ToUnixMicros(request.create_time), "/", request.id);
}

// Of what CursorOf made; the pager has seen to that.
std::optional<QueueCursor> ParseCursor(const std::string& after) {
  if (after.empty()) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(after, '/');
  QueueCursor cursor{.micros = 0, .id = parts.back()};
  if (!absl::SimpleAtoi(parts.front(), &cursor.micros)) return std::nullopt;
  return cursor;
}

}  // namespace

absl::StatusOr<v1::ListResetRequestsResponse> QueueDesk::ListResetRequests(
    const Call& call, const v1::ListResetRequestsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListResetRequestsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListResetRequestsResponse& response) {
        auto requests = hearth::ListResetRequests(tx, parent.directory, ParseCursor(page.after), request.newest_first(),
                                                  request.state(), UnitsInReach(call), page.size + 1);
        response.set_next_page_token(pager_.Close(own, request, page, requests, CursorOf));
        for (const QueuedReset& queued : requests) *response.add_reset_requests() = RequestProto(queued);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetResetRequestResponse> QueueDesk::GetResetRequest(const Call& call,
                                                                       const v1::GetResetRequestRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetResetRequestResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetResetRequestResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const QueuedReset queued, Find(tx, name.directory, name.id, /*lock=*/false));
        const auto user = FindUser(tx, queued.directory, queued.user);
        RETURN_IF_ERROR(CheckUnitReach(call, user.has_value() ? user->units : std::vector<UnitMembership>()));
        *response.mutable_reset_request() = RequestProto(queued);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ApproveResetRequestResponse> QueueDesk::ApproveResetRequest(
    const Call& call, const v1::ApproveResetRequestRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  std::optional<absl::Duration> lifetime;
  if (request.has_temporary_password_lifetime()) lifetime = SpanOf(request.temporary_password_lifetime());
  const PasswordTerms terms = TemporaryTerms(lifetime);
  const DeliveryWish wish = DeliveryWishOf(request);
  RETURN_IF_ERROR(CheckDeliveryWish(wish, /*generated=*/true, terms));
  v1::ApproveResetRequestResponse response;
  ASSIGN_OR_RETURN(const bool done, WasDone(database_, keyring_, call, request, request.request_id(), response));
  if (done) return response;
  absl::StatusOr<QueuedReset> queued;
  RETURN_IF_ERROR(database_.Read({call.principal.directory}, call.deadline, [&](Tx& tx) -> absl::Status {
    queued = Find(tx, name.directory, name.id, /*lock=*/false);
    return queued.ok() ? CheckDecidable(call, *queued) : queued.status();
  }));
  const ResetOrder order{.target = TargetOf(*queued), .terms = terms, .given = Secret(), .typed = Secret()};
  RETURN_IF_ERROR(deed_.CarryOut(
      call, order, request, request.request_id(), response, [&](Tx& tx, ResetDone& reset) -> absl::Status {
        // Another may have decided since.
        ASSIGN_OR_RETURN(const QueuedReset now, Find(tx, name.directory, name.id, /*lock=*/true));
        RETURN_IF_ERROR(CheckDecidable(call, now));
        ASSIGN_OR_RETURN(const std::vector<std::string> recipients,
                         Deliver(tx, keyring_, keys_, wish, terms, reset.generated, reset));
        for (const std::string& to : recipients) response.add_delivered_to(to);
        const bool by_link = wish.delivery == v1::PASSWORD_DELIVERY_SECRET_LINK;
        DecideResetRequest(tx, now, by_link ? v1::ResetRequest::STATE_APPROVED : v1::ResetRequest::STATE_COMPLETED,
                           NameOfCaller(call), "");
        ASSIGN_OR_RETURN(const QueuedReset after, Find(tx, name.directory, name.id, /*lock=*/false));
        *response.mutable_reset_request() = RequestProto(after);
        if (wish.returns()) response.set_generated_password(std::string(reset.generated.Expose()));
        *response.mutable_expire_time() = ToProto(reset.expire_time);
        *response.mutable_sessions_valid_after_time() = ToProto(reset.sessions_valid_after);
        response.set_credential_version(reset.version);
        return absl::OkStatus();
      }));
  return response;
}

template <class Response, class Request>
absl::StatusOr<Response> QueueDesk::Close(const Call& call, const Request& request, v1::ResetRequest::State state,
                                          const std::string& deny_reason,
                                          const std::function<void(Tx&, const User&, const QueuedReset&)>& then) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<Response>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, Response& response) -> absl::Status {
        ASSIGN_OR_RETURN(const QueuedReset found, Find(tx, name.directory, name.id, /*lock=*/false));
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, TargetOf(found), /*lock=*/true));
        call.note->target = request.name();
        RETURN_IF_ERROR(ToStatus(DecideReset(call.principal, access, ToTarget(user)), ToTarget(user)));
        ASSIGN_OR_RETURN(const QueuedReset now, Find(tx, name.directory, name.id, /*lock=*/true));
        RETURN_IF_ERROR(CheckDecidable(call, now));
        DecideResetRequest(tx, now, state, NameOfCaller(call), deny_reason);
        then(tx, user, now);
        ASSIGN_OR_RETURN(const QueuedReset after, Find(tx, name.directory, name.id, /*lock=*/false));
        *response.mutable_reset_request() = RequestProto(after);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DenyResetRequestResponse> QueueDesk::DenyResetRequest(const Call& call,
                                                                         const v1::DenyResetRequestRequest& request) {
  return Close<v1::DenyResetRequestResponse>(call, request, v1::ResetRequest::STATE_DENIED, request.deny_reason(),
                                             [&](Tx& tx, const User& user, const QueuedReset& queued) {
                                               MailDenied(tx, keyring_, user, {queued.create_time, "", queued.language},
                                                          request.deny_reason());
                                             });
}

absl::StatusOr<v1::CancelResetRequestResponse> QueueDesk::CancelResetRequest(
    const Call& call, const v1::CancelResetRequestRequest& request) {
  return Close<v1::CancelResetRequestResponse>(call, request, v1::ResetRequest::STATE_CANCELLED, "",
                                               [](Tx&, const User&, const QueuedReset&) {});
}

}  // namespace hearth
