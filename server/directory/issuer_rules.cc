#include "server/directory/issuer_rules.h"

#include "server/authn/jwks.h"
#include "server/base/error.h"

namespace hearth {

absl::Status CheckKeys(const v1::TrustedIssuer& issuer) {
  const auto keys = KeySet::Parse(issuer.jwks());
  if (keys.ok()) return absl::OkStatus();
  return InvalidField("trusted_issuer.jwks", std::string(keys.status().message()));
}

TrustedIssuer NewIssuer(const std::string& directory, const std::string& id, const v1::TrustedIssuer& proto) {
  return {.directory = directory,
          .id = id,
          .issuer = proto.issuer(),
          .audience = proto.audience(),
          .jwks = proto.jwks(),
          .create_time = {}};
}

}  // namespace hearth
