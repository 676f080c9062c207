// The RPCs of RequestResetService by which a person proves who they are.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/credential/hasher.h"
#include "server/credential/new_passwords.h"
#include "server/directory/user.h"
#include "server/reset/reset_keys.h"
#include "server/reset/token_store.h"
#include "server/storage/database.h"

namespace hearth {

// Turns codes into tokens, and tokens into new passwords. Whoever they belong to, and whether there is such a person, is told to nobody before the
// proof is good: the same statements run, and one refusal is given. Thread-safe. What is passed in outlives the desk.
class ProofDesk {
 public:
  ProofDesk(Database* database, Hasher* hasher, const Keyring* keyring, NewPasswords* passwords)
      : database_(*database), hasher_(*hasher), keyring_(*keyring), passwords_(*passwords), keys_(*keyring) {}

  absl::StatusOr<v1::VerifyResetCodeResponse> VerifyResetCode(const Call& call,
                                                              const v1::VerifyResetCodeRequest& request);
  absl::StatusOr<v1::CompleteResetResponse> CompleteReset(const Call& call, const v1::CompleteResetRequest& request);

 private:
  // The person of a token, and the version that their password has.
  struct Bearer {
    User user;
    int64_t version = 0;
  };

  // The code's row, when the code is right. Counts the attempt before it compares, and a wrong code against the person; both stay counted.
  absl::StatusOr<std::optional<CodeOffer>> Compare(const Call& call, const v1::VerifyResetCodeRequest& request);
  // Whose token it is. Fails with RESET_PROOF_NOT_ACCEPTED and RESET_PROOF_MISSING. `lock` holds the person and the token.
  absl::StatusOr<Bearer> FindBearer(Tx& tx, const Call& call, const std::string& token, bool lock) const;
  // Whether the person still is what the token was made for.
  bool IsUnchanged(const User& user, int64_t version, const std::string& person_digest) const;

  Database& database_;
  Hasher& hasher_;
  const Keyring& keyring_;
  NewPasswords& passwords_;
  const ResetKeys keys_;
};

}  // namespace hearth
