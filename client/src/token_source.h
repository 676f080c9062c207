// The bearer token of a client.
#ifndef HEARTH_CLIENT_SRC_TOKEN_SOURCE_H_
#define HEARTH_CLIENT_SRC_TOKEN_SOURCE_H_

#include <sys/stat.h>

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace hearth::client {

// A token is visible ASCII without spaces; anything else could break out of the request's metadata.
absl::Status CheckToken(const std::string& token);

// A fixed token, or one from a file that is read again whenever the file changes. Thread-safe.
class TokenSource {
 public:
  // At most one of the two is given; none: the empty token, which is not sent.
  TokenSource(std::string token, std::string file) : file_(std::move(file)), token_(std::move(token)) {}

  // The token now. Surrounding white space of a file is dropped. Fails when the file cannot be read (the
  // error names it, and never shows what is in it), is empty or longer than 64 KiB, or when CheckToken
  // refuses what is in it.
  absl::StatusOr<std::string> Get();

 private:
  absl::Status Reload() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string file_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  struct stat seen_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_TOKEN_SOURCE_H_
