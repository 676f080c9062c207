// The RPCs of CredentialService.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/credential/hasher.h"
#include "server/credential/new_passwords.h"
#include "server/credential/password_proof.h"
#include "server/credential/rehasher.h"
#include "server/storage/database.h"

namespace hearth {

// Verifies and changes passwords. Thread-safe. What is passed in outlives the desk.
class CredentialDesk {
 public:
  CredentialDesk(Database* database, Hasher* hasher, Rehasher* rehasher, const Keyring* keyring,
                 NewPasswords* passwords)
      : database_(*database),
        hasher_(*hasher),
        rehasher_(*rehasher),
        keyring_(*keyring),
        passwords_(*passwords),
        proof_(database, hasher, keyring) {}

  absl::StatusOr<v1::VerifyPasswordResponse> VerifyPassword(const Call& call, const v1::VerifyPasswordRequest& request);
  absl::StatusOr<v1::ChangePasswordResponse> ChangePassword(const Call& call, const v1::ChangePasswordRequest& request);

 private:
  Database& database_;
  Hasher& hasher_;
  Rehasher& rehasher_;
  const Keyring& keyring_;
  NewPasswords& passwords_;
  PasswordProof proof_;
};

}  // namespace hearth
