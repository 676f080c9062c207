#include "server/rpc/gate.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "server/authz/access_store.h"
#include "server/authz/fence.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/rpc/formats.h"
#include "server/rpc/request_validator.h"
#include "server/rpc/wire.h"

namespace hearth {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The strings of a message that name resources of a directory, and the principal names in its target.
struct Named {
  std::vector<std::string> resources;
  std::string user_principal_name;
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
  if (access == v1::ACCESS_PLATFORM) {
    return Refuse(v1::ERROR_REASON_PERMISSION_MISSING, {{"permission", PermissionName(policy.permission())}});
  }
  return CheckPermission(policy, work.call.access, IsSelf(work, named));
}

absl::Status AdmitOne(Work& work) {
  Named named;
  CollectNames(work.rpc->request_plan, *work.request, named);
  RETURN_IF_ERROR(CheckAccess(work, named));
  RETURN_IF_ERROR(ValidateRequest(work.rpc->request_plan, *work.request));
  ClearOutputOnly(work.rpc->request_plan, *work.request);
  return absl::OkStatus();
}

}  // namespace

void Gate::Admit(absl::Span<Work* const> batch) {
  authenticator_.Authenticate(batch);
  for (Work* work : batch) {
    if (!work->status.ok()) continue;
    work->status = ParseMessage(*work->request_bytes, *work->request);
    if (work->status.ok()) work->status = AdmitOne(*work);
  }
}

}  // namespace hearth
