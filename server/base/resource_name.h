// Resource names: directories/{directory}/users/{user} and the like (AIP-122).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

// A resource name, taken apart. The parts are views into the name.
struct ResourceName {
  std::string_view directory;  // {directory}
  // "users", "domains", …, or a singleton such as "mailSettings"; empty for a directory's own name.
  std::string_view collection;
  std::string_view id;  // {user}, {domain}, …
  // "users" or "groups" of {holder}/{id}/roleAssignments/{role}[@{unit}] and …/memberships/{membership}; else empty.
  std::string_view holder;
  std::string_view role;             // The role there: helpdesk_administrator, custom.{custom_role}.
  std::string_view unit;             // The unit there; empty for a role of the whole directory.
  std::string_view membership = {};  // {membership} of users/{user}/memberships/{membership}, a directory; else empty.
};

// In place of a person's id: all people of the directory (AIP-159). No id has this form.
inline constexpr std::string_view kAll = "-";

// Takes a name apart; nullopt when it has none of the contract's forms. Every id is well-formed by IsResourceId (or kAll, of a user), a domain by
// IsDomain.
std::optional<ResourceName> ParseResourceName(std::string_view name);

// 1 to 63 of a-z, 0-9 and hyphen; begins with a letter or digit and does not end with a hyphen.
bool IsResourceId(std::string_view id);

// A DNS domain in lower case: 3 to 48 characters, two labels or more.
bool IsDomain(std::string_view domain);

std::string DirectoryName(std::string_view directory);
std::string UserName(std::string_view directory, std::string_view user);
std::string DomainName(std::string_view directory, std::string_view domain);
std::string TrustedIssuerName(std::string_view directory, std::string_view issuer);
std::string ServiceAccountName(std::string_view directory, std::string_view account);
std::string MailSettingsName(std::string_view directory);
std::string MailName(std::string_view directory, std::string_view mail);
std::string AdministrativeUnitName(std::string_view directory, std::string_view unit);
std::string GroupName(std::string_view directory, std::string_view group);
std::string CustomRoleName(std::string_view directory, std::string_view custom_role);
// "helpdesk_administrator", or "helpdesk_administrator@north" for a role on a unit.
std::string RoleAssignmentId(std::string_view role, std::string_view unit);
// `holder` is the name of a person or a group.
std::string RoleAssignmentName(std::string_view holder, std::string_view assignment_id);
std::string MembershipName(std::string_view directory, std::string_view user, std::string_view membership);
std::string GuestPolicyName(std::string_view directory);
std::string ResetPolicyName(std::string_view directory);
std::string PasswordPolicyName(std::string_view directory);
std::string SignInPolicyName(std::string_view directory);
std::string AuditPolicyName(std::string_view directory);
std::string ResetRequestName(std::string_view directory, std::string_view request);
std::string EventReceiverName(std::string_view directory, std::string_view receiver);

// The reserved directory whose users may be platform operators.
inline constexpr std::string_view kPlatformDirectory = "platform";

}  // namespace hearth
