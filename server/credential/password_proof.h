// Proof of a current password: the same work and the same refusal, whoever the name belongs to.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/base/secret.h"
#include "server/credential/credential_store.h"
#include "server/credential/hasher.h"
#include "server/credential/sign_in_keys.h"
#include "server/credential/sign_in_store.h"
#include "server/directory/target.h"
#include "server/storage/database.h"

namespace hearth {

// What is claimed.
struct PasswordClaim {
  TargetName target;
  Secret password;                // As it was typed.
  std::string source;             // As the caller calls it; may be empty.
  bool explicit_verdict = false;  // Say when the sign-in is locked.
};

// Whose password was proved, and the credential it was proved against: as they stood before the hash, and after Settle as they stand.
struct ProvenPassword {
  User user;
  Credential credential;
  Secret password;  // As PreparePassword made it.
  SignInTry attempt;
  bool familiar = false;  // The source.
};

// Compares passwords. Thread-safe. What is passed in outlives it.
class PasswordProof {
 public:
  PasswordProof(Database* database, Hasher* hasher, const Keyring* keyring)
      : database_(*database), hasher_(*hasher), keys_(*keyring) {}

  // Finds the person in the caller's directory, counts the try, and compares the password with theirs; a person who is not there, is homed elsewhere,
  // has no password, or whose sign-in is locked costs the same hash, and fails in the same way: PASSWORD_NOT_ACCEPTED (SIGN_IN_LOCKED in the
  // audit, and in the explicit verdict). The try stays counted until Settle. DEADLINE_PASSED when less than a hash's time is left, and nothing is
  // counted; when the time is over before a lane is free, the try stays counted, but the same password again does not count again.
  absl::StatusOr<ProvenPassword> Prove(const Call& call, const PasswordClaim& claim);

  // In the transaction of what the password opens, or before: makes sure that it still is the person's, since a reset may have come in while it was
  // hashed, and forgets the failures before it. It was right, so commit that, whatever else keeps the call from its end. Where it is usable (CheckUsable,
  // which the caller asks besides), its source is familiar from now on. The person's row is locked until the transaction ends; the person and the
  // credential in `proven` are read anew. Refuses with PASSWORD_NOT_ACCEPTED when the person has another password by now, was deleted, or has their home
  // elsewhere: the try stays counted, as the wrong one that it has become.
  static absl::Status Settle(Tx& tx, ProvenPassword& proven);

 private:
  struct Candidate;
  absl::StatusOr<Candidate> Admit(const Call& call, const PasswordClaim& claim, const Secret& password);

  Database& database_;
  Hasher& hasher_;
  const SignInKeys keys_;
};

// What keeps a person with the right password from using it: USER_DISABLED, TEMPORARY_PASSWORD_EXPIRED, or OK.
absl::Status CheckUsable(const ProvenPassword& proven);

}  // namespace hearth
