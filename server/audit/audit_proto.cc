#include "server/audit/audit_proto.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"

namespace hearth {
namespace {

v1::AuditVerdict VerdictOf(const std::string& verdict) {
  if (verdict == "allowed") return v1::AUDIT_VERDICT_ALLOWED;
  return verdict == "refused" ? v1::AUDIT_VERDICT_REFUSED : v1::AUDIT_VERDICT_FAILED;
}

google::protobuf::Timestamp TimeProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

}  // namespace

std::string ToHex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

std::string AuditEventName(std::string_view directory, std::string_view event_id) {
  return absl::StrCat(DirectoryName(directory), "/auditEvents/", ToAbsl(event_id));
}

v1::AuditCheckpoint ToProto(const TreeHead& head) {
  v1::AuditCheckpoint checkpoint;
  checkpoint.set_directory(DirectoryName(head.directory));
  checkpoint.set_size(head.size);
  checkpoint.set_root_hash(ToHex(head.root_hash));
  *checkpoint.mutable_seal_time() = TimeProto(head.seal_time);
  checkpoint.set_key_id(head.key_id);
  checkpoint.set_signature(ToHex(head.signature));
  return checkpoint;
}

v1::AuditEvent ToProto(const AuditRow& row, int64_t sequence, std::string_view personal_digest,
                       std::string_view leaf_hash) {
  v1::AuditEvent event;
  event.set_name(AuditEventName(row.directory, row.event_id));
  event.set_sequence(sequence);
  *event.mutable_create_time() = TimeProto(row.create_time);
  event.set_action(row.action);
  event.set_verdict(VerdictOf(row.verdict));
  event.set_reason(row.reason);
  event.set_actor_directory(row.actor_directory);
  event.set_actor_kind(row.actor_kind);
  event.set_rpc(row.rpc);
  event.set_through_service(row.through_service);
  event.set_trace_id(row.trace_id);
  event.set_personal_digest(ToHex(personal_digest));
  event.set_leaf_hash(ToHex(leaf_hash));
  if (!row.personal.has_value()) return event;
  v1::AuditPersonal& personal = *event.mutable_personal();
  personal.set_actor(row.personal->actor);
  personal.set_target(row.personal->target);
  personal.set_target_principal_name(row.personal->target_principal_name);
  personal.set_peer(row.personal->peer);
  personal.set_salt(ToHex(row.personal->salt));
  return event;
}

}  // namespace hearth
