// The streaming RPC of ResetPasswordService.
#pragma once

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "server/authz/call.h"
#include "server/reset/reset_desk.h"

namespace hearth {

// Counts one hash of the caller's; zero: it may be done now. Else nothing may be done yet, and it says when to ask again.
using HashTurn = std::function<absl::Duration(const Principal& caller)>;

// Resets the passwords of many people. Thread-safe. What is passed in outlives the desk.
class BatchDesk {
 public:
  BatchDesk(Database* database, const Keyring* keyring, ResetDesk* reset, HashTurn turn)
      : database_(*database), keyring_(*keyring), reset_(*reset), turn_(std::move(turn)) {}

  // One after another, so that a run takes one hash lane and leaves the others to people who wait at a screen; and each by the limits of single
  // resets: where one of those would be refused, the run waits.
  absl::Status BatchResetPasswords(const Call& call, const v1::BatchResetPasswordsRequest& request,
                                   const Sink<v1::BatchResetPasswordsResponse>& sink);

 private:
  Database& database_;
  const Keyring& keyring_;
  ResetDesk& reset_;
  const HashTurn turn_;
};

}  // namespace hearth
