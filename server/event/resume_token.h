// Where a stream of events resumes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/base/keyring.h"

namespace hearth {

// Makes and reads resume tokens: a place in the stream of one directory, under a keyed digest that binds it to that directory. A token carries no
// authority: the stream checks its caller. Immutable, so thread-safe.
class ResumeTokens {
 public:
  explicit ResumeTokens(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "resumetk")) {}

  std::string Make(const std::string& directory, int64_t sequence) const;
  // The place. Fails with RESUME_TOKEN_INVALID.
  absl::StatusOr<int64_t> Read(const std::string& directory, const std::string& token) const;

 private:
  std::string Digest(const std::string& directory, const std::string& place) const;

  Secret key_;
};

}  // namespace hearth
