#include "server/reset/limit_desk.h"

#include <utility>

#include "server/authz/home_rule.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/target.h"
#include "server/reset/limit_store.h"

namespace hearth {

absl::StatusOr<v1::GetResetLimitsResponse> LimitDesk::GetResetLimits(const Call& call,
                                                                     const v1::GetResetLimitsRequest& request) {
  const TargetName target{.name = request.name(), .user_principal_name = ""};
  return Look<v1::GetResetLimitsResponse>(
      database_, call, call.principal.directory, [&](Tx& tx, v1::GetResetLimitsResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/false));
        for (v1::ResetLimitStatus& limit : ListLimits(tx, user.directory, keys_.OfPerson(user.directory, user.id))) {
          *response.add_limits() = std::move(limit);
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ClearResetLimitsResponse> LimitDesk::ClearResetLimits(const Call& call,
                                                                         const v1::ClearResetLimitsRequest& request) {
  const TargetName target{.name = request.name(), .user_principal_name = ""};
  return Change<v1::ClearResetLimitsResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::ClearResetLimitsResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/true));
        RETURN_IF_ERROR(ToStatus(DecideReset(call.principal, access, ToTarget(user)), ToTarget(user)));
        ClearLimits(tx, user.directory, keys_.OfPerson(user.directory, user.id));
        return absl::OkStatus();
      });
}

}  // namespace hearth
