// Who may give and take which role.
#pragma once

#include "absl/status/status.h"
#include "server/authz/access.h"

namespace hearth {

// OK when a caller who holds roles.assign may give `role`, or take it. As in the model system, a Global Administrator or a Privileged Role
// Administrator of the whole directory gives every role, to anybody. Whoever else holds the permission, by a custom role or as a service, gives no
// more than they hold themselves: a role that they hold as widely, or a custom role whose every permission they hold in the whole directory. Else ROLE_BEYOND_CALLER. Pure.
absl::Status CheckMayGive(const Access& access, const HeldRole& role);

// OK when the caller gives every role: for what could make any role reach further. Else ROLE_BEYOND_CALLER, which names `what`. Pure.
absl::Status CheckMayGiveAll(const Access& access, const std::string& what);

}  // namespace hearth
