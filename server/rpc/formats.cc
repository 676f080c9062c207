#include "server/rpc/formats.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/authn/certificate.h"
#include "server/base/invitation_token.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"
#include "server/mail/language.h"
#include "server/mail/mail_rules.h"
#include "server/rpc/visible_text.h"

namespace hearth {
namespace {

constexpr size_t kMaxPrincipalName = 113;  // As in the model system: 113 in all, 64 before and 48 after the @.
constexpr size_t kMaxLocalPart = 64;
constexpr size_t kMaxUri = 2048;
constexpr size_t kMaxIssuer = 255;
constexpr size_t kMaxPasswordBytes = 1024;
constexpr size_t kMaxJwks = 64 * 1024;
constexpr size_t kMaxToken = 512;
constexpr size_t kMaxFilter = 512;
constexpr size_t kMinBannedTerm = 4;  // As in the model system.
constexpr size_t kMaxBannedTerm = 16;
constexpr size_t kMaxPasswordHash = 2048;
constexpr size_t kResetToken = 43;  // 32 bytes in base64url.

constexpr char kEmpty[] = "must not be empty: nothing of it can be seen";

constexpr std::string_view kLocalPartSymbols = "'.-_!#^~";
constexpr std::string_view kIdentifierSymbols = "._-:/@";

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool AllOf(std::string_view text, std::string_view symbols) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return IsAlphanumeric(c) || symbols.find(c) != std::string_view::npos; });
}

// Part of the principal names that other systems make for guests (user1_forthcoffee.com#EXT#@contoso.com): people would take one that was made
// natively for such a guest.
constexpr absl::string_view kGuestMark = "#ext#";

// ASCII without control characters.
bool IsVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool IsPrincipalName(std::string_view text) {
  const size_t at = text.find('@');
  if (text.size() > kMaxPrincipalName || at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  if (local.empty() || local.size() > kMaxLocalPart || !AllOf(local, kLocalPartSymbols)) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  if (absl::StrContains(absl::AsciiStrToLower(ToAbsl(local)), kGuestMark)) return false;
  return IsDomain(absl::AsciiStrToLower(ToAbsl(text.substr(at + 1))));
}

bool IsColor(std::string_view text) {
  return text.size() == 7 && text[0] == '#' && std::all_of(text.begin() + 1, text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsUuid4(std::string_view text) {
  if (text.size() != 36 || text[14] != '4' || std::string_view("89abAB").find(text[19]) == std::string_view::npos)
    return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

// https://host[:port][/path…] of visible ASCII, without user information.
bool IsHttps(std::string_view text, size_t longest) {
  if (text.size() > longest || !absl::StartsWith(ToAbsl(text), "https://")) return false;
  const std::string_view rest = text.substr(8);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || !AllOf(authority, ".-:[]")) return false;
  return std::all_of(rest.begin(), rest.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\'; });
}

bool HasName(std::string_view text, std::string_view collection) {
  const auto name = ParseResourceName(text);
  return name.has_value() && name->collection == collection && name->id != kAll;
}

// directories/{directory}/users/-
bool IsAllUsers(std::string_view text) {
  const auto name = ParseResourceName(text);
  return name.has_value() && name->collection == "users" && name->id == kAll;
}

bool IsDigest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsResetCode(std::string_view text) {
  return text.size() == 8 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
}

std::string Unless(bool good, absl::string_view defect) { return good ? "" : std::string(defect); }

}  // namespace

std::string FormatDefect(v1::Format format, std::string_view text, uint32_t max_code_points) {
  const size_t longest = max_code_points == 0 ? 256 : max_code_points;
  switch (format) {
    case v1::FORMAT_PASSWORD:
      return Unless(text.size() <= kMaxPasswordBytes, "must be at most 256 code points and 1024 bytes");
    case v1::FORMAT_JWKS:
      return Unless(text.size() <= kMaxJwks, "must be a JSON Web Key Set of at most 64 KiB");
    default:
      break;
  }
  if (HasInvisible(text)) return "must not have control characters or other invisible ones";
  switch (format) {
    case v1::FORMAT_DIRECTORY_NAME:
      return Unless(HasName(text, ""), "must have the form directories/{directory}");
    case v1::FORMAT_USER_NAME:
      return Unless(HasName(text, "users"), "must have the form directories/{directory}/users/{user}");
    case v1::FORMAT_USER_NAME_OR_ALL:
      return Unless(HasName(text, "users") || IsAllUsers(text),
                    "must have the form directories/{directory}/users/{user}, or - for the user");
    case v1::FORMAT_DOMAIN_NAME:
      return Unless(HasName(text, "domains"), "must have the form directories/{directory}/domains/{domain}");
    case v1::FORMAT_ROLE_ASSIGNMENT_NAME:
      return Unless(HasName(text, "roleAssignments"),
                    "must have the form directories/{directory}/users/{user}/roleAssignments/{role_assignment}, or the "
                    "same under groups/{group}");
    case v1::FORMAT_GROUP_NAME:
      return Unless(HasName(text, "groups"), "must have the form directories/{directory}/groups/{group}");
    case v1::FORMAT_CUSTOM_ROLE_NAME:
      return Unless(HasName(text, "customRoles"),
                    "must have the form directories/{directory}/customRoles/{custom_role}");
    case v1::FORMAT_ROLE_HOLDER_NAME:
      return Unless(
          HasName(text, "users") || HasName(text, "groups"),
          "must have the form directories/{directory}/users/{user} or directories/{directory}/groups/{group}");
    case v1::FORMAT_ADMINISTRATIVE_UNIT_NAME:
      return Unless(HasName(text, "administrativeUnits"),
                    "must have the form directories/{directory}/administrativeUnits/{administrative_unit}");
    case v1::FORMAT_TRUSTED_ISSUER_NAME:
      return Unless(HasName(text, "trustedIssuers"),
                    "must have the form directories/{directory}/trustedIssuers/{trusted_issuer}");
    case v1::FORMAT_SERVICE_ACCOUNT_NAME:
      return Unless(HasName(text, "serviceAccounts"),
                    "must have the form directories/{directory}/serviceAccounts/{service_account}");
    case v1::FORMAT_RESOURCE_ID:
      return Unless(IsResourceId(text),
                    "must be 1 to 63 of a-z, 0-9 and hyphen, first a letter or digit, last no hyphen");
    case v1::FORMAT_USER_PRINCIPAL_NAME:
      return Unless(IsPrincipalName(text),
                    "must be a principal name such as user1@forthcoffee.com: letters, digits and '.-_!#^~ before the "
                    "@, without #EXT#, a domain after it");
    case v1::FORMAT_DOMAIN:
      return Unless(IsDomain(absl::AsciiStrToLower(ToAbsl(text))), "must be a DNS domain such as forthcoffee.com");
    case v1::FORMAT_UUID4:
      return Unless(IsUuid4(text), "must be a UUID of version 4");
    case v1::FORMAT_DISPLAY_NAME:
      if (ShowsNothing(text)) return kEmpty;
      return Unless(CountCodePoints(text) <= longest && text.front() != ' ' && text.back() != ' ',
                    absl::StrCat("must be at most ", longest, " code points, without a space at either end"));
    case v1::FORMAT_HTTPS_URI:
      return Unless(IsHttps(text, kMaxUri), "must be an https:// address of at most 2048 characters");
    case v1::FORMAT_ISSUER:
      return Unless(IsHttps(text, kMaxIssuer) && text.find_first_of("?#") == std::string_view::npos,
                    "must be an https:// address of at most 255 characters, without query or fragment");
    case v1::FORMAT_MAIL:
      return Unless(IsMailAddress(text), "must be one mail address: letters, digits and symbols, @, a domain");
    case v1::FORMAT_LANGUAGE:
      return Unless(IsLanguageTag(text), "must be a language tag such as de or nl-BE");
    case v1::FORMAT_MAIL_SETTINGS_NAME:
      return Unless(HasName(text, "mailSettings"), "must have the form directories/{directory}/mailSettings");
    case v1::FORMAT_MAIL_NAME:
      return Unless(HasName(text, "mails") && IsUuid4(ParseResourceName(text)->id),
                    "must have the form directories/{directory}/mails/{mail}, the last a UUID of version 4");
    case v1::FORMAT_COLOR:
      return Unless(IsColor(text), "must be a colour of the form #rrggbb");
    case v1::FORMAT_TIME_ZONE:
      return Unless(IsTimeZone(text), "must be a time zone such as Europe/Amsterdam");
    case v1::FORMAT_TOKEN:
      return Unless(text.size() <= kMaxToken, "must be at most 512 characters");
    case v1::FORMAT_GUEST_POLICY_NAME:
      return Unless(HasName(text, "guestPolicy"), "must have the form directories/{directory}/guestPolicy");
    case v1::FORMAT_MEMBERSHIP_NAME:
      return Unless(HasName(text, "memberships"),
                    "must have the form directories/{directory}/users/{user}/memberships/{membership}");
    case v1::FORMAT_INVITATION_TOKEN:
      return Unless(ParseInvitationToken(text).has_value(), "must be the token of an invitation");
    case v1::FORMAT_FILTER:
      return Unless(CountCodePoints(text) <= kMaxFilter, "must be at most 512 characters");
    case v1::FORMAT_RESET_POLICY_NAME:
      return Unless(HasName(text, "resetPolicy"), "must have the form directories/{directory}/resetPolicy");
    case v1::FORMAT_SIGN_IN_POLICY_NAME:
      return Unless(HasName(text, "signInPolicy"), "must have the form directories/{directory}/signInPolicy");
    case v1::FORMAT_PASSWORD_HASH:
      return Unless(text.size() <= kMaxPasswordHash && IsVisible(text),
                    "must be a password hash as text, of at most 2048 visible ASCII characters");
    case v1::FORMAT_RESET_REQUEST_NAME:
      return Unless(HasName(text, "resetRequests"),
                    "must have the form directories/{directory}/resetRequests/{reset_request}");
    case v1::FORMAT_AUDIT_POLICY_NAME:
      return Unless(HasName(text, "auditPolicy"), "must have the form directories/{directory}/auditPolicy");
    case v1::FORMAT_EVENT_RECEIVER_NAME:
      return Unless(HasName(text, "eventReceivers"),
                    "must have the form directories/{directory}/eventReceivers/{event_receiver}");
    case v1::FORMAT_COMPARISONS:
      return Unless(CountCodePoints(text) <= kMaxFilter, "must be at most 512 characters");
    case v1::FORMAT_DIGEST:
      return Unless(IsDigest(text), "must be 64 hexadecimal digits in lower case");
    case v1::FORMAT_RESET_CODE:
      return Unless(IsResetCode(text), "must be 8 digits");
    case v1::FORMAT_RESET_TOKEN:
      return Unless(text.size() == kResetToken && AllOf(text, "-_"), "must be 43 characters of base64url");
    case v1::FORMAT_PASSWORD_POLICY_NAME:
      return Unless(HasName(text, "passwordPolicy"), "must have the form directories/{directory}/passwordPolicy");
    case v1::FORMAT_BANNED_TERM:
      if (ShowsNothing(text)) return kEmpty;
      return Unless(CountCodePoints(text) >= kMinBannedTerm && CountCodePoints(text) <= kMaxBannedTerm &&
                        text.front() != ' ' && text.back() != ' ',
                    "must be 4 to 16 code points, without a space at either end");
    case v1::FORMAT_IDENTIFIER:
      return Unless(text.size() <= 255 && AllOf(text, kIdentifierSymbols),
                    "must be at most 255 letters, digits and ._-:/@");
    case v1::FORMAT_CERTIFICATE_IDENTITY:
      return Unless(IsCertificateIdentity(text),
                    "must be a SPIFFE ID such as spiffe://forthcoffee.com/sign-in, or a DNS name in lower case");
    default:
      if (ShowsNothing(text)) return kEmpty;
      return Unless(CountCodePoints(text) <= longest, absl::StrCat("must be at most ", longest, " code points"));
  }
}

}  // namespace hearth
