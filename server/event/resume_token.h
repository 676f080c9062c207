// Where a stream of events resumes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/base/keyring.h"
#include "server/event/event_store.h"

namespace hearth {

// Makes and reads resume tokens: a place in the stream of one directory and the event there, under a keyed digest that binds both to that directory. A
// token carries no authority: the stream checks its caller. Immutable, so thread-safe.
class ResumeTokens {
 public:
  explicit ResumeTokens(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "resumetk")) {}

  std::string Make(const std::string& directory, const StreamPlace& place) const;
  // The place; of a token that an earlier version made, without the event. Fails with RESUME_TOKEN_INVALID.
  absl::StatusOr<StreamPlace> Read(const std::string& directory, const std::string& token) const;

 private:
  std::string Digest(const std::string& directory, const std::string& place) const;

  Secret key_;
};

}  // namespace hearth
