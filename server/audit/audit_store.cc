#include "server/audit/audit_store.h"

#include <sodium.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "server/base/error.h"
#include "server/storage/database.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr size_t kSaltBytes = 32;

// Into those directories that exist; one that the transaction does not serve is an error. The salt differs from directory to directory, lest two logs
// tell that they hold the same.
#define HEARTH_APPEND                                                                                                 \
  "WITH added AS (INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, reason, actor_directory," \
  " actor_kind, rpc, trace_id, through_service)"                                                                      \
  " SELECT d.directory_id, $2::uuid, $3, $4, $5, $6, $7, $8, $9, $10"                                                 \
  " FROM hearth.directories d WHERE d.directory_id = ANY ($1::text[])"                                                \
  " ON CONFLICT DO NOTHING RETURNING directory_id, event_id)"
#define HEARTH_APPEND_PERSONAL                                                                                       \
  " INSERT INTO hearth.audit_personal (directory_id, event_id, salt, actor, target, target_principal_name, peer)"    \
  " SELECT a.directory_id, a.event_id, sha256(convert_to(a.directory_id, 'UTF8') || $11::bytea), $12, $13, $14, $15" \
  " FROM added a"
constexpr Statement kAppend{"audit_append", HEARTH_APPEND HEARTH_APPEND_PERSONAL};
// A decoy where there is no second row.
constexpr Statement kAppendEvenly{
    "audit_append_evenly", HEARTH_APPEND
    ", decoy AS (INSERT INTO hearth.audit_decoys (directory_id, event_id, filling) SELECT $6::text, $2::uuid, "
    "repeat('x', 128)"
    " FROM generate_series(2, 3 - (SELECT count(*) FROM added)) ON CONFLICT DO NOTHING)" HEARTH_APPEND_PERSONAL};

std::vector<std::string> DirectoriesOf(const Call& call) {
  std::vector<std::string> directories = {call.principal.directory};
  const std::string& other = call.note->other_directory;
  if (!other.empty() && other != call.principal.directory) directories.push_back(other);
  return directories;
}

void Append(Tx& tx, const std::vector<std::string>& directories, const Call& call, const std::string& verdict,
            const std::string& reason) {
  const std::string kind = call.access.kind == PrincipalKind::kPerson ? "person" : "service";
  std::string salt(kSaltBytes, '\0');
  randombytes_buf(salt.data(), salt.size());
  // What is allowed tells by its answer.
  const bool evenly = call.note->evenly && verdict != "allowed";
  tx.Exec(evenly ? kAppendEvenly : kAppend, TextArray(directories), call.id, call.policy->audit_action(), verdict,
          reason, call.principal.directory, kind, call.rpc, call.trace_id, call.through, Bytea(salt),
          call.principal.subject, call.note->target, call.note->target_principal_name, call.peer);
}

bool IsServersFault(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

void AppendInto(Tx& tx, const std::vector<std::string>& directories, const Call& call, const absl::Status& verdict) {
  const std::string& noted = call.note->reason;
  if (verdict.ok()) return Append(tx, directories, call, noted.empty() ? "allowed" : "refused", noted);
  const auto reason = ReasonOf(verdict);
  Append(tx, directories, call, IsServersFault(verdict) ? "failed" : "refused",
         !noted.empty()       ? noted
         : reason.has_value() ? ReasonName(*reason)
                              : "");
}

}  // namespace

void AppendAudit(Tx& tx, const Call& call) { AppendVerdict(tx, call, absl::OkStatus()); }

void AppendVerdict(Tx& tx, const Call& call, const absl::Status& verdict) {
  const std::vector<std::string> directories = DirectoriesOf(call);
  if (directories.size() > 1) ServeAlso(tx, directories.back());
  AppendInto(tx, directories, call, verdict);
}

void AppendVerdictIn(Tx& tx, const std::string& directory, const Call& call, const absl::Status& verdict) {
  AppendInto(tx, {directory}, call, verdict);
}

absl::Status RecordAllowed(Database& database, const Call& call) {
  return database.Write(DirectoriesOf(call), call.deadline, [&call](Tx& tx) {
    AppendInto(tx, DirectoriesOf(call), call, absl::OkStatus());
    return absl::OkStatus();
  });
}

absl::Status RecordRefusal(Database& database, const Call& call, const absl::Status& status) {
  return RecordRefusals(database, {{&call, status}});
}

absl::Status RecordRefusals(Database& database, absl::Span<const RefusedCall> calls) {
  std::set<std::string> directories;
  absl::Time deadline = absl::InfinitePast();
  for (const RefusedCall& refused : calls) {
    for (const std::string& directory : DirectoriesOf(*refused.call)) directories.insert(directory);
    deadline = std::max(deadline, refused.call->deadline);
  }
  return database.Write({directories.begin(), directories.end()}, deadline, [&](Tx& tx) {
    for (const RefusedCall& refused : calls)
      AppendInto(tx, DirectoriesOf(*refused.call), *refused.call, refused.status);
    return absl::OkStatus();
  });
}

}  // namespace hearth
