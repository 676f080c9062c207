// The rules for trusted issuers.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/directory/issuer_store.h"

namespace hearth {

// Whether this is a key set that tokens can be checked with, and none of its keys is an example that anybody can sign with; else INVALID_FIELDS that names `field`, with what to change.
absl::Status CheckKeys(const std::string& jwks, const std::string& field);

// Whether the issuer's keys are given or their place is, one of both; else INVALID_FIELDS, on fields of `field`.
absl::Status CheckIssuer(const v1::TrustedIssuer& issuer, const std::string& field);

// The issuer as the request wants it. Fails with INVALID_FIELDS as above, and for a mask that names what cannot be changed.
absl::StatusOr<TrustedIssuer> UpdatedIssuer(const TrustedIssuer& issuer, const v1::UpdateTrustedIssuerRequest& request);

// The issuer that `proto` asks for, in `directory` under `id`.
TrustedIssuer NewIssuer(const std::string& directory, const std::string& id, const v1::TrustedIssuer& proto);

v1::TrustedIssuer ToProto(const TrustedIssuer& issuer);

}  // namespace hearth
