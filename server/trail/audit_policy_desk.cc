#include "server/trail/audit_policy_desk.h"

#include <string>

#include "google/protobuf/util/time_util.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/directory/update.h"
#include "server/trail/audit_policy_store.h"

namespace hearth {
namespace {

using google::protobuf::util::TimeUtil;

v1::AuditPolicy PolicyProto(std::string_view directory, const AuditPolicy& policy) {
  v1::AuditPolicy proto;
  proto.set_name(AuditPolicyName(directory));
  *proto.mutable_retention() = TimeUtil::SecondsToDuration(absl::ToInt64Seconds(policy.retention));
  *proto.mutable_personal_retention() = TimeUtil::SecondsToDuration(absl::ToInt64Seconds(policy.personal_retention));
  if (policy.update_time != absl::InfinitePast()) *proto.mutable_update_time() = ToProto(policy.update_time);
  proto.set_etag(std::to_string(policy.revision));
  return proto;
}

// The policy with what the request changes; a field that the mask names and the request leaves out returns to its default.
absl::StatusOr<AuditPolicy> Updated(AuditPolicy policy, const v1::UpdateAuditPolicyRequest& request) {
  ASSIGN_OR_RETURN(const auto fields,
                   FieldsToUpdate(request.audit_policy(), request.update_mask(), {"retention", "personal_retention"}));
  const auto value = [](bool given, const google::protobuf::Duration& span, absl::Duration otherwise) {
    return given ? absl::Seconds(TimeUtil::DurationToSeconds(span)) : otherwise;
  };
  const v1::AuditPolicy& asked = request.audit_policy();
  if (fields.contains("retention")) {
    policy.retention = value(asked.has_retention(), asked.retention(), AuditPolicy{}.retention);
  }
  if (fields.contains("personal_retention")) {
    policy.personal_retention =
        value(asked.has_personal_retention(), asked.personal_retention(), AuditPolicy{}.personal_retention);
  }
  return policy;
}

}  // namespace

absl::StatusOr<v1::GetAuditPolicyResponse> AuditPolicyDesk::GetAuditPolicy(const Call& call,
                                                                           const v1::GetAuditPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Look<v1::GetAuditPolicyResponse>(
      database_, call, name.directory, [&](Tx& tx, v1::GetAuditPolicyResponse& response) {
        *response.mutable_audit_policy() = PolicyProto(name.directory, FindAuditPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateAuditPolicyResponse> AuditPolicyDesk::UpdateAuditPolicy(
    const Call& call, const v1::UpdateAuditPolicyRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.audit_policy().name()));
  return Change<v1::UpdateAuditPolicyResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateAuditPolicyResponse& response) -> absl::Status {
        const AuditPolicy stored = FindAuditPolicy(tx, name.directory, /*lock=*/true);
        RETURN_IF_ERROR(CheckEtag(request.audit_policy().etag(), stored.revision, "audit policy"));
        ASSIGN_OR_RETURN(const AuditPolicy updated, Updated(stored, request));
        WriteAuditPolicy(tx, name.directory, updated);
        *response.mutable_audit_policy() = PolicyProto(name.directory, FindAuditPolicy(tx, name.directory));
        return absl::OkStatus();
      });
}

}  // namespace hearth
