#include "server/credential/sign_in_desk.h"

#include <string>

#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "server/authz/home_rule.h"
#include "server/authz/unit_reach.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/sign_in_store.h"
#include "server/directory/change.h"
#include "server/directory/target.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

google::protobuf::Duration ToSpan(absl::Duration span) {
  return google::protobuf::util::TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(span));
}

v1::SignInPolicy PolicyProto(std::string_view directory, const StoredSignInRules& stored) {
  v1::SignInPolicy proto;
  proto.set_name(SignInPolicyName(directory));
  proto.set_lockout_threshold(stored.rules.lockout_threshold);
  *proto.mutable_lockout_duration() = ToSpan(stored.rules.lockout_duration);
  *proto.mutable_max_lockout_duration() = ToSpan(stored.rules.max_lockout_duration);
  *proto.mutable_familiar_source_lifetime() = ToSpan(stored.rules.familiar_source_lifetime);
  if (stored.update_time != absl::InfinitePast()) *proto.mutable_update_time() = ToProto(stored.update_time);
  proto.set_etag(std::to_string(stored.revision));
  return proto;
}

void Fill(const SourceCount& count, v1::SignInCount& proto) {
  proto.set_failures(count.failures);
  proto.set_lockouts(count.lockouts);
  if (count.locked_until > absl::Now()) *proto.mutable_locked_until_time() = ToProto(count.locked_until);
}

}  // namespace

absl::StatusOr<v1::GetSignInLockoutResponse> SignInDesk::GetSignInLockout(const Call& call,
                                                                          const v1::GetSignInLockoutRequest& request) {
  const TargetName target{.name = request.name(), .user_principal_name = ""};
  return Look<v1::GetSignInLockoutResponse>(
      database_, call, call.principal.directory, [&](Tx& tx, v1::GetSignInLockoutResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/false));
        RETURN_IF_ERROR(CheckHome(ToTarget(user)));
        RETURN_IF_ERROR(CheckUnitReach(call, user.units));
        const SignInCounts counts = FindSignInCounts(tx, user.directory, user.id);
        Fill(counts.familiar, *response.mutable_familiar());
        Fill(counts.unfamiliar, *response.mutable_unfamiliar());
        response.set_consecutive_failures(counts.consecutive_failures);
        response.set_password_locked(counts.consecutive_failures >= kMostConsecutiveFailures);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ClearSignInLockoutResponse> SignInDesk::ClearSignInLockout(
    const Call& call, const v1::ClearSignInLockoutRequest& request) {
  const TargetName target{.name = request.name(), .user_principal_name = ""};
  return Change<v1::ClearSignInLockoutResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::ClearSignInLockoutResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, target, /*lock=*/true));
        RETURN_IF_ERROR(ToStatus(DecideReset(call.principal, access, ToTarget(user)), ToTarget(user)));
        ClearSignInCounts(tx, user.directory, user.id);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetSignInPolicyResponse> SignInDesk::GetSignInPolicy(const Call& call,
                                                                        const v1::GetSignInPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetSignInPolicyResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetSignInPolicyResponse& response) {
        *response.mutable_sign_in_policy() = PolicyProto(name.directory, FindSignInRules(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateSignInPolicyResponse> SignInDesk::UpdateSignInPolicy(
    const Call& call, const v1::UpdateSignInPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.sign_in_policy().name()));
  return Change<v1::UpdateSignInPolicyResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateSignInPolicyResponse& response) -> absl::Status {
        const StoredSignInRules stored = FindSignInRules(tx, name.directory, /*lock=*/true);
        RETURN_IF_ERROR(CheckEtag(request.sign_in_policy().etag(), stored.revision, "sign-in policy"));
        ASSIGN_OR_RETURN(const SignInRules updated, UpdatedSignInRules(stored.rules, request));
        WriteSignInRules(tx, name.directory, updated);
        *response.mutable_sign_in_policy() = PolicyProto(name.directory, FindSignInRules(tx, name.directory));
        return absl::OkStatus();
      });
}

}  // namespace hearth
