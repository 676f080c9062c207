// Fetches the key sets of issuers.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authn/https.h"

namespace hearth {

using KeyFetchOptions = HttpsOptions;

// Fetches `uri`, as CallHttps does, and returns those of its keys that tokens can be checked with, as a key set that KeySet::Parse accepts: the first
// kMaxKeysInSet of them. Fails with UNAVAILABLE and a text that an administrator may read. Blocks; thread-safe.
absl::StatusOr<std::string> FetchKeys(const std::string& uri, const KeyFetchOptions& options);

}  // namespace hearth
