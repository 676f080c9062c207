// Fetches the key sets of issuers.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hearth {

struct KeyFetchOptions {
  std::string ca_file;                        // PEM roots of the issuers' servers; empty: those of the system.
  bool allow_private = false;                 // Also addresses that are not public.
  absl::Duration timeout = absl::Seconds(5);  // For all of it.
};

// Fetches `uri` and returns those of its keys that tokens can be checked with, as a key set that KeySet::Parse accepts: the first kMaxKeysInSet of
// them. An administrator of a directory names the uri, so it is treated as a stranger's: https only, at a public address (asked of the very address that
// is connected to, so a name that resolves to another the second time is of no use), no redirect, no proxy, no cookies, at most kMaxKeySetBytes, within
// the timeout. Fails with UNAVAILABLE and a text that an administrator may read; it does not tell apart why no connection was made, lest it be used
// to look around in the network of the server. Blocks; thread-safe.
absl::StatusOr<std::string> FetchKeys(const std::string& uri, const KeyFetchOptions& options);

}  // namespace hearth
