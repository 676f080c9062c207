// Who a client certificate says its holder is: a SPIFFE ID (a URI SAN), or DNS names (DNS SANs; RFC 6125: never the common name).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace hearth {

// Of a certificate with more names than this no name counts: it was not made for a service.
inline constexpr size_t kMaxCertificateNames = 16;

// The subject alternative names of a certificate that was verified against the configured roots, as TLS gives them.
struct CertificateNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns;
};

// spiffe://{trust domain}/{path}, as SPIFFE-ID 2 has it: at most 2,048 bytes; the trust domain of a-z, 0-9 and . - _, at most 255; one
// path segment or more of letters, digits and . - _, none of them "." or "..".
bool IsSpiffeId(std::string_view text);

// A DNS name in lower case: two labels or more, at most 253 bytes, no wildcard.
bool IsDnsIdentity(std::string_view text);

// What a service account can be bound to: IsSpiffeId or IsDnsIdentity.
bool IsCertificateIdentity(std::string_view text);

// The identities that a certificate gives its holder: the SPIFFE ID alone when there is one, else every DNS name, in lower case. Fails
// with UNAUTHENTICATED and a text for the log: more than one URI beside a SPIFFE ID (X509-SVID 2), a malformed SPIFFE ID, no name that
// can be an identity, more than kMaxCertificateNames. Pure.
absl::StatusOr<std::vector<std::string>> IdentitiesOf(const CertificateNames& names);

}  // namespace hearth
