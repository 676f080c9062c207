#include "server/authn/token_cache.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "server/base/keyring.h"

namespace hearth {
namespace {

constexpr size_t kShards = 16;

Secret RandomKey() {
  std::array<char, 32> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  Secret key(std::string_view(bytes.data(), bytes.size()));
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

}  // namespace

TokenCache::TokenCache(size_t capacity) : key_(RandomKey()) {
  // A small cache is one shard, so that it holds what it promises however the digests fall.
  const size_t shards = capacity < kShards * kShards ? 1 : kShards;
  shard_capacity_ = std::max<size_t>(capacity / shards, 1);
  for (size_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>());
}

TokenCache::Shard& TokenCache::ShardOf(const std::string& digest) {
  return *shards_[static_cast<unsigned char>(digest.front()) % shards_.size()];
}

std::optional<VerifiedToken> TokenCache::Get(std::string_view token, absl::Time now) {
  if (token.size() > kMaxTokenBytes) return std::nullopt;
  const std::string digest = KeyedDigest(key_, {token});
  Shard& shard = ShardOf(digest);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.index.find(digest);
  if (found == shard.index.end()) return std::nullopt;
  const Entries::iterator entry = found->second;
  const TokenClaims& claims = entry->second.claims;
  if (now >= claims.expires + kTokenLeeway) {
    shard.index.erase(found);
    shard.entries.erase(entry);
    return std::nullopt;
  }
  if (now < claims.not_before - kTokenLeeway) return std::nullopt;
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->second;
}

void TokenCache::Put(std::string_view token, const VerifiedToken& verified) {
  std::string digest = KeyedDigest(key_, {token});
  Shard& shard = ShardOf(digest);
  absl::MutexLock lock(&shard.mutex);
  if (const auto found = shard.index.find(digest); found != shard.index.end()) {
    const Entries::iterator entry = found->second;
    shard.index.erase(found);
    shard.entries.erase(entry);
  }
  if (shard.entries.size() >= shard_capacity_) {
    shard.index.erase(shard.entries.back().first);
    shard.entries.pop_back();
  }
  shard.entries.emplace_front(std::move(digest), verified);
  shard.index.emplace(shard.entries.front().first, shard.entries.begin());
}

size_t TokenCache::size() const {
  size_t size = 0;
  for (const auto& shard : shards_) {
    absl::MutexLock lock(&shard->mutex);
    size += shard->entries.size();
  }
  return size;
}

}  // namespace hearth
