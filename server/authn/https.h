// Calls to servers that strangers name, and to those that the operator names.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hearth {

struct HttpsOptions {
  std::string ca_file{};                      // PEM roots of the servers; empty: those of the system.
  bool allow_private = false;                 // Also addresses that are not public.
  absl::Duration timeout = absl::Seconds(5);  // For all of it.
  size_t most_bytes = 64 * 1024;              // Of an answer; a longer one is none.
  std::string header{};                       // One more of the request, "Name: value"; empty: none.
};

// What a server answered.
struct HttpsAnswer {
  long status = 0;
  std::string body;  // At most the most_bytes of the options.
};

// Gets `uri`; with a content type, posts `body` to it, for an answer in JSON. An administrator of a directory names the uri, so it is treated as a
// stranger's: https only, at a public address (asked of the very address that is connected to, so a name that resolves to another the second time is of no use), no redirect, no
// proxy, no cookies, within the timeout. Fails with UNAVAILABLE and a text that an administrator may read; it does not tell apart why no connection was
// made, lest it be used to look around in the network of the server. Blocks; thread-safe.
absl::StatusOr<HttpsAnswer> CallHttps(const std::string& uri, const HttpsOptions& options,
                                      const std::string& content_type = "", const std::string& body = "");

// Whether `uri` says itself that it leads to no public address: its host is such an address, in whatever way that is written, or localhost (RFC 6761).
// CallHttps connects there with allow_private only. Names are not looked up. Pure.
bool IsPrivateUri(const std::string& uri);

}  // namespace hearth
