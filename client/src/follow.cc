#include "hearth/client/follow.h"

#include <algorithm>
#include <utility>

#include "cancellation_state.h"

namespace hearth::client {
namespace {

// Whether another try may do better. What the server refuses it refuses again; anything else may be a restart, a failover, a proxy, a network.
bool Passes(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDataLoss:
      return false;
    default:
      return true;
  }
}

// Whether it goes on after a call that ended so; waits before that. When not, `status` is what the following returns.
bool GoesOn(const FollowOptions& options, absl::Status* status) {
  if (options.call.cancellation.cancelled()) *status = absl::CancelledError("The call was cancelled.");
  if (options.call.cancellation.cancelled() || !Passes(*status)) return false;
  absl::Duration pause = options.pause;
  if (!status->ok()) {
    if (options.broke_off) options.broke_off(*status);
    pause = std::max(pause, Error::From(*status).retry_delay.value_or(absl::ZeroDuration()));
  }
  if (options.call.cancellation.state().Sleep(pause)) return true;
  *status = absl::CancelledError("The call was cancelled.");
  return false;
}

}  // namespace

absl::Status FollowEvents(const Client& client, v1::WatchEventsRequest request,
                          const std::function<bool(const v1::WatchEventsResponse&)>& each,
                          const FollowOptions& options) {
  bool enough = false, heard = false;
  const std::function<bool(const v1::WatchEventsResponse&)> take = [&](const v1::WatchEventsResponse& response) {
    heard = true;
    enough = !each(response);
    if (!enough) request.set_resume_token(response.resume_token());
    return !enough;
  };
  while (true) {
    heard = false;
    const v1::WatchEventsRequest sent = request;
    absl::Status status = client.CallStreaming<v1::WatchEventsResponse>(sent, take, options.call);
    if (enough) return absl::OkStatus();
    // Streams end by themselves, and nothing is amiss with that: what happens meanwhile is waited for.
    if (status.ok() && heard && !options.call.cancellation.cancelled()) continue;
    if (!GoesOn(options, &status)) return status;
  }
}

absl::Status FollowTokens(const Client& client, v1::PollEventsRequest request,
                          const std::function<bool(const v1::EventToken&)>& each, const FollowOptions& options) {
  request.clear_return_immediately();
  while (true) {
    const absl::StatusOr<v1::PollEventsResponse> polled = client.PollEvents(request, options.call);
    if (!polled.ok()) {
      absl::Status status = polled.status();
      if (!GoesOn(options, &status)) return status;
      continue;
    }
    request.clear_acks();
    bool enough = false;
    for (const v1::EventToken& token : polled->sets()) {
      enough = !each(token);
      if (enough) break;
      request.add_acks(token.event_id());
    }
    if (!enough) continue;
    if (request.acks_size() == 0) return absl::OkStatus();
    request.set_max_events(0);
    return client.PollEvents(request, options.call).status();
  }
}

}  // namespace hearth::client
