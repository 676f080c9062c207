// The RPCs of RequestResetService about the directory's policy.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes reset policies. Thread-safe. What is passed in outlives the desk.
class ResetPolicyDesk {
 public:
  ResetPolicyDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::GetResetPolicyResponse> GetResetPolicy(const Call& call, const v1::GetResetPolicyRequest& request);
  absl::StatusOr<v1::UpdateResetPolicyResponse> UpdateResetPolicy(const Call& call,
                                                                  const v1::UpdateResetPolicyRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
