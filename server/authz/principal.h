// Who calls.
#pragma once

#include <string>

namespace hearth {

// An authenticated identity: the subject that an issuer vouches for, in the one directory that the issuer is
// registered for, or the service account that a certificate is bound to. Never an e-mail claim. The subject is
// the id of a person or of a service account of that directory.
struct Principal {
  std::string directory;
  std::string subject;
  bool operator==(const Principal&) const = default;
};

// Whom an issuer of external guests vouches for (TrustedIssuer.external_guests in resources.proto).
struct ExternalIdentity {
  std::string issuer;
  std::string subject;
  std::string verified_mail;  // In lower case; empty when the issuer has verified none.
};

}  // namespace hearth
