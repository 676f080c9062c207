// What holds for roles that directories define.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/authz/held_role.h"
#include "server/directory/custom_role_store.h"

namespace hearth {

// Ours: enough for one role a task, few enough for one page.
inline constexpr int kMostCustomRoles = 100;

absl::Status CustomRoleNotFound();

// The role as somebody would hold it, in the whole directory or on a unit.
HeldRole Held(const CustomRole& role, const std::string& unit = "");

// Locks and reads the role for a change. Fails with NOT_FOUND, and with ETAG_MISMATCH when an etag is given and is not the current.
absl::StatusOr<CustomRole> LockCustomRoleForChange(Tx& tx, std::string_view directory, std::string_view id,
                                                   const std::string& etag);

}  // namespace hearth
