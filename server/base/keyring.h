// The deployment's secret keys, held outside the database.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/secret.h"

namespace hearth {

// Master keys of 32 bytes, each with an id; one is current. Each use derives its own key (BLAKE2b key derivation, crypto_kdf of libsodium),
// so that no key serves two purposes. Immutable after loading, so thread-safe.
class Keyring {
 public:
  // Reads lines of the form "<id> <64 hexadecimal digits>"; "#" starts a comment. The first line is current, unless the word "next" stands after
  // its key: a key that is known and not used yet. Ids are 1 to 32 letters and digits. Fails with FAILED_PRECONDITION and a text for the
  // operator when the file is missing, malformed or readable by others.
  static absl::StatusOr<Keyring> Load(const std::string& path);
  // Writes a new file with one random key, mode 0600. Fails when the file exists.
  static absl::Status Generate(const std::string& path);
  // The two steps of a rotation; see README.md. Each rewrites the file in one step. Add puts a random key at the top, as "next", and returns its
  // id; Promote makes the "next" key current, and returns its id. They fail when there is a "next" key already, and when there is none.
  static absl::StatusOr<std::string> Add(const std::string& path);
  static absl::StatusOr<std::string> Promote(const std::string& path);

  // OK when every key can be taken for a random one. The sample of the documentation, repeated bytes and counters are refused: serve nobody
  // with such a pepper. The text is for the operator.
  absl::Status CheckRandom() const;

  // Id of the key for new secrets.
  const std::string& current() const { return current_; }
  // Id of the key that is known and not used yet; empty when none is.
  const std::string& next() const { return next_; }
  // Id of the key in the file's last line. It names things that must be found again (idempotency records, page tokens); rotation adds lines
  // before it and leaves it where it is.
  const std::string& eldest() const { return eldest_; }
  // All ids, the current one first.
  std::vector<std::string> Ids() const;
  bool Has(const std::string& id) const { return keys_.contains(id); }

  // 32 bytes derived from the key `id` for one purpose. `purpose` is 8 characters; `id` must be in the ring.
  Secret Derive(const std::string& id, std::string_view purpose) const;

 private:
  std::string current_;
  std::string next_;  // Empty: none is.
  std::string eldest_;
  std::map<std::string, Secret> keys_;
};

// 32 bytes: BLAKE2b of the parts under `key`, each part prefixed with its length so that no two lists of parts give the same bytes.
std::string KeyedDigest(const Secret& key, std::initializer_list<std::string_view> parts);

}  // namespace hearth
