// The streaming RPC of ResetPasswordService.
#pragma once

#include "absl/status/status.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "server/authz/call.h"
#include "server/reset/reset_desk.h"

namespace hearth {

// Resets the passwords of many people. Thread-safe. What is passed in outlives the desk.
class BatchDesk {
 public:
  BatchDesk(Database* database, const Keyring* keyring, ResetDesk* reset)
      : database_(*database), keyring_(*keyring), reset_(*reset) {}

  // One after another, so that a run takes one hash lane and leaves the others to people who wait at a screen.
  absl::Status BatchResetPasswords(const Call& call, const v1::BatchResetPasswordsRequest& request,
                                   const Sink<v1::BatchResetPasswordsResponse>& sink);

 private:
  Database& database_;
  const Keyring& keyring_;
  ResetDesk& reset_;
};

}  // namespace hearth
