// The RPCs of GuestUserService about guest policies.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes what a directory allows with guests. Thread-safe. What is passed in outlives the desk.
class GuestPolicyDesk {
 public:
  GuestPolicyDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::GetGuestPolicyResponse> GetGuestPolicy(const Call& call, const v1::GetGuestPolicyRequest& request);
  absl::StatusOr<v1::UpdateGuestPolicyResponse> UpdateGuestPolicy(const Call& call,
                                                                  const v1::UpdateGuestPolicyRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
