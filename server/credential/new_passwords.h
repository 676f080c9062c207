// New passwords on their way to people: what the directory's policy, the person's names and their past passwords say of them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/base/secret.h"
#include "server/credential/hasher.h"
#include "server/credential/password_rules.h"
#include "server/directory/user.h"
#include "server/storage/database.h"

namespace hearth {

class BreachFilter;
class BreachRange;
struct PastPassword;

// The one way in which passwords are judged and made, for resets, changes and front ends. It reads outside of the transaction that will write: a
// policy, a name or a password that changes in that moment counts for the next. Thread-safe. What is passed in outlives it; `breached` and `range` may be null.
// Each fails as Database::Read does, besides.
class NewPasswords {
 public:
  NewPasswords(Database* database, Hasher* hasher, const Keyring* keyring, Random* random,
               const BreachFilter* breached = nullptr, BreachRange* range = nullptr)
      : database_(*database),
        hasher_(*hasher),
        keyring_(*keyring),
        random_(*random),
        breached_(breached),
        range_(range) {}

  // How a password fares by each rule of the caller's directory, whose policy it leaves in `policy`. One that has not the form of a password has that
  // verdict only. `user` may be null.
  absl::StatusOr<std::vector<RuleVerdict>> Judge(const Call& call, const User* user, std::string_view given,
                                                 v1::PasswordPolicy& policy);

  // The form to be hashed of a password that somebody chose. Form and rules of the caller's directory alone are asked, which tell nothing about
  // people: for before it is proved who calls. Refuses with PASSWORD_POLICY. May wait for the list of breached passwords that is asked online.
  absl::StatusOr<Secret> Prepare(const Call& call, std::string_view given);

  // The rest, for a person homed in the caller's directory: their names, and the last passwords that they had, each of which costs a hash. Refuses
  // with PASSWORD_POLICY (CONTAINS_NAME and so on, RECENTLY_USED), and as hashing does. `typed`: what `prepared` was made of, which is what other
  // systems hashed.
  absl::Status CheckFor(const Call& call, const User& user, const Secret& prepared, const Secret& typed);

  // Whether the person has had their password as long as the policy asks before it can be changed. Refuses with PASSWORD_TOO_YOUNG.
  absl::Status CheckAge(const Call& call, const User& user);

  // A password that keeps to all rules for the person.
  absl::StatusOr<Secret> Generate(const Call& call, const User& user);

 private:
  absl::StatusOr<bool> Was(const PastPassword& past, const Secret& prepared, const Secret& typed, absl::Time deadline);
  // As JudgePassword, and of what keeps to all rules the list that is asked online.
  std::vector<RuleVerdict> JudgeChosen(const Call& call, const Secret& prepared, const PasswordYardstick& yardstick);
  absl::StatusOr<PasswordYardstick> YardstickOf(const Call& call, const User* user);

  Database& database_;
  Hasher& hasher_;
  const Keyring& keyring_;
  Random& random_;
  const BreachFilter* const breached_;
  BreachRange* const range_;
};

}  // namespace hearth
