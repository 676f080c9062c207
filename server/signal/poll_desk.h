// The RPC of EventReceiverService with which receivers ask.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "server/authz/call.h"
#include "server/signal/event_token.h"
#include "server/signal/poll_hub.h"
#include "server/storage/database.h"

namespace hearth {

// Takes what receivers settled and gives them what is outstanding. Described in event_receiver_service.proto. Thread-safe. What is passed in outlives the desk.
class PollDesk {
 public:
  PollDesk(Database* database, const EventTokens* tokens, PollHub* hub)
      : database_(*database), tokens_(*tokens), hub_(*hub) {}

  // Answers through the outlet: at once, or when the hub has something.
  absl::Status PollEvents(const Call& call, const v1::PollEventsRequest& request, std::unique_ptr<Outlet> outlet);

 private:
  Database& database_;
  const EventTokens& tokens_;
  PollHub& hub_;
};

}  // namespace hearth
