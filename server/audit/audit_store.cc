#include "server/audit/audit_store.h"

#include <string>
#include <vector>

#include "server/base/error.h"
#include "server/storage/database.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

// Only into directories that the transaction serves.
constexpr Statement kAppend{"audit_append",
                            "INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, "
                            "reason, actor_directory, actor, actor_kind, target,"
                            " target_principal_name, rpc, peer, trace_id, through_service)"
                            " SELECT d.directory_id, $2::uuid, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14"
                            " FROM hearth.directories d WHERE d.directory_id = ANY ($1::text[]) AND "
                            "d.directory_id = ANY (hearth.served())"
                            " ON CONFLICT DO NOTHING"};

std::vector<std::string> DirectoriesOf(const Call& call) {
  std::vector<std::string> directories = {call.principal.directory};
  const std::string& other = call.note->other_directory;
  if (!other.empty() && other != call.principal.directory) directories.push_back(other);
  return directories;
}

void Append(Tx& tx, const Call& call, const std::string& verdict, const std::string& reason) {
  const std::string kind = call.access.kind == PrincipalKind::kPerson ? "person" : "service";
  tx.Exec(kAppend, TextArray(DirectoriesOf(call)), call.id, call.policy->audit_action(), verdict, reason,
          call.principal.directory, call.principal.subject, kind, call.note->target, call.note->target_principal_name,
          call.rpc, call.peer, call.trace_id, call.through);
}

bool IsServersFault(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

void AppendAudit(Tx& tx, const Call& call) { Append(tx, call, "allowed", ""); }

void AppendVerdict(Tx& tx, const Call& call, const absl::Status& verdict) {
  if (verdict.ok()) return AppendAudit(tx, call);
  const auto reason = ReasonOf(verdict);
  const std::string& noted = call.note->reason;
  Append(tx, call, IsServersFault(verdict) ? "failed" : "refused",
         !noted.empty()       ? noted
         : reason.has_value() ? ReasonName(*reason)
                              : "");
}

absl::Status RecordRefusal(Database& database, const Call& call, const absl::Status& status) {
  return database.Write(DirectoriesOf(call), call.deadline, [&](Tx& tx) {
    AppendVerdict(tx, call, status);
    return absl::OkStatus();
  });
}

}  // namespace hearth
