#include "server/signal/receiver_desk.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/authn/https.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/service_account_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/signal/receiver_store.h"

namespace hearth {
namespace {

constexpr char kType[] = "event receiver";

absl::Status NotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

v1::EventReceiver ToProto(const EventReceiver& receiver) {
  v1::EventReceiver proto;
  proto.set_name(EventReceiverName(receiver.directory, receiver.id));
  proto.set_endpoint_uri(receiver.endpoint_uri);
  proto.set_audience(receiver.audience);
  for (const int type : receiver.types) proto.add_types(static_cast<v1::EventType>(type));
  proto.set_delivery_method(static_cast<v1::EventDeliveryMethod>(receiver.delivery_method));
  if (!receiver.service_account.empty()) {
    proto.set_service_account(ServiceAccountName(receiver.directory, receiver.service_account));
  }
  proto.set_paused(receiver.paused);
  *proto.mutable_create_time() = hearth::ToProto(receiver.create_time);
  proto.set_delivered_sequence(receiver.place);
  proto.set_problem(receiver.problem);
  proto.set_etag(std::to_string(receiver.revision));
  if (receiver.verified_time != absl::InfinitePast()) {
    *proto.mutable_verified_time() = hearth::ToProto(receiver.verified_time);
  }
  if (receiver.attempts > 0) *proto.mutable_next_attempt_time() = hearth::ToProto(receiver.due_time);
  return proto;
}

// The fields of `asked` that are among `fields`, taken over.
void Take(const v1::EventReceiver& asked, const std::set<std::string>& fields, EventReceiver& receiver) {
  if (fields.contains("endpoint_uri")) receiver.endpoint_uri = asked.endpoint_uri();
  if (fields.contains("audience")) receiver.audience = asked.audience();
  if (fields.contains("types")) receiver.types = {asked.types().begin(), asked.types().end()};
  if (fields.contains("paused")) receiver.paused = asked.paused();
  if (fields.contains("service_account")) {
    const auto account = ParseResourceName(asked.service_account());
    receiver.service_account = account.has_value() ? std::string(account->id) : "";
  }
  if (fields.contains("delivery_method")) {
    receiver.delivery_method = asked.delivery_method() == v1::EVENT_DELIVERY_METHOD_POLL
                                   ? v1::EVENT_DELIVERY_METHOD_POLL
                                   : v1::EVENT_DELIVERY_METHOD_PUSH;
  }
}

const std::vector<std::string>& Changeable() {
  static const auto* const fields =
      new std::vector<std::string>{"endpoint_uri", "audience", "types", "paused", "delivery_method", "service_account"};
  return *fields;
}

absl::Status CheckDelivery(const EventReceiver& receiver) {
  const bool push = receiver.delivery_method == v1::EVENT_DELIVERY_METHOD_PUSH;
  if (push && receiver.endpoint_uri.empty()) {
    return InvalidField("event_receiver.endpoint_uri", "must be set: events are posted there");
  }
  if (!push && !receiver.endpoint_uri.empty()) {
    return InvalidField("event_receiver.endpoint_uri", "must be empty: the receiver asks for its events");
  }
  if (push && !receiver.service_account.empty()) {
    return InvalidField("event_receiver.service_account", "must be empty: events are posted to the receiver");
  }
  if (!push && receiver.service_account.empty()) {
    return InvalidField("event_receiver.service_account", "must be set: who alone may ask for the events");
  }
  if (receiver.audience.empty()) return InvalidField("event_receiver.audience", "must be set");
  return absl::OkStatus();
}

// What is under way went the old way, to another, or was of other events.
bool GoesAnotherWay(const EventReceiver& before, const EventReceiver& after) {
  return before.endpoint_uri != after.endpoint_uri || before.audience != after.audience ||
         before.types != after.types || before.delivery_method != after.delivery_method ||
         before.service_account != after.service_account;
}

// The account that is to ask is of the caller's directory; of another's, nothing is told. The target of the audit stays the receiver.
absl::Status FenceAccount(const Call& call, const std::string& account) {
  if (account.empty()) return absl::OkStatus();
  const std::string target = call.note->target;
  RETURN_IF_ERROR(NameOf(call, account).status());
  call.note->target = target;
  return absl::OkStatus();
}

// The account that is to ask exists.
absl::Status CheckAccount(Tx& tx, const EventReceiver& receiver) {
  if (receiver.service_account.empty() || FindServiceAccount(tx, receiver.directory, receiver.service_account)) {
    return absl::OkStatus();
  }
  return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "service account"}});
}

}  // namespace

absl::Status ReceiverDesk::CheckAddress(const std::string& uri) const {
  if (allow_private_ || !IsPrivateUri(uri)) return absl::OkStatus();
  return InvalidField("event_receiver.endpoint_uri", "must be at a public address");
}

absl::StatusOr<v1::CreateEventReceiverResponse> ReceiverDesk::CreateEventReceiver(
    const Call& call, const v1::CreateEventReceiverRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  EventReceiver receiver;
  receiver.directory = call.principal.directory;
  receiver.id = request.event_receiver_id();
  Take(request.event_receiver(), {Changeable().begin(), Changeable().end()}, receiver);
  call.note->target = EventReceiverName(receiver.directory, receiver.id);
  RETURN_IF_ERROR(FenceAccount(call, request.event_receiver().service_account()));
  if (tokens_.issuer().empty()) return Refuse(v1::ERROR_REASON_NO_EVENT_ISSUER);
  RETURN_IF_ERROR(CheckDelivery(receiver));
  RETURN_IF_ERROR(CheckAddress(receiver.endpoint_uri));
  return Change<v1::CreateEventReceiverResponse>(
      database_, keyring_, call, {receiver.directory}, request,
      [&](Tx& tx, const Access&, v1::CreateEventReceiverResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckAccount(tx, receiver));
        if (CountReceivers(tx, receiver.directory) >= kMostReceivers) {
          return Refuse(v1::ERROR_REASON_LIMIT_REACHED,
                        {{"resource_type", kType}, {"limit", absl::StrCat(kMostReceivers)}});
        }
        if (!InsertReceiver(tx, receiver)) return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", kType}});
        *response.mutable_event_receiver() = ToProto(FindReceiver(tx, receiver.directory, receiver.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetEventReceiverResponse> ReceiverDesk::GetEventReceiver(
    const Call& call, const v1::GetEventReceiverRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetEventReceiverResponse>(database_, call, name.directory,
                                            [&](Tx& tx, v1::GetEventReceiverResponse& response) {
                                              const auto receiver = FindReceiver(tx, name.directory, name.id);
                                              if (!receiver.has_value()) return NotFound();
                                              *response.mutable_event_receiver() = ToProto(*receiver);
                                              return absl::OkStatus();
                                            });
}

absl::StatusOr<v1::ListEventReceiversResponse> ReceiverDesk::ListEventReceivers(
    const Call& call, const v1::ListEventReceiversRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListEventReceiversResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListEventReceiversResponse& response) {
        auto receivers = ListReceivers(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(
            pager_.Close(own, request, page, receivers, [](const EventReceiver& receiver) { return receiver.id; }));
        for (const EventReceiver& receiver : receivers) *response.add_event_receivers() = ToProto(receiver);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateEventReceiverResponse> ReceiverDesk::UpdateEventReceiver(
    const Call& call, const v1::UpdateEventReceiverRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.event_receiver().name()));
  RETURN_IF_ERROR(FenceAccount(call, request.event_receiver().service_account()));
  return Change<v1::UpdateEventReceiverResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateEventReceiverResponse& response) -> absl::Status {
        const auto before = FindReceiver(tx, name.directory, name.id, /*lock=*/true);
        if (!before.has_value()) return NotFound();
        RETURN_IF_ERROR(CheckEtag(request.event_receiver().etag(), before->revision, kType));
        ASSIGN_OR_RETURN(const std::set<std::string> fields,
                         FieldsToUpdate(request.event_receiver(), request.update_mask(), Changeable()));
        EventReceiver after = *before;
        Take(request.event_receiver(), fields, after);
        RETURN_IF_ERROR(CheckDelivery(after));
        // One that is there may be held up, wherever it is.
        if (after.endpoint_uri != before->endpoint_uri) RETURN_IF_ERROR(CheckAddress(after.endpoint_uri));
        RETURN_IF_ERROR(CheckAccount(tx, after));
        UpdateReceiver(tx, after, GoesAnotherWay(*before, after));
        *response.mutable_event_receiver() = ToProto(FindReceiver(tx, name.directory, name.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::VerifyEventReceiverResponse> ReceiverDesk::VerifyEventReceiver(
    const Call& call, const v1::VerifyEventReceiverRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (tokens_.issuer().empty()) return Refuse(v1::ERROR_REASON_NO_EVENT_ISSUER);
  const Verification verification{.id = NewUuid4(), .state = request.verification_state()};
  return Change<v1::VerifyEventReceiverResponse>(database_, keyring_, call, {call.principal.directory}, request,
                                                 [&](Tx& tx, const Access&, v1::VerifyEventReceiverResponse& response) {
                                                   if (!RequestVerification(tx, name.directory, name.id, verification))
                                                     return NotFound();
                                                   response.set_event_id(verification.id);
                                                   return absl::OkStatus();
                                                 });
}

absl::StatusOr<v1::DeleteEventReceiverResponse> ReceiverDesk::DeleteEventReceiver(
    const Call& call, const v1::DeleteEventReceiverRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteEventReceiverResponse>(database_, keyring_, call, {call.principal.directory}, request,
                                                 [&](Tx& tx, const Access&, v1::DeleteEventReceiverResponse&) {
                                                   return DeleteReceiver(tx, name.directory, name.id) ? absl::OkStatus()
                                                                                                      : NotFound();
                                                 });
}

absl::StatusOr<v1::GetEventKeysResponse> ReceiverDesk::GetEventKeys(const Call&, const v1::GetEventKeysRequest&) {
  v1::GetEventKeysResponse response;
  response.set_jwks(tokens_.PublicKeys());
  response.set_issuer(tokens_.issuer());
  return response;
}

}  // namespace hearth
