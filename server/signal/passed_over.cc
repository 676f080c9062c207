#include "server/signal/passed_over.h"

#include "server/audit/audit_store.h"
#include "server/base/resource_name.h"

namespace hearth {
namespace {

constexpr char kCourier[] = "hearth.courier";  // A dot is in no id.

// The one thing here that a policy says.
const v1::MethodPolicy& PolicyOfCourier() {
  static const auto* policy = [] {
    auto* made = new v1::MethodPolicy;
    made->set_audit_action("event_receiver.pass_over");
    return made;
  }();
  return *policy;
}

}  // namespace

void RecordPassedOver(Tx& tx, const std::string& directory, const std::string& receiver_id,
                      const PassedOver& passed_over) {
  AuditNote note;
  note.target = EventReceiverName(directory, receiver_id);
  Call call;
  call.principal = {directory, kCourier};
  call.access.kind = PrincipalKind::kService;
  call.policy = &PolicyOfCourier();
  call.rpc = "Courier";
  call.id = passed_over.audit_id;
  call.note = &note;
  AppendAudit(tx, call);
}

}  // namespace hearth
