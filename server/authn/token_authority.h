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

  // The claims of a good token and the revision they were checked under. Fails with UNAUTHENTICATED and a text for the log only, or as
  // Database::Read does.
  absl::StatusOr<VerifiedToken> Verify(const std::string& token, absl::Time deadline);

  // The same, after reading the issuer's registration again: for a token whose revision turned out to be old.
  absl::StatusOr<VerifiedToken> VerifyAgain(const std::string& token, absl::Time deadline);

  // Issuers that publish their keys and whose tokens named one that is not among them, since this was last asked; each once, a hundred at most.
  std::vector<std::string> TakeIssuersWithUnknownKeys();

 private:
  struct Issuer {
    std::shared_ptr<const KeySet> keys;  // Null: not registered when last looked.
    std::string audience;
    int64_t revision = 0;
    bool publishes = false;  // Its keys are fetched.
    SubjectForm subjects = SubjectForm::kId;
    absl::Time read_time;
  };

  absl::StatusOr<Issuer> FindKnown(const std::string& issuer, absl::Time deadline);
  absl::StatusOr<Issuer> ReadIssuer(const std::string& issuer, absl::Time deadline);
  void NoteUnknownKey(const std::string& issuer);
  absl::StatusOr<VerifiedToken> VerifyWith(const std::string& token, const std::string& name, const Issuer& issuer);

  Database& database_;
  const Clock& clock_;
  TokenCache tokens_;

  absl::Mutex mutex_;
  std::map<std::string, Issuer> issuers_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> unknown_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
