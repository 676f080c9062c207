// What a call presents of itself: a bearer token, a client certificate, or both.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace hearth {

// The credentials of one call, of which nothing is verified but what TLS has verified.
struct Credentials {
  std::optional<std::string> token;  // The bearer token (RFC 6750, 2.1).
  std::vector<std::string>
      identities;  // Of the certificate that TLS verified against the configured roots; empty: none was presented.
};

// Reads them. Fails with UNAUTHENTICATED and a text for the log only: nothing is presented; more than one authorization, or one that is
// no bearer token; metadata that claims an identity in another way (x-user-id, x-forwarded-client-cert and the like: a server that
// honours such a name trusts whoever can send it); a certificate that names no service (IdentitiesOf).
absl::StatusOr<Credentials> CredentialsOf(const grpc::ServerContextBase& context);

}  // namespace hearth
