#include "server/authn/certificate.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr std::string_view kSpiffe = "spiffe://";
constexpr size_t kMaxSpiffeId = 2048;
constexpr size_t kMaxTrustDomain = 255;
constexpr size_t kMaxDnsName = 253;  // RFC 1035, 2.3.4, without the root's dot.
constexpr size_t kMaxLabel = 63;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsMark(char c) { return c == '.' || c == '-' || c == '_'; }

bool IsTrustDomain(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTrustDomain &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerOrDigit(c) || IsMark(c); });
}

bool IsSegment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerOrDigit(c) || IsUpper(c) || IsMark(c); });
}

bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

bool NamesSpiffe(const std::string& uri) { return absl::StartsWithIgnoreCase(uri, ToAbsl(kSpiffe)); }

}  // namespace

bool IsSpiffeId(std::string_view text) {
  if (text.size() > kMaxSpiffeId || text.substr(0, kSpiffe.size()) != kSpiffe) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(text.substr(kSpiffe.size())), '/');
  return parts.size() >= 2 && IsTrustDomain(ToStd(parts[0])) &&
         std::all_of(parts.begin() + 1, parts.end(), [](absl::string_view part) { return IsSegment(ToStd(part)); });
}

bool IsDnsIdentity(std::string_view text) {
  if (text.size() > kMaxDnsName) return false;
  const std::vector<absl::string_view> labels = absl::StrSplit(ToAbsl(text), '.');
  return labels.size() >= 2 &&
         std::all_of(labels.begin(), labels.end(), [](absl::string_view label) { return IsLabel(ToStd(label)); });
}

bool IsCertificateIdentity(std::string_view text) { return IsSpiffeId(text) || IsDnsIdentity(text); }

absl::StatusOr<std::vector<std::string>> IdentitiesOf(const CertificateNames& names) {
  if (names.uris.size() + names.dns.size() > kMaxCertificateNames) {
    return absl::UnauthenticatedError("certificate not accepted: too many names");
  }
  if (std::any_of(names.uris.begin(), names.uris.end(), NamesSpiffe)) {
    if (names.uris.size() != 1) return absl::UnauthenticatedError("certificate not accepted: more than one URI");
    if (!IsSpiffeId(names.uris[0])) return absl::UnauthenticatedError("certificate not accepted: malformed SPIFFE ID");
    return names.uris;
  }
  std::vector<std::string> identities;
  for (const std::string& name : names.dns) {
    std::string lower = absl::AsciiStrToLower(name);
    if (IsDnsIdentity(lower)) identities.push_back(std::move(lower));
  }
  if (identities.empty()) return absl::UnauthenticatedError("certificate not accepted: no SPIFFE ID and no DNS name");
  return identities;
}

}  // namespace hearth
