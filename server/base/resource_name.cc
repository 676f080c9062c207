#include "server/base/resource_name.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/text.h"

namespace hearth {
namespace {

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsLabel(std::string_view label, size_t longest) {
  if (label.empty() || label.size() > longest || label.back() == '-' || !IsLowerOrDigit(label.front())) return false;
  for (const char c : label) {
    if (!IsLowerOrDigit(c) && c != '-') return false;
  }
  return true;
}

bool IsRoleId(std::string_view role) {
  constexpr std::string_view kCustom = "custom.";
  if (role.starts_with(kCustom)) return IsLabel(role.substr(kCustom.size()), 63);
  if (role.empty() || role.size() > 63) return false;
  for (const char c : role) {
    if (!IsLowerOrDigit(c) && c != '_') return false;
  }
  return true;
}

// What a directory has one of (AIP-156).
bool IsSingleton(std::string_view name) {
  return name == "mailSettings" || name == "guestPolicy" || name == "resetPolicy" || name == "passwordPolicy" ||
         name == "signInPolicy" || name == "auditPolicy";
}

// What a directory has many of.
bool IsCollection(std::string_view name) {
  static constexpr std::string_view kCollections[] = {
      "users",  "domains",     "trustedIssuers", "serviceAccounts", "administrativeUnits",
      "groups", "customRoles", "resetRequests",  "eventReceivers",  "mails"};
  return std::find(std::begin(kCollections), std::end(kCollections), name) != std::end(kCollections);
}

std::string Child(std::string_view directory, absl::string_view collection, std::string_view id) {
  return absl::StrCat("directories/", ToAbsl(directory), "/", collection, "/", ToAbsl(id));
}

}  // namespace

bool IsResourceId(std::string_view id) { return IsLabel(id, 63); }

bool IsDomain(std::string_view domain) {
  if (domain.size() < 3 || domain.size() > 48 || domain.find('.') == std::string_view::npos) return false;
  for (const absl::string_view label : absl::StrSplit(ToAbsl(domain), '.')) {
    if (!IsLabel(ToStd(label), 63)) return false;
  }
  return true;
}

std::optional<ResourceName> ParseResourceName(std::string_view name) {
  if (name.size() > 400) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(ToAbsl(name), '/');
  if (parts.size() < 2 || parts[0] != "directories") return std::nullopt;
  ResourceName parsed;
  parsed.directory = ToStd(parts[1]);
  if (!IsResourceId(parsed.directory)) return std::nullopt;
  if (parts.size() == 2) return parsed;
  parsed.collection = ToStd(parts[2]);
  if (parts.size() == 3) return IsSingleton(parsed.collection) ? std::optional(parsed) : std::nullopt;
  parsed.id = ToStd(parts[3]);
  if (!IsCollection(parsed.collection)) return std::nullopt;
  if (parts.size() == 4 && parsed.collection == "users" && parsed.id == kAll) return parsed;
  if (parsed.collection == "domains" ? !IsDomain(parsed.id) : !IsResourceId(parsed.id)) return std::nullopt;
  if (parts.size() == 4) return parsed;
  if (parts.size() == 6 && parsed.collection == "users" && parts[4] == "memberships") {
    parsed.holder = parsed.collection;
    parsed.collection = "memberships";
    parsed.membership = ToStd(parts[5]);
    return IsResourceId(parsed.membership) ? std::optional(parsed) : std::nullopt;
  }
  const bool holds_roles = parsed.collection == "users" || parsed.collection == "groups";
  if (parts.size() != 6 || !holds_roles || parts[4] != "roleAssignments") return std::nullopt;
  parsed.holder = parsed.collection;
  parsed.collection = "roleAssignments";
  const size_t at = parts[5].find('@');
  parsed.role = ToStd(parts[5].substr(0, at));
  if (!IsRoleId(parsed.role)) return std::nullopt;
  if (at == absl::string_view::npos) return parsed;
  parsed.unit = ToStd(parts[5].substr(at + 1));
  if (!IsResourceId(parsed.unit)) return std::nullopt;
  return parsed;
}

std::string DirectoryName(std::string_view directory) { return absl::StrCat("directories/", ToAbsl(directory)); }
std::string UserName(std::string_view directory, std::string_view user) { return Child(directory, "users", user); }
std::string DomainName(std::string_view directory, std::string_view domain) {
  return Child(directory, "domains", domain);
}
std::string TrustedIssuerName(std::string_view directory, std::string_view issuer) {
  return Child(directory, "trustedIssuers", issuer);
}
std::string ServiceAccountName(std::string_view directory, std::string_view account) {
  return Child(directory, "serviceAccounts", account);
}
std::string MailName(std::string_view directory, std::string_view mail) { return Child(directory, "mails", mail); }

std::string MailSettingsName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/mailSettings");
}
std::string AdministrativeUnitName(std::string_view directory, std::string_view unit) {
  return Child(directory, "administrativeUnits", unit);
}
std::string GroupName(std::string_view directory, std::string_view group) { return Child(directory, "groups", group); }
std::string CustomRoleName(std::string_view directory, std::string_view custom_role) {
  return Child(directory, "customRoles", custom_role);
}
std::string RoleAssignmentId(std::string_view role, std::string_view unit) {
  return absl::StrCat(ToAbsl(role), unit.empty() ? "" : "@", ToAbsl(unit));
}
std::string RoleAssignmentName(std::string_view holder, std::string_view assignment_id) {
  return absl::StrCat(ToAbsl(holder), "/roleAssignments/", ToAbsl(assignment_id));
}
std::string ResetPolicyName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/resetPolicy");
}
std::string PasswordPolicyName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/passwordPolicy");
}
std::string SignInPolicyName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/signInPolicy");
}
std::string AuditPolicyName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/auditPolicy");
}
std::string ResetRequestName(std::string_view directory, std::string_view request) {
  return Child(directory, "resetRequests", request);
}
std::string EventReceiverName(std::string_view directory, std::string_view receiver) {
  return Child(directory, "eventReceivers", receiver);
}

std::string MembershipName(std::string_view directory, std::string_view user, std::string_view membership) {
  return absl::StrCat(UserName(directory, user), "/memberships/", ToAbsl(membership));
}
std::string GuestPolicyName(std::string_view directory) {
  return absl::StrCat(DirectoryName(directory), "/guestPolicy");
}

}  // namespace hearth
