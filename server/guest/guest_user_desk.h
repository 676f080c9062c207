// The RPCs of GuestUserService that change and remove guests.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// What a directory does with its guests; nothing that is home's. Thread-safe. What is passed in outlives the desk.
class GuestUserDesk {
 public:
  GuestUserDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::UpdateGuestUserResponse> UpdateGuestUser(const Call& call,
                                                              const v1::UpdateGuestUserRequest& request);
  absl::StatusOr<v1::DeleteGuestUserResponse> DeleteGuestUser(const Call& call,
                                                              const v1::DeleteGuestUserRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
