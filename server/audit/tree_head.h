// Signed heads of the trees, and the keys that sign them.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/base/keyring.h"

namespace hearth {

// The head of a directory's tree, as hearth.v1.AuditCheckpoint describes it.
struct TreeHead {
  std::string directory;
  int64_t size = 0;
  std::string root_hash;
  absl::Time seal_time;
  std::string key_id;
  std::string signature;
};

// Signs heads with Ed25519 keys (RFC 8032) that follow from the master keys: so they are in the keys file and not in the database, and a new current
// master key signs from then on, while heads of before stay good as long as theirs is in the file. Immutable, so thread-safe.
class HeadSigner {
 public:
  // `keyring` outlives the signer.
  explicit HeadSigner(const Keyring* keyring) : keyring_(*keyring) {}

  // Fills in key_id and signature.
  void Sign(TreeHead& head) const;
  // Whether the signature is that of a key of the deployment. False, too, when the key is not in the file any more.
  bool IsGood(const TreeHead& head) const;
  // The 32 bytes of the public key; empty for a key that is not in the file.
  std::string PublicKey(const std::string& key_id) const;

 private:
  const Keyring& keyring_;
};

}  // namespace hearth
