#include "server/reset/policy_desk.h"

#include <string>

#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/group_store.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/reset/policy_rules.h"
#include "server/reset/policy_store.h"

namespace hearth {
namespace {

v1::ResetPolicy PolicyProto(std::string_view directory, const StoredResetPolicy& stored) {
  v1::ResetPolicy proto = stored.policy;
  proto.set_name(ResetPolicyName(directory));
  if (stored.update_time != absl::InfinitePast()) *proto.mutable_update_time() = ToProto(stored.update_time);
  proto.set_etag(std::to_string(stored.revision));
  return proto;
}

// The group is of this directory: the fence has looked at its name.
absl::Status CheckGroup(Tx& tx, std::string_view directory, const v1::ResetPolicy& policy) {
  const auto group = ParseResourceName(policy.self_service_group());
  if (policy.self_service() != v1::ResetPolicy::SELF_SERVICE_SELECTED_GROUP || !group.has_value()) {
    return absl::OkStatus();
  }
  if (FindGroup(tx, directory, group->id).has_value()) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "group"}});
}

}  // namespace

absl::StatusOr<v1::GetResetPolicyResponse> ResetPolicyDesk::GetResetPolicy(const Call& call,
                                                                           const v1::GetResetPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetResetPolicyResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetResetPolicyResponse& response) {
        *response.mutable_reset_policy() = PolicyProto(name.directory, FindResetPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateResetPolicyResponse> ResetPolicyDesk::UpdateResetPolicy(
    const Call& call, const v1::UpdateResetPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.reset_policy().name()));
  return Change<v1::UpdateResetPolicyResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateResetPolicyResponse& response) -> absl::Status {
        const StoredResetPolicy stored = FindResetPolicy(tx, name.directory, /*lock=*/true);
        RETURN_IF_ERROR(CheckEtag(request.reset_policy().etag(), stored.revision, "reset policy"));
        ASSIGN_OR_RETURN(const v1::ResetPolicy updated, UpdatedResetPolicy(stored.policy, request));
        RETURN_IF_ERROR(CheckGroup(tx, name.directory, updated));
        WriteResetPolicy(tx, name.directory, updated);
        *response.mutable_reset_policy() = PolicyProto(name.directory, FindResetPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

}  // namespace hearth
