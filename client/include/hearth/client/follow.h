// Follows what happens to people for as long as it can be followed: through failures, restarts and failovers, and from where it stopped.
#ifndef HEARTH_CLIENT_FOLLOW_H_
#define HEARTH_CLIENT_FOLLOW_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/client/client.h"

namespace hearth::client {

struct FollowOptions {
  // Of each call. Its timeout is that of one stream or poll, and its cancellation ends the following.
  CallOptions call;
  // How long to wait after a failure; longer when the server asks for it.
  absl::Duration pause = absl::Seconds(1);
  // Is told of each failure after which it goes on, before the wait. May be empty.
  std::function<void(const absl::Status&)> broke_off;
};

// Calls WatchEvents, and again whenever the stream has ended or broken off: from the resume token of the last response that `each` took, first from that of
// `request`. `each` gets the responses in order, on another thread, and says whether to go on; one for which it says no comes again to whoever resumes.
//
// Returns OK when `each` has ended it, CANCELLED when the call's cancellation has, and otherwise what no repetition mends: refusals, wrong requests and
// the like. Two of those say that what happened meanwhile cannot be told any more, and that all that is known of the people may be out of date:
// OUT_OF_RANGE with EVENTS_EXPIRED (it is not kept any more, or the server's database lost its newest part and was restored), and INVALID_ARGUMENT with
// RESUME_TOKEN_INVALID (the token is of another directory, or of keys that are gone). Then follow again without a token.
absl::Status FollowEvents(const Client& client, v1::WatchEventsRequest request,
                          const std::function<bool(const v1::WatchEventsResponse&)>& each,
                          const FollowOptions& options = {});

// Calls PollEvents again and again, and acknowledges with each call the tokens of the one before that `each` took: it gets them in order, in this
// thread, and says whether to go on. A token for which it says no is not acknowledged, and comes again to whoever polls next; so may one that was taken before
// a failure. Returns as FollowEvents does; the acknowledgements are sent before an OK, when the server can be reached.
absl::Status FollowTokens(const Client& client, v1::PollEventsRequest request,
                          const std::function<bool(const v1::EventToken&)>& each, const FollowOptions& options = {});

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_FOLLOW_H_
