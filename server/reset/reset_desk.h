// The RPCs of ResetPasswordService.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/credential/hasher.h"
#include "server/credential/new_passwords.h"
#include "server/reset/reset_deed.h"
#include "server/storage/database.h"

namespace hearth {

// Resets passwords and ends sessions. Thread-safe. What is passed in outlives the desk.
class ResetDesk {
 public:
  ResetDesk(Database* database, Hasher* hasher, const Keyring* keyring, NewPasswords* passwords)
      : database_(*database),
        keyring_(*keyring),
        passwords_(*passwords),
        keys_(*keyring),
        deed_(database, hasher, keyring, passwords) {}

  absl::StatusOr<v1::ResetPasswordResponse> ResetPassword(const Call& call, const v1::ResetPasswordRequest& request);
  absl::StatusOr<v1::CheckResetPasswordResponse> CheckResetPassword(const Call& call,
                                                                    const v1::CheckResetPasswordRequest& request);
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(const Call& call, const v1::RevokeSessionsRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  NewPasswords& passwords_;
  const ResetKeys keys_;
  ResetDeed deed_;
};

}  // namespace hearth
