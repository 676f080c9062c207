// Reads the registration of an issuer.
#pragma once

#include <optional>
#include <string>

namespace hearth {

class Tx;

// What is registered for an issuer.
struct IssuerRegistration {
  std::string directory;  // The one directory that it vouches for.
  std::string audience;
  std::string jwks;
  int64_t revision = 0;  // Rises with each registration in the whole server.
};

// The registration of the issuer with this `iss`; nullopt when there is none.
std::optional<IssuerRegistration> FindIssuer(Tx& tx, const std::string& issuer);

}  // namespace hearth
