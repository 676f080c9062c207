// The RPCs of CredentialService about wrong passwords: the policy, and what is counted.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes sign-in policies, shows and clears lockouts. Thread-safe. What is passed in outlives the desk.
class SignInDesk {
 public:
  SignInDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::GetSignInLockoutResponse> GetSignInLockout(const Call& call,
                                                                const v1::GetSignInLockoutRequest& request);
  absl::StatusOr<v1::ClearSignInLockoutResponse> ClearSignInLockout(const Call& call,
                                                                    const v1::ClearSignInLockoutRequest& request);
  absl::StatusOr<v1::GetSignInPolicyResponse> GetSignInPolicy(const Call& call,
                                                              const v1::GetSignInPolicyRequest& request);
  absl::StatusOr<v1::UpdateSignInPolicyResponse> UpdateSignInPolicy(const Call& call,
                                                                    const v1::UpdateSignInPolicyRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
