#include "server/trail/watch_desk.h"

#include <optional>
#include <string>
#include <utility>

#include "server/audit/audit_store.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/event/event_store.h"

namespace hearth {

absl::Status WatchDesk::WatchEvents(const Call& call, const v1::WatchEventsRequest& request,
                                    std::unique_ptr<Outlet> outlet) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string directory(parent.directory);
  std::optional<StreamPlace> resume;
  if (!request.resume_token().empty()) {
    ASSIGN_OR_RETURN(resume, tokens_.Read(directory, request.resume_token()));
  }
  StreamState state;
  RETURN_IF_ERROR(database_.Read({directory}, call.deadline, [&](Tx& tx) {
    state = FindStreams(tx, {directory})[directory];
    return absl::OkStatus();
  }));
  StreamPlace place{.sequence = state.removed};
  if (resume.has_value()) {
    place = *resume;
  } else if (!request.from_oldest()) {
    place = {.sequence = state.last, .event_id = state.last_event_id};
  }
  if (!GoesOnFrom(state, place)) return Refuse(v1::ERROR_REASON_EVENTS_EXPIRED);
  Subscription subscription{
      .call = call, .directory = directory, .place = {}, .types = {}, .outlet = std::move(outlet)};
  subscription.place = std::move(place);
  subscription.call.note = nullptr;
  for (const int type : request.types()) subscription.types.insert(type);
  RETURN_IF_ERROR(RecordAllowed(database_, call));
  return hub_.Add(std::move(subscription));
}

}  // namespace hearth
