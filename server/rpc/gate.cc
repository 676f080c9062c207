#include "server/rpc/gate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/authz/access_store.h"
#include "server/authz/fence.h"
#include "server/base/error.h"
#include "server/base/invitation_token.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/rpc/formats.h"
#include "server/rpc/request_validator.h"
#include "server/rpc/wire.h"

namespace hearth {
namespace {

constexpr absl::Duration kRunPatience = absl::Seconds(1);  // When to ask again while another run goes on.

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The strings of a message that name resources of a directory, the principal names in its target, and the directory that its invitation token
// names.
struct Named {
  std::vector<std::string> resources;
  std::string user_principal_name;
  std::string inviting_directory;
};

void CollectNames(const MessagePlan& plan, const Message& message, Named& named) {
  const auto* reflection = message.GetReflection();
  for (const FieldPlan& field : plan.fields) {
    if (field.field->is_repeated() || field.output_only) continue;
    if (field.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = reflection->GetString(message, field.field);
      if (text.empty()) continue;
      if (IsResourceName(field.rules.format())) named.resources.push_back(text);
      if (field.field->name() == "user_principal_name" && field.field->containing_oneof() != nullptr)
        named.user_principal_name = text;
      if (field.rules.format() == v1::FORMAT_INVITATION_TOKEN) {
        const auto token = ParseInvitationToken(text);
        if (token.has_value()) named.inviting_directory = std::string(token->directory);
      }
    } else if (!field.message.fields.empty() && reflection->HasField(message, field.field)) {
      CollectNames(field.message, reflection->GetMessage(message, field.field), named);
    }
  }
}

bool IsOperator(const Work& work) {
  return work.call.principal.directory == kPlatformDirectory &&
         work.call.access.permissions.Has(v1::PERMISSION_PLATFORM_ADMIN);
}

// Refuses names of other directories before anything is looked up, and notes what the call is about. What has not the form of a name is refused
// further on, and is noted nowhere.
absl::Status Fence(Work& work, const Named& named) {
  if (FormatDefect(v1::FORMAT_USER_PRINCIPAL_NAME, named.user_principal_name, 0).empty()) {
    work.note.target_principal_name = absl::AsciiStrToLower(named.user_principal_name);
  }
  for (const std::string& resource : named.resources) {
    const auto name = ParseResourceName(resource);
    if (!name.has_value()) continue;
    if (work.note.target.empty()) work.note.target = resource;
    const absl::Status fence = CheckFence(work.call.principal, name->directory);
    if (fence.ok()) continue;
    work.note.other_directory = std::string(name->directory);
    return fence;
  }
  return absl::OkStatus();
}

bool IsSelf(const Work& work, const Named& named) {
  const Call& call = work.call;
  if (call.access.kind != PrincipalKind::kPerson) return false;
  if (named.resources.empty()) {
    return !named.user_principal_name.empty() &&
           absl::AsciiStrToLower(named.user_principal_name) == call.access.user_principal_name;
  }
  const auto name = ParseResourceName(named.resources.front());
  const bool of_user = name.has_value() && (name->collection == "users" || name->holder == "users");
  return of_user && name->directory == call.principal.directory && name->id == call.principal.subject;
}

absl::Status CheckAccess(Work& work, const Named& named) {
  const v1::MethodPolicy& policy = work.rpc->policy;
  const v1::Access access = policy.access();
  const bool for_platform = access == v1::ACCESS_PLATFORM || access == v1::ACCESS_PERMISSION_OR_PLATFORM;
  if (for_platform && IsOperator(work)) {
    // An operator acts on any directory; the audit tells that directory.
    if (named.resources.empty()) return absl::OkStatus();
    if (const auto name = ParseResourceName(named.resources.front())) {
      work.note.target = named.resources.front();
      work.note.other_directory = std::string(name->directory);
    }
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(Fence(work, named));
  // The one way through the fence that a policy can declare; what is refused there is seen by both. Outsiders cannot go beyond the directory that
  // trusts their issuer.
  if (access == v1::ACCESS_INVITEE && !named.inviting_directory.empty() && !work.call.outsider.has_value()) {
    work.note.other_directory = named.inviting_directory;
  }
  if (access == v1::ACCESS_PLATFORM) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(policy.permission())}});
  }
  return CheckPermission(policy, work.call.access, IsSelf(work, named));
}

// A limited token opens the call that it is for, for its own person; whatever roles they hold.
absl::Status CheckLimits(const Work& work, const Named& named) {
  if (!work.sign_in.limited) return absl::OkStatus();
  const std::string& scope = work.rpc->policy.limited_scope();
  const auto& scopes = work.sign_in.scopes;
  const bool opens = !scope.empty() && std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  return opens && IsSelf(work, named) ? absl::OkStatus() : Refuse(v1::ERROR_REASON_TOKEN_LIMITED);
}

}  // namespace

absl::Status Gate::TakeFromLimits(const Work& work) {
  const v1::WorkClass work_class = work.rpc->policy.work_class();
  Principal caller = work.call.principal;
  // What strangers ask takes nothing of the directory's own share.
  if (work.call.outsider.has_value()) caller.directory = absl::StrCat("~", caller.directory);
  const auto excess = limiter_.Take(caller, work_class, work.rpc->name);
  if (!excess.has_value()) return absl::OkStatus();
  metrics_.Limited(excess->of_method ? absl::StrCat(excess->limit, "_method") : excess->limit, *work.rpc);
  ErrorMetadata metadata = {{"limit", excess->limit}, {"work_class", WorkClassName(work_class)}};
  if (excess->of_method) metadata.emplace("method", std::string(work.rpc->method->name()));
  return Refuse(v1::ERROR_REASON_RATE_LIMITED, metadata, excess->wait);
}

absl::Status Gate::BeginRun(Work& work) {
  if (work.rpc->policy.work_class() != v1::WORK_CLASS_BULK) return absl::OkStatus();
  work.run = runs_.Begin(work.call.principal.directory, work.rpc->name);
  if (work.run != nullptr) return absl::OkStatus();
  metrics_.Limited("directory_runs", *work.rpc);
  return Refuse(v1::ERROR_REASON_RUN_IN_PROGRESS, {}, kRunPatience);
}

absl::Status Gate::CheckRecentSignIn(const Work& work) const {
  if (!work.rpc->policy.recent_sign_in() || work.call.access.kind != PrincipalKind::kPerson) return absl::OkStatus();
  if (work.sign_in.time.has_value() && clock_.Now() <= *work.sign_in.time + max_sign_in_age_) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_STEP_UP_REQUIRED, {{"max_age", absl::StrCat(absl::ToInt64Seconds(max_sign_in_age_))}});
}

absl::Status Gate::AdmitOne(Work& work) const {
  if (work.authenticated) {
    Named named;
    CollectNames(work.rpc->request_plan, *work.request, named);
    RETURN_IF_ERROR(CheckLimits(work, named));
    RETURN_IF_ERROR(CheckAccess(work, named));
    RETURN_IF_ERROR(CheckRecentSignIn(work));
  }
  const bool streamed = work.rpc->method->client_streaming();
  RETURN_IF_ERROR(ValidateRequest(work.rpc->request_plan, *work.request, streamed ? Rows::kApart : Rows::kWithin));
  if (streamed) work.rows = ValidateRows(work.rpc->request_plan, *work.request);
  ClearOutputOnly(work.rpc->request_plan, *work.request);
  return absl::OkStatus();
}

void Gate::Admit(absl::Span<Work* const> batch) {
  if (batch.empty()) return;
  // The desk looks for the token; nobody else could say who calls. All such callers share one limit.
  const bool by_token = batch[0]->rpc->policy.access() == v1::ACCESS_SINGLE_USE_TOKEN;
  if (!by_token) authenticator_.Authenticate(batch);
  for (Work* work : batch) {
    if (!by_token && !work->authenticated && work->status.ok())
      work->status = absl::InternalError("nobody said who calls");
    // Also of callers who are known and not active, whose refusals are recorded.
    if (work->status.ok() || work->authenticated) {
      if (const absl::Status limits = TakeFromLimits(*work); !limits.ok()) work->status = limits;
    }
    if (work->status.ok()) work->status = ParseMessage(*work->request_bytes, *work->request);
    if (work->status.ok()) work->status = AdmitOne(*work);
    if (work->status.ok()) work->status = BeginRun(*work);
  }
  metrics_.SetBuckets(limiter_.size());
}

}  // namespace hearth
