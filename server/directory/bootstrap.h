// How the first operator of the platform comes to be.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Makes the platform directory, if there is none, and a token with which one operator registers in it (BootstrapPlatform) within `lifetime` on the
// database's clock. 256 bits from the system's randomness, in base64url; only a keyed digest of it is stored. `database` connects as the owner of
// the schema: the server's own role cannot make such tokens. Fails as Database::Write does.
absl::StatusOr<std::string> MakeBootstrapToken(Database& database, const Keyring& keyring, absl::Duration lifetime,
                                               absl::Time deadline);

// What is stored of a token.
std::string BootstrapDigest(const Keyring& keyring, const std::string& token);

}  // namespace hearth
