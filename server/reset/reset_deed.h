// A person gets a new password from an administrator: the one way to it, for ResetPassword and for the queue.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/authz/call.h"
#include "server/authz/home_rule.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"
#include "server/credential/credential_store.h"
#include "server/credential/hasher.h"
#include "server/credential/new_passwords.h"
#include "server/directory/target.h"
#include "server/reset/reset_keys.h"
#include "server/storage/database.h"

namespace hearth {

// What is known of a reset before it happens.
struct ResetOutlook {
  User user;
  ResetDecision decision;
  int64_t version = 0;  // Of the person's password now; 0: none.
};

// Finds the person and asks the rule. The one way to a decision, for the dry run and for the deed.
absl::StatusOr<ResetOutlook> DecideOnce(Database& database, const Call& call, const TargetName& target);

// What is to happen.
struct ResetOrder {
  TargetName target;
  PasswordTerms terms;
  Secret given;  // As NewPasswords::Prepare made it; empty: the server makes one.
  Secret typed;  // What that was made of.
};

// What happened, inside the transaction in which it did.
struct ResetDone {
  User user;                          // As they were before.
  Secret generated;                   // The password, if the server made it.
  std::optional<User> administrator;  // Who did it, if a person.
  std::string administrator_name;     // As people see it.
  int64_t version = 0;
  absl::Time expire_time = absl::InfinitePast();  // Of a temporary password; InfinitePast: none.
  absl::Time sessions_valid_after;
};

// Carries out resets. Thread-safe. What is passed in outlives it.
class ResetDeed {
 public:
  ResetDeed(Database* database, Hasher* hasher, const Keyring* keyring, NewPasswords* passwords)
      : database_(*database), hasher_(*hasher), keyring_(*keyring), passwords_(*passwords), keys_(*keyring) {}

  // Gives the person the password, cuts their sessions, kills what was mailed to them, clears their limits and tells all their addresses, in one
  // transaction, at most once for the request_id. The rule is asked before the costly hash, and again with caller and person locked. `finish` runs
  // last in that transaction, fills `response`, and may still refuse; it may run twice. Fails with the rule's refusals, PASSWORD_POLICY, CONFLICT,
  // and as Change and `finish` do.
  absl::Status CarryOut(const Call& call, const ResetOrder& order, const google::protobuf::Message& request,
                        const std::string& request_id, google::protobuf::Message& response,
                        const std::function<absl::Status(Tx&, ResetDone&)>& finish);

 private:
  Database& database_;
  Hasher& hasher_;
  const Keyring& keyring_;
  NewPasswords& passwords_;
  const ResetKeys keys_;
};

// The terms of a temporary password; absent: 24 hours. Unlike the model system's, whose temporary passwords work for ever (OWASP ASVS 5.0, 6.4.1:
// system-made first secrets live shortly).
PasswordTerms TemporaryTerms(std::optional<absl::Duration> lifetime);

}  // namespace hearth
