// The first issuer and the first operator of the platform.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Who may operate the platform at first.
struct PlatformBootstrap {
  std::string issuer;  // `iss` of the operators' tokens.
  std::string audience;
  std::string jwks;         // Its public keys.
  std::string operator_id;  // `sub` of the first operator.
};

// Makes the platform directory with this issuer and this operator, all or nothing. True: made; false: it was there in just this form. Fails with
// FAILED_PRECONDITION when the platform was bootstrapped with another issuer or operator, and with INVALID_ARGUMENT for malformed values; both with
// a text for the operator. `database` connects as the owner of the schema.
absl::StatusOr<bool> BootstrapPlatform(Database& database, absl::Time deadline, const PlatformBootstrap& bootstrap);

}  // namespace hearth
