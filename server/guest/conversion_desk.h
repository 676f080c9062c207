// The RPC that moves a person's home.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Converts external people to internal ones and back. Thread-safe. What is passed in outlives the desk.
class ConversionDesk {
 public:
  ConversionDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::ConvertGuestUserResponse> ConvertGuestUser(const Call& call,
                                                                const v1::ConvertGuestUserRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
