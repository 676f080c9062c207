#include "server/directory/bootstrap.h"

#include <sodium.h>

#include <array>
#include <string_view>

#include "absl/strings/escaping.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/bootstrap_store.h"

namespace hearth {

absl::StatusOr<std::string> MakeBootstrapToken(Database& database, const Keyring& keyring, absl::Duration lifetime,
                                               absl::Time deadline) {
  std::array<char, 32> random;
  randombytes_buf(random.data(), random.size());
  std::string token = absl::WebSafeBase64Escape(absl::string_view(random.data(), random.size()));
  RETURN_IF_ERROR(database.Write({std::string(kPlatformDirectory)}, deadline, [&](Tx& tx) {
    InsertPlatform(tx);
    InsertBootstrapToken(tx, BootstrapDigest(keyring, token), lifetime);
    return absl::OkStatus();
  }));
  return token;
}

std::string BootstrapDigest(const Keyring& keyring, const std::string& token) {
  return KeyedDigest(keyring.Derive(keyring.eldest(), "bootstrp"), {token});
}

}  // namespace hearth
