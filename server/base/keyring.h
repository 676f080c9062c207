// The deployment's secret keys, held outside the database.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/base/secret.h"

namespace hearth {

// Master keys of 32 bytes, each with an id; one is current. Each use derives its own key (BLAKE2b key derivation, crypto_kdf of libsodium),
// so that no key serves two purposes. Immutable after loading, so thread-safe.
class Keyring {
 public:
  // Reads lines of the form "<id> <64 hexadecimal digits>"; the first line is current, "#" starts a comment. Ids are 1 to 32 letters and
  // digits. Fails with FAILED_PRECONDITION and a text for the operator when the file is missing, malformed or readable by others.
  static absl::StatusOr<Keyring> Load(const std::string& path);
  // Writes a new file with one random key, mode 0600. Fails when the file exists.
  static absl::Status Generate(const std::string& path);

  // Id of the key for new secrets.
  const std::string& current() const { return current_; }
  // Id of the key in the file's last line. It names things that must be found again (idempotency records, page tokens); rotation adds lines
  // before it and leaves it where it is.
  const std::string& eldest() const { return eldest_; }
  bool Has(const std::string& id) const { return keys_.contains(id); }
  // Id of a key that no generator made, as those that stand in documents and tests: its bytes have 16 different values at most (one of 4 x 10^14 random
  // keys has), or are a series. Empty when there is none.
  const std::string& made_up() const { return made_up_; }

  // 32 bytes derived from the key `id` for one purpose. `purpose` is 8 characters; `id` must be in the ring.
  Secret Derive(const std::string& id, std::string_view purpose) const;

 private:
  std::string current_;
  std::string eldest_;
  std::string made_up_;
  std::map<std::string, Secret> keys_;
};

// 32 bytes: BLAKE2b of the parts under `key`, each part prefixed with its length so that no two lists of parts give the same bytes.
std::string KeyedDigest(const Secret& key, std::initializer_list<std::string_view> parts);

}  // namespace hearth
