#include "server/directory/bootstrap.h"

#include "absl/strings/match.h"
#include "server/authn/jwks.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/bootstrap_store.h"

namespace hearth {
namespace {

absl::Status Check(const PlatformBootstrap& bootstrap) {
  if (!absl::StartsWith(bootstrap.issuer, "https://"))
    return absl::InvalidArgumentError("the issuer must be an https:// address");
  if (bootstrap.audience.empty()) return absl::InvalidArgumentError("the audience must not be empty");
  if (!IsResourceId(bootstrap.operator_id)) {
    return absl::InvalidArgumentError("the operator's id must be 1 to 63 of a-z, 0-9 and hyphen");
  }
  return KeySet::Parse(bootstrap.jwks).status();
}

}  // namespace

absl::StatusOr<bool> BootstrapPlatform(Database& database, absl::Time deadline, const PlatformBootstrap& bootstrap) {
  RETURN_IF_ERROR(Check(bootstrap));
  bool made = false;
  RETURN_IF_ERROR(database.Write({std::string(kPlatformDirectory)}, deadline, [&](Tx& tx) -> absl::Status {
    const PlatformState state = ReadPlatform(tx, bootstrap);
    if (state == PlatformState::kOther) {
      return absl::FailedPreconditionError(
          "the platform was bootstrapped with another issuer or operator; change those through DirectoryService as "
          "that operator");
    }
    made = state == PlatformState::kAbsent;
    if (made) InsertPlatform(tx, bootstrap);
    return absl::OkStatus();
  }));
  return made;
}

}  // namespace hearth
