#include "server/authn/token.h"

#include <cjose/jws.h>
#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/authn/jose_json.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kMaxIssuerBytes = 255;
constexpr size_t kMaxExternalSubjectBytes = 255;
constexpr double kMaxNumericDate = 253402300799;  // The last second of the year 9999.

constexpr absl::string_view kOwnScopes = "hearth.";
constexpr char kHalfAuthenticated[] = "0";

// Headers that bring or point to a key. The issuer's registered keys are the only ones there are (RFC 8725,
// 3.10).
constexpr const char* kKeyHeaders[] = {"jku", "jwk", "x5u", "x5c"};

absl::Status Rejected(absl::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("token not accepted: ", why));
}

// A token of the right form, of which nothing is verified.
struct ParsedToken {
  JsonPtr header;
  JsonPtr payload;
  size_t signature_bytes = 0;
};

absl::StatusOr<ParsedToken> ParseToken(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return Rejected("longer than 8 KiB");
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return Rejected("not three parts");
  // A third dot is caught here too, for it is no character of base64url.
  const auto header = DecodeBase64Url(token.substr(0, first));
  const auto payload = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  const auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!header.has_value() || !payload.has_value() || !signature.has_value()) {
    return Rejected("a part is not canonical base64url");
  }
  ParsedToken parsed{ParseJsonObject(*header), ParseJsonObject(*payload), signature->size()};
  if (parsed.header == nullptr) return Rejected("the header is not one JSON object with distinct names");
  if (parsed.payload == nullptr) return Rejected("the payload is not one JSON object with distinct names");
  return parsed;
}

absl::StatusOr<std::string> IssuerOf(const ParsedToken& token) {
  const auto issuer = TextMember(token.payload.get(), "iss");
  if (!issuer.has_value() || issuer->empty() || issuer->size() > kMaxIssuerBytes) {
    return Rejected("iss is not a text of 1 to 255 bytes");
  }
  return std::string(*issuer);
}

absl::Status CheckType(const json_t* header) {
  if (json_object_get(header, "typ") == nullptr) return absl::OkStatus();
  // "application/" may be left out (RFC 7515, 4.1.9).
  absl::string_view type = ToAbsl(TextMember(header, "typ").value_or(""));
  if (absl::StartsWithIgnoreCase(type, "application/")) type.remove_prefix(12);
  if (absl::EqualsIgnoreCase(type, "JWT") || absl::EqualsIgnoreCase(type, "at+jwt")) return absl::OkStatus();
  return Rejected("typ is not that of an access token");
}

// The key that the header asks for, once everything else in the header is acceptable.
absl::StatusOr<const PublicKey*> KeyFor(const json_t* header, const KeySet& keys) {
  const auto algorithm = TextMember(header, "alg");
  const bool rsa = algorithm == "RS256" || algorithm == "PS256";
  if (!rsa && algorithm != "ES256") return Rejected("alg is not RS256, PS256 or ES256");
  for (const char* name : kKeyHeaders) {
    if (json_object_get(header, name) != nullptr) return Rejected("the header brings or points to a key");
  }
  // None of the extensions that "crit" could demand is understood here.
  if (json_object_get(header, "crit") != nullptr) return Rejected("crit is present");
  RETURN_IF_ERROR(CheckType(header));
  const auto kid = TextMember(header, "kid");
  if (!kid.has_value()) return Rejected("kid is absent");
  const PublicKey* key = keys.Find(*kid);
  if (key == nullptr) return Rejected("kid is not one of the issuer's keys");
  if (key->type != (rsa ? KeyType::kRsa : KeyType::kEcP256)) return Rejected("alg does not fit the key's type");
  if (!key->algorithm.empty() && key->algorithm != algorithm) return Rejected("alg is not the one of the key");
  return key;
}

bool SignatureHolds(std::string_view token, const PublicKey& key) {
  cjose_err error{};
  const std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)> jws(
      cjose_jws_import(token.data(), token.size(), &error), &cjose_jws_release);
  const bool holds = jws != nullptr && cjose_jws_verify(jws.get(), key.handle.get(), &error);
  // libcjose 0.6.2 takes its own error out of OpenSSL's queue of this thread. Should another release leave
  // some there, the next user of the queue must not take them for its own.
  if (!holds) ERR_clear_error();
  return holds;
}

// The values of aud, a text or texts; empty for anything else, and for too many.
std::vector<std::string> AudiencesOf(const json_t* payload) {
  std::vector<std::string> audiences;
  const auto add = [&](const json_t* value) {
    std::string text(json_string_value(value), json_string_length(value));
    if (std::find(audiences.begin(), audiences.end(), text) == audiences.end()) audiences.push_back(std::move(text));
  };
  const json_t* claim = json_object_get(payload, "aud");
  if (json_is_string(claim)) add(claim);
  if (json_array_size(claim) > kMaxAudiences) return {};
  for (size_t i = 0; i < json_array_size(claim); ++i) {
    const json_t* value = json_array_get(claim, i);
    if (!json_is_string(value)) return {};
    add(value);
  }
  return audiences;
}

// A NumericDate (RFC 7519, 2); nullopt when absent.
absl::StatusOr<std::optional<absl::Time>> TimeClaim(const json_t* payload, const char* name) {
  const json_t* claim = json_object_get(payload, name);
  if (claim == nullptr) return std::optional<absl::Time>();
  const double seconds = json_is_number(claim) ? json_number_value(claim) : -1;
  if (!(seconds >= 0 && seconds <= kMaxNumericDate)) return Rejected(absl::StrCat(name, " is not a time"));
  return std::optional<absl::Time>(absl::UnixEpoch() + absl::Seconds(seconds));
}

absl::Status CheckTimes(const TokenClaims& claims, const std::optional<absl::Time>& issued, absl::Time now) {
  if (now >= claims.expires + kTokenLeeway) return Rejected("exp is past");
  if (now < claims.not_before - kTokenLeeway) return Rejected("nbf is to come");
  if (issued.has_value() && *issued > now + kTokenLeeway) return Rejected("iat is to come");
  if (claims.auth_time.has_value() && *claims.auth_time > now + kTokenLeeway) return Rejected("auth_time is to come");
  if (claims.not_before > claims.expires) return Rejected("exp is before nbf");
  if (issued.has_value() && *issued >= claims.expires) return Rejected("exp is not after iat");
  if (claims.expires - issued.value_or(now + kTokenLeeway) > kMaxTokenLifetime) return Rejected("it lives too long");
  return absl::OkStatus();
}

// A text claim; empty when absent.
absl::StatusOr<std::string> TextClaim(const json_t* payload, const char* name) {
  if (json_object_get(payload, name) == nullptr) return std::string();
  const auto text = TextMember(payload, name);
  if (!text.has_value()) return Rejected(absl::StrCat(name, " is not a text"));
  return std::string(*text);
}

absl::Status ReadLimits(const json_t* payload, TokenClaims& claims) {
  ASSIGN_OR_RETURN(const std::string scope, TextClaim(payload, "scope"));
  ASSIGN_OR_RETURN(const std::string acr, TextClaim(payload, "acr"));
  for (const absl::string_view value : absl::StrSplit(scope, ' ', absl::SkipEmpty())) {
    if (absl::StartsWith(value, kOwnScopes)) claims.scopes.emplace_back(value);
  }
  claims.limited = !claims.scopes.empty() || acr == kHalfAuthenticated;
  return absl::OkStatus();
}

bool IsExternalSubject(std::string_view subject) {
  return !subject.empty() && subject.size() <= kMaxExternalSubjectBytes &&
         std::all_of(subject.begin(), subject.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Who the token is about. The address of an external subject counts only when the issuer says that it has verified it.
absl::Status ReadSubject(const json_t* payload, SubjectForm form, TokenClaims& claims) {
  claims.subject = TextMember(payload, "sub").value_or("");
  if (form == SubjectForm::kId) return IsResourceId(claims.subject) ? absl::OkStatus() : Rejected("sub is not an id");
  if (!IsExternalSubject(claims.subject)) return Rejected("sub is not 1 to 255 printable characters of ASCII");
  if (json_is_true(json_object_get(payload, "email_verified"))) {
    claims.verified_mail = absl::AsciiStrToLower(ToAbsl(TextMember(payload, "email").value_or("")));
  }
  return absl::OkStatus();
}

absl::StatusOr<TokenClaims> ReadClaims(const ParsedToken& token, const std::string& issuer, const std::string& audience,
                                       absl::Time now, SubjectForm subjects) {
  const json_t* payload = token.payload.get();
  TokenClaims claims;
  ASSIGN_OR_RETURN(claims.issuer, IssuerOf(token));
  if (claims.issuer != issuer) return Rejected("iss is another");
  claims.other_audiences = AudiencesOf(payload);
  const auto ours = std::find(claims.other_audiences.begin(), claims.other_audiences.end(), audience);
  if (ours == claims.other_audiences.end()) return Rejected("aud does not include this service");
  claims.other_audiences.erase(ours);
  claims.audience = audience;
  RETURN_IF_ERROR(ReadSubject(payload, subjects, claims));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> expires, TimeClaim(payload, "exp"));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> not_before, TimeClaim(payload, "nbf"));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> issued, TimeClaim(payload, "iat"));
  ASSIGN_OR_RETURN(claims.auth_time, TimeClaim(payload, "auth_time"));
  if (!expires.has_value()) return Rejected("exp is absent");
  claims.expires = *expires;
  claims.not_before = not_before.value_or(absl::InfinitePast());
  RETURN_IF_ERROR(ReadLimits(payload, claims));
  RETURN_IF_ERROR(CheckTimes(claims, issued, now));
  return claims;
}

}  // namespace

absl::StatusOr<std::string> PeekIssuer(std::string_view token) {
  ASSIGN_OR_RETURN(const ParsedToken parsed, ParseToken(token));
  return IssuerOf(parsed);
}

std::vector<std::string> PeekAudiences(std::string_view token) {
  const auto parsed = ParseToken(token);
  return parsed.ok() ? AudiencesOf(parsed->payload.get()) : std::vector<std::string>();
}

std::string PeekKeyId(std::string_view token) {
  const auto parsed = ParseToken(token);
  return parsed.ok() ? std::string(TextMember(parsed->header.get(), "kid").value_or("")) : "";
}

absl::StatusOr<TokenClaims> VerifyToken(std::string_view token, const std::string& issuer, const std::string& audience,
                                        const KeySet& keys, absl::Time now, SubjectForm subjects) {
  ASSIGN_OR_RETURN(const ParsedToken parsed, ParseToken(token));
  ASSIGN_OR_RETURN(const PublicKey* key, KeyFor(parsed.header.get(), keys));
  // The library takes ECDSA signatures of any length; RFC 7518, 3.4, allows one.
  if (parsed.signature_bytes != key->signature_bytes) return Rejected("the signature has another length");
  if (!SignatureHolds(token, *key)) return Rejected("the signature does not hold");
  return ReadClaims(parsed, issuer, audience, now, subjects);
}

}  // namespace hearth
