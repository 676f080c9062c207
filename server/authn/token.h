// Bearer tokens: JSON Web Tokens (RFC 7519) in compact form, signed with RS256, PS256 or ES256. The rules are
// those of RFC 8725 and of access tokens in RFC 9068.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/authn/jwks.h"

namespace hearth {

// The longest token that is looked at.
inline constexpr size_t kMaxTokenBytes = 8 * 1024;
// How far the issuer's clock and ours may differ, for exp, nbf, iat and auth_time.
inline constexpr absl::Duration kTokenLeeway = absl::Seconds(60);
// The longest time from iat (from now, when there is no iat) to exp. A bearer token that lives longer is a
// password that nobody changes.
inline constexpr absl::Duration kMaxTokenLifetime = absl::Hours(24);
// More than any issuer needs; a bound for what is looked up for a token that nobody has verified.
inline constexpr size_t kMaxAudiences = 32;

// Whom an issuer's `sub` names.
enum class SubjectForm {
  kId,        // A user or service account of the directory, by id; satisfies IsResourceId.
  kExternal,  // Somebody outside Hearth: 1 to 255 printable characters of ASCII, no space (OpenID Connect Core, 2).
};

// What a verified token says.
struct TokenClaims {
  std::string issuer;                          // iss
  std::string subject;                         // sub, as SubjectForm says.
  std::string audience;                        // The one of aud's values that was asked for.
  std::vector<std::string> other_audiences{};  // The others.
  absl::Time expires;                          // exp, without leeway.
  absl::Time not_before;                       // nbf, without leeway; the infinite past when absent.
  std::optional<absl::Time> auth_time;         // When the person proved who they are (OpenID Connect Core, 2).
  bool limited = false;                        // Opens only what `scopes` names.
  std::vector<std::string> scopes;             // The values of scope (RFC 8693, 4.2) that begin with "hearth."
  // Of external subjects: email, in lower case, if email_verified is true (OpenID Connect Core, 5.1); else empty.
  std::string verified_mail{};
};

// The issuer that a token NAMES. Nothing is verified: use the result for nothing but to find the keys for
// VerifyToken. Fails with UNAUTHENTICATED when the token has not the form of a signed token: at most 8 KiB,
// three parts in canonical base64url without padding, header and payload JSON objects in which no name stands
// twice, "iss" a text of 1 to 255 bytes. The message is for the log; it holds nothing of the token.
absl::StatusOr<std::string> PeekIssuer(std::string_view token);

// For whom the token says that it is, each once; empty when aud has another form, or more than kMaxAudiences values. Nothing is verified.
std::vector<std::string> PeekAudiences(std::string_view token);

// The key ("kid") that a token NAMES; empty when it has not the form of a signed token. Nothing is verified.
std::string PeekKeyId(std::string_view token);

// Verifies form, header, signature and claims, and returns the claims. `issuer` and `audience` are what the
// token must name, to the byte; `keys` are that issuer's and no other's. Times are judged at `now` with
// kTokenLeeway: accepted from nbf - 60 s on, until just before exp + 60 s, with an iat and auth_time of at
// most now + 60 s. exp and sub are required; exp lies after iat, by at most kMaxTokenLifetime. scope and acr, where
// present, are texts; a scope that begins with "hearth." or an acr of "0" (OpenID Connect Core, 2) makes the token a
// limited one. `subjects` is the form of sub. Every failure
// is UNAUTHENTICATED. The message is for the log only: it names the rule and holds nothing of the token.
// Thread-safe. Costs one signature check (RSA 35, ECDSA 80 microseconds); TokenCache saves it for tokens seen
// before.
absl::StatusOr<TokenClaims> VerifyToken(std::string_view token, const std::string& issuer, const std::string& audience,
                                        const KeySet& keys, absl::Time now, SubjectForm subjects = SubjectForm::kId);

}  // namespace hearth
