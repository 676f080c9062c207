#include "server/rpc/credentials.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/authn/certificate.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

// Names under which proxies and front ends pass an identity on.
constexpr std::array<const char*, 14> kIdentityMetadata = {"x-user",
                                                           "x-user-id",
                                                           "x-user-email",
                                                           "x-tenant-id",
                                                           "x-directory",
                                                           "x-subject",
                                                           "x-remote-user",
                                                           "x-authenticated-user",
                                                           "x-forwarded-user",
                                                           "x-forwarded-email",
                                                           "x-forwarded-client-cert",
                                                           "x-ssl-client-cert",
                                                           "x-client-cert",
                                                           "x-hearth-principal"};

absl::StatusOr<std::optional<std::string>> TokenOf(const grpc::ServerContextBase& context) {
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  if (first == last) return std::optional<std::string>();
  // Which of two would count?
  if (std::next(first) != last) return absl::UnauthenticatedError("more than one authorization metadata");
  const absl::string_view value(first->second.data(), first->second.size());
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return absl::UnauthenticatedError("not a bearer token");
  return std::optional<std::string>(value.substr(kScheme.size()));
}

std::vector<std::string> Property(const grpc::AuthContext& peer, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : peer.FindPropertyValues(name)) values.emplace_back(value.data(), value.size());
  return values;
}

// The identities of the connection's certificate; empty when it has none. What gRPC says of the connection is shared by all of its calls, so it
// is only read here, never written.
absl::StatusOr<std::vector<std::string>> CertificateOf(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer == nullptr || peer->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME).empty()) {
    return std::vector<std::string>();
  }
  return IdentitiesOf(
      {.uris = Property(*peer, GRPC_PEER_URI_PROPERTY_NAME), .dns = Property(*peer, GRPC_PEER_DNS_PROPERTY_NAME)});
}

}  // namespace

absl::StatusOr<Credentials> CredentialsOf(const grpc::ServerContextBase& context) {
  for (const char* name : kIdentityMetadata) {
    if (context.client_metadata().find(name) != context.client_metadata().end()) {
      return absl::UnauthenticatedError(absl::StrCat("the metadata ", name, " claims an identity"));
    }
  }
  Credentials credentials;
  ASSIGN_OR_RETURN(credentials.token, TokenOf(context));
  ASSIGN_OR_RETURN(credentials.identities, CertificateOf(context));
  if (!credentials.token.has_value() && credentials.identities.empty()) {
    return absl::UnauthenticatedError("no token and no certificate");
  }
  return credentials;
}

}  // namespace hearth
