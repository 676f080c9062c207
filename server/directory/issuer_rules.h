// The rules for trusted issuers.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "hearth/v1/resources.pb.h"
#include "server/directory/issuer_store.h"

namespace hearth {

// Whether the issuer's key set is one that tokens can be checked with; else INVALID_FIELDS on trusted_issuer.jwks, with what to change.
absl::Status CheckKeys(const v1::TrustedIssuer& issuer);

// The issuer that `proto` asks for, in `directory` under `id`.
TrustedIssuer NewIssuer(const std::string& directory, const std::string& id, const v1::TrustedIssuer& proto);

}  // namespace hearth
