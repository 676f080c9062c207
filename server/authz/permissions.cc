#include "server/authz/permissions.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr std::string_view kCustomPrefix = "custom.";
constexpr size_t kRolePrefix = std::string_view("ROLE_").size();
constexpr size_t kPermissionPrefix = std::string_view("PERMISSION_").size();

const v1::RoleGrants& GrantsOf(v1::Role role) {
  return v1::Role_descriptor()->FindValueByNumber(role)->options().GetExtension(v1::role);
}

std::array<PermissionSet, v1::Role_ARRAYSIZE> ReadGrants() {
  std::array<PermissionSet, v1::Role_ARRAYSIZE> sets;
  for (int number = 1; number < v1::Role_ARRAYSIZE; ++number) {
    for (const int permission : GrantsOf(static_cast<v1::Role>(number)).permissions()) {
      sets[static_cast<size_t>(number)].Add(static_cast<v1::Permission>(permission));
    }
  }
  return sets;
}

}  // namespace

const PermissionSet& PermissionsOf(v1::Role role) {
  static const auto sets = ReadGrants();
  return sets[static_cast<size_t>(role)];
}

const std::string& RoleDisplayName(v1::Role role) { return GrantsOf(role).display_name(); }

bool IsUnitAssignable(v1::Role role) { return GrantsOf(role).unit_assignable(); }

std::string RoleId(v1::Role role) { return absl::AsciiStrToLower(v1::Role_Name(role).substr(kRolePrefix)); }

std::optional<v1::Role> RoleFromId(std::string_view id) {
  v1::Role role;
  if (!v1::Role_Parse(absl::StrCat("ROLE_", absl::AsciiStrToUpper(ToAbsl(id))), &role) ||
      role == v1::ROLE_UNSPECIFIED) {
    return std::nullopt;
  }
  return role;
}

std::string CustomRoleId(std::string_view custom_role) {
  return absl::StrCat(ToAbsl(kCustomPrefix), ToAbsl(custom_role));
}

std::optional<std::string_view> CustomRoleOf(std::string_view role_id) {
  if (!role_id.starts_with(kCustomPrefix)) return std::nullopt;
  return role_id.substr(kCustomPrefix.size());
}

std::string PermissionName(v1::Permission permission) {
  std::string name = absl::AsciiStrToLower(v1::Permission_Name(permission).substr(kPermissionPrefix));
  const size_t first = name.find('_');
  if (first != std::string::npos) name[first] = '.';
  return name;
}

std::optional<v1::Permission> PermissionFromName(std::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(absl::StrReplaceAll(ToAbsl(name), {{".", "_"}}));
  v1::Permission permission;
  if (!v1::Permission_Parse(absl::StrCat("PERMISSION_", upper), &permission) ||
      permission == v1::PERMISSION_UNSPECIFIED) {
    return std::nullopt;
  }
  return permission;
}

}  // namespace hearth
