// Verifies bearer tokens against the issuers that are registered in the database.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/authn/jwks.h"
#include "server/authn/key_keeper.h"
#include "server/authn/token_cache.h"
#include "server/base/clock.h"
#include "server/storage/database.h"

namespace hearth {

// Verifies tokens, and remembers the keys of issuers and the tokens that were good. What is remembered says only that the signature and the claims
// were good under one revision of the issuer's registration; whoever uses it compares that revision with the database's (ReadCallers returns it),
// so that a removed or re-registered issuer is dead on the next call. Thread-safe.
class TokenAuthority {
 public:
  // What is passed in outlives the authority.
  TokenAuthority(Database* database, const Clock* clock) : database_(*database), clock_(*clock) {}

  // The claims of a good token, the directory that its issuer is registered for with its audience, and the revision they were checked under. Fails with
  // UNAUTHENTICATED and a text for the log only, also for a token whose audiences fit several directories, or as Database::Read does.
  absl::StatusOr<VerifiedToken> Verify(const std::string& token, absl::Time deadline);

  // The directory of a token that was good when it was verified last, without a look at the database; empty when it is not remembered.
  std::string RememberedDirectory(const std::string& token);

  // As Verify, after reading the issuer's registration again: for a token whose revision turned out to be old.
  absl::StatusOr<VerifiedToken> VerifyAgain(const std::string& token, absl::Time deadline);

  // Issuers that publish their keys and whose tokens named one that is not among them, since this was last asked; each once, a hundred at most.
  std::vector<DirectoryIssuer> TakeIssuersWithUnknownKeys();

 private:
  // Whose a token says that it is. Nothing of it is verified.
  struct Naming {
    std::string issuer;
    std::vector<std::string> audiences;
    auto operator<=>(const Naming&) const = default;
  };
  // The one registration that fits a naming.
  struct Issuer {
    std::shared_ptr<const KeySet> keys;  // Null: none, or several, when last looked; or no keys yet.
    std::string directory;
    std::string audience;
    int64_t revision = 0;
    bool publishes = false;  // Its keys are fetched.
    SubjectForm subjects = SubjectForm::kId;
    absl::Time read_time;
  };

  static absl::StatusOr<Naming> NamingOf(const std::string& token);
  absl::StatusOr<Issuer> FindKnown(const Naming& naming, absl::Time deadline);
  absl::StatusOr<Issuer> ReadIssuer(const Naming& naming, absl::Time deadline);
  void NoteUnknownKey(const DirectoryIssuer& issuer);
  absl::StatusOr<VerifiedToken> VerifyWith(const std::string& token, const Naming& naming, const Issuer& issuer);

  Database& database_;
  const Clock& clock_;
  TokenCache tokens_;

  absl::Mutex mutex_;
  std::map<Naming, Issuer> issuers_ ABSL_GUARDED_BY(mutex_);
  std::set<DirectoryIssuer> unknown_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
