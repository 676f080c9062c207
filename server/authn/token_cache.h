// Remembers tokens whose signatures were checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/authn/token.h"
#include "server/base/secret.h"

namespace hearth {

// A token that VerifyToken accepted. It says only: this signature and these claims were good under this
// revision of the issuer's keys. Whoever uses it compares the revision with the current one of claims.issuer,
// and checks anew everything that is not in the token: whether the issuer is still registered, whether the
// subject is active, which roles it holds.
struct VerifiedToken {
  TokenClaims claims;
  int64_t key_set_revision = 0;
  std::string directory{};  // That the issuer is registered for, with the token's audience.
};

// Maps tokens to what was verified about them, so that the next call with the same token costs one digest
// instead of a signature check. Holds at most `capacity` tokens; the one used longest ago makes room. Tokens
// are kept as digests under a random key of this object, so that neither a memory dump nor chosen tokens are
// of use. Thread-safe: sixteen shards, each with its own mutex.
class TokenCache {
 public:
  // 16,384 tokens take 6 MiB.
  static constexpr size_t kDefaultCapacity = 16384;

  explicit TokenCache(size_t capacity = kDefaultCapacity);
  TokenCache(const TokenCache&) = delete;
  TokenCache& operator=(const TokenCache&) = delete;

  // What was verified about exactly these bytes; nullopt when they are not known, or outside exp and nbf at
  // `now` (with kTokenLeeway, as in VerifyToken). An expired entry is dropped.
  std::optional<VerifiedToken> Get(std::string_view token, absl::Time now);

  // Remembers the outcome of VerifyToken for `token`, replacing what was known.
  void Put(std::string_view token, const VerifiedToken& verified);

  // How many tokens are held now.
  size_t size() const;

 private:
  // A digest of the token, and what is known of it; the front of the list was used last.
  using Entries = std::list<std::pair<std::string, VerifiedToken>>;
  struct Shard {
    mutable absl::Mutex mutex;
    Entries entries ABSL_GUARDED_BY(mutex);
    std::unordered_map<std::string_view, Entries::iterator> index ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(const std::string& digest);

  Secret key_;
  size_t shard_capacity_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace hearth
