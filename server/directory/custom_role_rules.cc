#include "server/directory/custom_role_rules.h"

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/update.h"

namespace hearth {

absl::Status CustomRoleNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "custom role"}}); }

HeldRole Held(const CustomRole& role, const std::string& unit) {
  HeldRole held;
  held.id = CustomRoleId(role.id);
  held.unit = unit;
  for (const v1::Permission permission : role.permissions) held.permissions.Add(permission);
  return held;
}

absl::StatusOr<CustomRole> LockCustomRoleForChange(Tx& tx, std::string_view directory, std::string_view id,
                                                   const std::string& etag) {
  if (!LockCustomRole(tx, directory, id)) return CustomRoleNotFound();
  CustomRole role = FindCustomRole(tx, directory, id).value();
  RETURN_IF_ERROR(CheckEtag(etag, role.revision, "custom role"));
  return role;
}

}  // namespace hearth
