// RequestReset: the public door.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/reset/intent.h"
#include "server/reset/reset_keys.h"
#include "server/reset/wish_box.h"
#include "server/storage/database.h"

namespace hearth {

// Notes that somebody wants a new password, for the relay. Thread-safe. What is passed in outlives the desk.
class RequestDesk {
 public:
  RequestDesk(Database* database, const Keyring* keyring) : database_(*database), keys_(*keyring), box_(*keyring) {}

  // All calls that wait, with one statement, which looks nobody up; but for those that want an explicit verdict.
  std::vector<absl::StatusOr<v1::RequestResetResponse>> RequestReset(
      absl::Span<const Ask<v1::RequestResetRequest>> asks);

 private:
  // What refuses the call before anything is written: only where an explicit verdict is wanted.
  absl::Status Verdict(const Call& call, const v1::RequestResetRequest& request);
  Intent IntentOf(const Call& call, const v1::RequestResetRequest& request, const std::string& handle) const;

  Database& database_;
  const ResetKeys keys_;
  const WishBox box_;
};

}  // namespace hearth
