// The RPCs of RequestResetService about the administrators' queue.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/credential/hasher.h"
#include "server/directory/page.h"
#include "server/reset/queue_store.h"
#include "server/reset/reset_deed.h"
#include "server/storage/database.h"

namespace hearth {

// Shows requests and decides them. Of two decisions at the same time one is made, and the other is refused. Thread-safe. What is passed in outlives
// the desk.
class QueueDesk {
 public:
  QueueDesk(Database* database, Hasher* hasher, const Keyring* keyring, NewPasswords* passwords, const Pager* pager)
      : database_(*database),
        keyring_(*keyring),
        pager_(*pager),
        keys_(*keyring),
        deed_(database, hasher, keyring, passwords) {}

  absl::StatusOr<v1::ListResetRequestsResponse> ListResetRequests(const Call& call,
                                                                  const v1::ListResetRequestsRequest& request);
  absl::StatusOr<v1::GetResetRequestResponse> GetResetRequest(const Call& call,
                                                              const v1::GetResetRequestRequest& request);
  absl::StatusOr<v1::ApproveResetRequestResponse> ApproveResetRequest(const Call& call,
                                                                      const v1::ApproveResetRequestRequest& request);
  absl::StatusOr<v1::DenyResetRequestResponse> DenyResetRequest(const Call& call,
                                                                const v1::DenyResetRequestRequest& request);
  absl::StatusOr<v1::CancelResetRequestResponse> CancelResetRequest(const Call& call,
                                                                    const v1::CancelResetRequestRequest& request);

 private:
  // Closes a pending request without a reset; `deny_reason` is stored with it. `then` runs last in the transaction.
  template <class Response, class Request>
  absl::StatusOr<Response> Close(const Call& call, const Request& request, v1::ResetRequest::State state,
                                 const std::string& deny_reason,
                                 const std::function<void(Tx&, const User&, const QueuedReset&)>& then);

  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
  const ResetKeys keys_;
  ResetDeed deed_;
};

}  // namespace hearth
