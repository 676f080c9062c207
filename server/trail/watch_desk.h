// The RPC of AuditService that streams events.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "hearth/v1/audit_service.pb.h"
#include "server/authz/call.h"
#include "server/event/event_hub.h"
#include "server/event/resume_token.h"
#include "server/storage/database.h"

namespace hearth {

// Admits streams of events. Described in audit_service.proto. Thread-safe. What is passed in outlives the desk.
class WatchDesk {
 public:
  WatchDesk(Database* database, const ResumeTokens* tokens, EventHub* hub)
      : database_(*database), tokens_(*tokens), hub_(*hub) {}

  // Returns at once; from then on the hub feeds the outlet.
  absl::Status WatchEvents(const Call& call, const v1::WatchEventsRequest& request, std::unique_ptr<Outlet> outlet);

 private:
  Database& database_;
  const ResumeTokens& tokens_;
  EventHub& hub_;
};

}  // namespace hearth
