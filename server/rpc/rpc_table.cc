#include "server/rpc/rpc_table.h"

#include <set>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace hearth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// The method that takes this request: every method has a request type of its own, named after it.
const MethodDescriptor* MethodOf(const Descriptor* request) {
  for (int s = 0; s < request->file()->service_count(); ++s) {
    const ServiceDescriptor* service = request->file()->service(s);
    for (int m = 0; m < service->method_count(); ++m) {
      if (service->method(m)->input_type() == request) return service->method(m);
    }
  }
  return nullptr;
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

bool NeedsPermission(v1::Access access) {
  return access != v1::ACCESS_AUTHENTICATED && access != v1::ACCESS_SINGLE_USE_TOKEN && access != v1::ACCESS_INVITEE;
}

// What the policy of a row lacks; empty when nothing.
std::string Defect(const Rpc& rpc) {
  const v1::MethodPolicy& policy = rpc.policy;
  if (policy.access() == v1::ACCESS_UNSPECIFIED) return "no policy, or one without access";
  if (NeedsPermission(policy.access()) && policy.permission() == v1::PERMISSION_UNSPECIFIED) return "no permission";
  if (policy.idempotency() == v1::IDEMPOTENCY_UNSPECIFIED) return "no idempotency";
  if (policy.work_class() == v1::WORK_CLASS_UNSPECIFIED) return "no work class";
  if (policy.audit_action().empty()) return "no audit action";
  if (policy.audit_refusals_only() && policy.idempotency() != v1::IDEMPOTENCY_READ_ONLY)
    return "audit_refusals_only is for what only reads";
  const bool for_batches = policy.work_class() == v1::WORK_CLASS_LOOKUP || policy.work_class() == v1::WORK_CLASS_INTAKE;
  if (for_batches != (policy.max_batch() > 1)) return "LOOKUP and INTAKE are for batches, and batches are one of them";
  const bool bulk = policy.work_class() == v1::WORK_CLASS_BULK, watch = policy.work_class() == v1::WORK_CLASS_WATCH;
  const bool up = rpc.method->client_streaming(), down = rpc.method->server_streaming();
  if (up && down) return "requests and responses cannot both stream";
  if (bulk && !up && !down) return "BULK is for streams";
  if ((up || down) && !bulk && !watch) return "streams are BULK or WATCH";
  if (up && watch) return "WATCH is for streams of responses";
  if (!policy.limited_scope().empty() && policy.limited_scope().rfind("hearth.", 0) != 0) return "a scope of others";
  if (policy.recent_sign_in() && !policy.limited_scope().empty()) return "both recent_sign_in and limited_scope";
  if (rpc.default_deadline <= absl::ZeroDuration() || rpc.max_deadline < rpc.default_deadline) return "no deadlines";
  return "";
}

}  // namespace

std::string WorkClassName(v1::WorkClass work_class) {
  constexpr std::string_view kPrefix = "WORK_CLASS_";
  return absl::AsciiStrToLower(v1::WorkClass_Name(work_class).substr(kPrefix.size()));
}

void RpcTable::AddRow(const google::protobuf::Message& request, const google::protobuf::Message& response,
                      std::function<void(absl::Span<Served>)> serve) {
  const MethodDescriptor* method = MethodOf(request.GetDescriptor());
  if (method == nullptr || method->output_type() != response.GetDescriptor()) {
    defects_.push_back(absl::StrCat(request.GetDescriptor()->full_name(), ": no method takes it and gives ",
                                    response.GetDescriptor()->full_name()));
    return;
  }
  auto rpc = std::make_unique<Rpc>();
  rpc->method = method;
  rpc->policy = method->options().GetExtension(v1::policy);
  rpc->default_deadline = ToDuration(rpc->policy.default_deadline());
  rpc->max_deadline = ToDuration(rpc->policy.max_deadline());
  rpc->name = absl::StrCat(method->service()->name(), "/", method->name());
  rpc->request_plan = MakePlan(request.GetDescriptor());
  rpc->response_plan = MakePlan(response.GetDescriptor());
  rpc->request = &request;
  rpc->response = &response;
  rpc->serve = std::move(serve);
  if (!rows_.emplace(method->full_name(), std::move(rpc)).second) {
    defects_.push_back(absl::StrCat(method->full_name(), ": two rows"));
  }
}

absl::Status RpcTable::Check() const {
  std::vector<std::string> defects = defects_;
  for (const auto& [name, rpc] : rows_) {
    const std::string defect = Defect(*rpc);
    if (!defect.empty()) defects.push_back(absl::StrCat(name, ": ", defect));
  }
  for (const ServiceDescriptor* service : Services()) {
    for (int m = 0; m < service->method_count(); ++m) {
      if (Find(service->method(m)) == nullptr) {
        defects.push_back(absl::StrCat(service->method(m)->full_name(), ": nobody serves it"));
      }
    }
  }
  if (defects.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the contract and the server disagree: ", absl::StrJoin(defects, "; ")));
}

std::vector<const ServiceDescriptor*> RpcTable::Services() const {
  std::set<const ServiceDescriptor*> services;
  for (const auto& [name, rpc] : rows_) services.insert(rpc->method->service());
  return {services.begin(), services.end()};
}

const Rpc* RpcTable::Find(const MethodDescriptor* method) const {
  const auto row = rows_.find(method->full_name());
  return row == rows_.end() ? nullptr : row->second.get();
}

}  // namespace hearth
