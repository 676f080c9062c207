#include "server/directory/issuer_rules.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "server/authn/jwks.h"
#include "server/authn/sample_keys.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {

absl::Status CheckKeys(const std::string& jwks, const std::string& field) {
  const auto keys = KeySet::Parse(jwks);
  if (!keys.ok()) return InvalidField(field, std::string(keys.status().message()));
  const auto sample = FindSampleKey(jwks);
  if (!sample.has_value()) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("keys[", *sample, "] is an example of a standard or a tool, with which anybody can sign;",
                          " generate a key of your own"));
}

absl::Status CheckIssuer(const v1::TrustedIssuer& issuer, const std::string& field) {
  if (issuer.jwks_uri().empty()) return CheckKeys(issuer.jwks(), field + ".jwks");
  if (issuer.jwks().empty()) return absl::OkStatus();
  return InvalidField(field + ".jwks_uri", "must be absent when jwks is given");
}

absl::StatusOr<TrustedIssuer> UpdatedIssuer(const TrustedIssuer& issuer,
                                            const v1::UpdateTrustedIssuerRequest& request) {
  const v1::TrustedIssuer& proto = request.trusted_issuer();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(), {"audience", "jwks", "jwks_uri"}));
  TrustedIssuer updated = issuer;
  if (fields.contains("audience")) updated.audience = proto.audience();
  if (updated.audience.empty()) return InvalidField("trusted_issuer.audience", "must not be empty");
  if (!fields.contains("jwks") && !fields.contains("jwks_uri")) return updated;
  v1::TrustedIssuer keys;
  if (fields.contains("jwks")) keys.set_jwks(proto.jwks());
  if (fields.contains("jwks_uri")) keys.set_jwks_uri(proto.jwks_uri());
  RETURN_IF_ERROR(CheckIssuer(keys, "trusted_issuer"));
  // Keys that were fetched stay until the same place is asked again; those of another place are not trusted.
  if (keys.jwks_uri().empty() || keys.jwks_uri() != issuer.jwks_uri) updated.jwks = keys.jwks();
  updated.jwks_uri = keys.jwks_uri();
  return updated;
}

TrustedIssuer NewIssuer(const std::string& directory, const std::string& id, const v1::TrustedIssuer& proto) {
  return {.directory = directory,
          .id = id,
          .issuer = proto.issuer(),
          .audience = proto.audience(),
          .jwks = proto.jwks(),
          .jwks_uri = proto.jwks_uri(),
          .keys_problem = "",
          .revision = 0,
          .create_time = {},
          .keys_fetch_time = {},
          .external_guests = proto.external_guests()};
}

v1::TrustedIssuer ToProto(const TrustedIssuer& issuer) {
  v1::TrustedIssuer proto;
  proto.set_name(TrustedIssuerName(issuer.directory, issuer.id));
  proto.set_issuer(issuer.issuer);
  proto.set_audience(issuer.audience);
  if (issuer.jwks_uri.empty()) proto.set_jwks(issuer.jwks);
  proto.set_jwks_uri(issuer.jwks_uri);
  proto.set_keys_problem(issuer.keys_problem);
  proto.set_external_guests(issuer.external_guests);
  proto.set_etag(std::to_string(issuer.revision));
  if (issuer.keys_fetch_time != absl::InfinitePast())
    *proto.mutable_keys_fetch_time() = ToProto(issuer.keys_fetch_time);
  *proto.mutable_create_time() = ToProto(issuer.create_time);
  return proto;
}

}  // namespace hearth
