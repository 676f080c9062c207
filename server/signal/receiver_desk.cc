#include "server/signal/receiver_desk.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
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
  *proto.mutable_create_time() = hearth::ToProto(receiver.create_time);
  proto.set_delivered_sequence(receiver.place);
  proto.set_problem(receiver.problem);
  if (receiver.attempts > 0) *proto.mutable_next_attempt_time() = hearth::ToProto(receiver.due_time);
  return proto;
}

}  // namespace

absl::StatusOr<v1::CreateEventReceiverResponse> ReceiverDesk::CreateEventReceiver(
    const Call& call, const v1::CreateEventReceiverRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  EventReceiver receiver;
  receiver.directory = call.principal.directory;
  receiver.id = request.event_receiver_id();
  receiver.endpoint_uri = request.event_receiver().endpoint_uri();
  receiver.audience = request.event_receiver().audience();
  for (const int type : request.event_receiver().types()) receiver.types.insert(type);
  call.note->target = EventReceiverName(receiver.directory, receiver.id);
  return Change<v1::CreateEventReceiverResponse>(
      database_, keyring_, call, {receiver.directory}, request,
      [&](Tx& tx, const Access&, v1::CreateEventReceiverResponse& response) {
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
