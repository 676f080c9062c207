// All SQL about tries to sign in, and about the policy for them.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/credential/sign_in_rules.h"
#include "server/storage/tx.h"

namespace hearth {

// A directory's policy.
struct StoredSignInRules {
  SignInRules rules;
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: it was never set.
  int64_t revision = 0;
};
// `lock` holds the row, if there is one, until the transaction ends.
StoredSignInRules FindSignInRules(Tx& tx, std::string_view directory, bool lock = false);
// Writes the policy and counts the revision.
void WriteSignInRules(Tx& tx, std::string_view directory, const SignInRules& rules);

// One try: who for, from where, with what.
struct SignInTry {
  std::string directory;
  std::string user;     // Empty: for nobody.
  std::string subject;  // Digests, by SignInKeys.
  std::string source;   // Empty: from nowhere that can be familiar.
  std::string password;
};

// What became of a try.
struct SignInAdmission {
  absl::Time locked_until =
      absl::InfinitePast();  // InfinitePast: the password may be tried. InfiniteFuture: until there is a new one.
  bool familiar = false;

  bool locked() const { return locked_until != absl::InfinitePast(); }
};

// Counts the try (see CountTry). Of many at once, on any replica, each is counted. The same statements for people and for nobody.
SignInAdmission AdmitTry(Tx& tx, const SignInTry& attempt);
// The password of the try was right: takes it back, with the failures before it (see CountSuccess).
void ForgetFailures(Tx& tx, const SignInTry& attempt, bool familiar);
// The person came in: their source, if the try has one, is familiar from now on.
void RememberSource(Tx& tx, const SignInTry& attempt);

// What is counted of a person.
SignInCounts FindSignInCounts(Tx& tx, std::string_view directory, std::string_view user);
// Sets it to nothing: they have a new password, or an administrator said so.
void ClearSignInCounts(Tx& tx, std::string_view directory, std::string_view user);

// Removes counts that say nothing any more: of nobody after a day without tries and locks, of people without failures, of people who are gone; and
// sources that no policy calls familiar. Returns how many. The transaction's scope says in which directories.
int SweepSignIns(Tx& tx);

}  // namespace hearth
