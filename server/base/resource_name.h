// Resource names: directories/{directory}/users/{user} and the like (AIP-122).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

// A resource name, taken apart. The parts are views into the name.
struct ResourceName {
  std::string_view directory;   // {directory}
  std::string_view collection;  // "users", "domains", …; empty for a directory's own name.
  std::string_view id;          // {user}, {domain}, …
  std::string_view role;        // {role} of …/users/{user}/roleAssignments/{role}; else empty.
};

// Takes a name apart; nullopt when it has none of the contract's forms. Every id is well-formed by IsResourceId, a domain by IsDomain.
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
std::string RoleAssignmentName(std::string_view directory, std::string_view user, std::string_view role);

// The reserved directory whose users may be platform operators.
inline constexpr std::string_view kPlatformDirectory = "platform";

}  // namespace hearth
