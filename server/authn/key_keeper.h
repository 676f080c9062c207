// Keeps the keys of issuers that publish them up to date.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/authn/key_fetch.h"
#include "server/storage/database.h"

namespace hearth {

// An issuer, as one directory registered it.
struct DirectoryIssuer {
  std::string directory;
  std::string issuer;  // `iss`
  auto operator<=>(const DirectoryIssuer&) const = default;
};

// One round: fetches the keys of issuers whose time has come, at most 16 at once, each in a thread of its own, and stores what came of it in the
// database, where every replica finds it. `unknown` are issuers whose tokens named keys that are not among theirs: their time comes now, when they
// were last asked 30 seconds ago or more, so forged tokens cost an issuer two requests a minute. Returns how many were fetched, with or without
// success. Several replicas may do it at once. Fails as Database::Write does.
absl::StatusOr<int> KeepKeys(Database& database, const std::vector<DirectoryIssuer>& unknown,
                             const KeyFetchOptions& options, absl::Time deadline);

}  // namespace hearth
