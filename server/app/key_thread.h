// Keeps the keys of issuers up to date, in a thread of its own.
#pragma once

#include "server/app/repeating_thread.h"
#include "server/authn/key_fetch.h"
#include "server/authn/token_authority.h"
#include "server/storage/database.h"

namespace hearth {

// Looks every second for issuers whose keys are to be fetched (KeepKeys), and for tokens that named unknown keys. Replicas may do it at once.
// Thread-safe.
class KeyThread {
 public:
  // What is passed in outlives the thread.
  KeyThread(Database* database, TokenAuthority* tokens, const KeyFetchOptions& options);

 private:
  absl::StatusOr<int64_t> Look();

  Database& database_;
  TokenAuthority& tokens_;
  const KeyFetchOptions options_;
  RepeatingThread thread_;  // The last: it works at once.
};

}  // namespace hearth
