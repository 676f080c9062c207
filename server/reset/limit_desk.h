// The RPCs of RequestResetService about limits.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/reset/reset_keys.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and clears what is counted of people. Thread-safe. What is passed in outlives the desk.
class LimitDesk {
 public:
  LimitDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring), keys_(*keyring) {}

  absl::StatusOr<v1::GetResetLimitsResponse> GetResetLimits(const Call& call, const v1::GetResetLimitsRequest& request);
  absl::StatusOr<v1::ClearResetLimitsResponse> ClearResetLimits(const Call& call,
                                                                const v1::ClearResetLimitsRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const ResetKeys keys_;
};

}  // namespace hearth
