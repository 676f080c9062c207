#include "server/guest/guest_rules.h"

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/target.h"

namespace hearth {

bool IsGuest(const User& user) { return user.user_type == v1::USER_TYPE_GUEST || !user.homed_here(); }

absl::Status GuestNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "guest user"}}); }

absl::StatusOr<User> LockGuest(Tx& tx, const Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(User user, FindTarget(tx, call, {.name = name, .user_principal_name = ""}, /*lock=*/true));
  if (!IsGuest(user)) return GuestNotFound();
  return user;
}

}  // namespace hearth
