#include "server/directory/permission_rules.h"

#include <set>

#include "server/base/error.h"

namespace hearth {

absl::StatusOr<std::vector<v1::Permission>> GivablePermissions(const google::protobuf::RepeatedField<int>& numbers,
                                                               const std::string& field) {
  std::set<v1::Permission> permissions;
  for (const int number : numbers) {
    if (!v1::Permission_IsValid(number) || number == v1::PERMISSION_UNSPECIFIED) {
      return InvalidField(field, "each must be one of the permissions");
    }
    if (number == v1::PERMISSION_PLATFORM_ADMIN) return InvalidField(field, "platform.admin cannot be given");
    permissions.insert(static_cast<v1::Permission>(number));
  }
  if (permissions.empty()) return InvalidField(field, "at least one is needed");
  return std::vector<v1::Permission>(permissions.begin(), permissions.end());
}

}  // namespace hearth
