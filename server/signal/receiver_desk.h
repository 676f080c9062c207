// The RPCs of EventReceiverService.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/event_receiver_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/signal/event_token.h"
#include "server/storage/database.h"

namespace hearth {

// Registers, shows, changes, verifies and removes receivers of events. Each method is described in event_receiver_service.proto. Where events have no issuer, none
// is registered: nothing would ever be delivered. Thread-safe. What is passed in outlives the desk.
class ReceiverDesk {
 public:
  // `allow_private`: receivers may be at addresses that are not public, as HttpsOptions says; else one whose address says so is refused at once.
  ReceiverDesk(Database* database, const Keyring* keyring, const Pager* pager, const EventTokens* tokens,
               bool allow_private = false)
      : database_(*database), keyring_(*keyring), pager_(*pager), tokens_(*tokens), allow_private_(allow_private) {}

  absl::StatusOr<v1::CreateEventReceiverResponse> CreateEventReceiver(const Call& call,
                                                                      const v1::CreateEventReceiverRequest& request);
  absl::StatusOr<v1::GetEventReceiverResponse> GetEventReceiver(const Call& call,
                                                                const v1::GetEventReceiverRequest& request);
  absl::StatusOr<v1::ListEventReceiversResponse> ListEventReceivers(const Call& call,
                                                                    const v1::ListEventReceiversRequest& request);
  absl::StatusOr<v1::UpdateEventReceiverResponse> UpdateEventReceiver(const Call& call,
                                                                      const v1::UpdateEventReceiverRequest& request);
  absl::StatusOr<v1::VerifyEventReceiverResponse> VerifyEventReceiver(const Call& call,
                                                                      const v1::VerifyEventReceiverRequest& request);
  absl::StatusOr<v1::DeleteEventReceiverResponse> DeleteEventReceiver(const Call& call,
                                                                      const v1::DeleteEventReceiverRequest& request);
  absl::StatusOr<v1::GetEventKeysResponse> GetEventKeys(const Call& call, const v1::GetEventKeysRequest& request);

 private:
  // Fails with INVALID_FIELDS when nothing would ever be posted there.
  absl::Status CheckAddress(const std::string& uri) const;

  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
  const EventTokens& tokens_;
  const bool allow_private_;
};

}  // namespace hearth
