// The RPCs of CredentialService about what passwords must be.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/credential/new_passwords.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes password policies, and judges passwords by them. Thread-safe. What is passed in outlives the desk.
class PasswordPolicyDesk {
 public:
  PasswordPolicyDesk(Database* database, const Keyring* keyring, NewPasswords* passwords)
      : database_(*database), keyring_(*keyring), passwords_(*passwords) {}

  absl::StatusOr<v1::CheckPasswordResponse> CheckPassword(const Call& call, const v1::CheckPasswordRequest& request);
  absl::StatusOr<v1::GetPasswordPolicyResponse> GetPasswordPolicy(const Call& call,
                                                                  const v1::GetPasswordPolicyRequest& request);
  absl::StatusOr<v1::UpdatePasswordPolicyResponse> UpdatePasswordPolicy(const Call& call,
                                                                        const v1::UpdatePasswordPolicyRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  NewPasswords& passwords_;
};

}  // namespace hearth
