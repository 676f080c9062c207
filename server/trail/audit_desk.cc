#include "server/trail/audit_desk.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_proto.h"
#include "server/audit/audit_store.h"
#include "server/audit/log_store.h"
#include "server/audit/seal_store.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/trail/audit_filter.h"
#include "server/trail/log_check.h"
#include "server/trail/log_reader.h"

namespace hearth {
namespace {

absl::Status NotFound(const char* what) { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", what}}); }

std::vector<std::string> Hex(const std::vector<std::string>& hashes) {
  std::vector<std::string> hex;
  for (const std::string& hash : hashes) hex.push_back(ToHex(hash));
  return hex;
}

// Adds the proofs that were asked for, for the head that the response has.
absl::Status Prove(Tx& tx, const std::string& directory, const v1::GetAuditCheckpointRequest& request,
                   v1::GetAuditCheckpointResponse& response) {
  const int64_t size = response.checkpoint().size();
  const NodeSource nodes = [&](int level, int64_t first, int64_t count) {
    return ReadNodes(tx, directory, level, first, count);
  };
  if (request.kept_size() > size) {
    return Refuse(v1::ERROR_REASON_AUDIT_LOG_SHORTER,
                  {{"kept_size", absl::StrCat(request.kept_size())}, {"size", absl::StrCat(size)}});
  }
  if (request.kept_size() > 0) {
    for (std::string& hash : Hex(ConsistencyProof(request.kept_size(), size, nodes))) {
      response.add_consistency(std::move(hash));
    }
  }
  if (request.event_id().empty()) return absl::OkStatus();
  const auto leaf = FindLeaf(tx, directory, request.event_id());
  if (!leaf.has_value() || leaf->sequence >= size) return NotFound("audit event");
  v1::AuditInclusion& inclusion = *response.mutable_inclusion();
  inclusion.set_sequence(leaf->sequence);
  inclusion.set_leaf_hash(ToHex(leaf->leaf_hash));
  for (std::string& hash : Hex(InclusionProof(leaf->sequence, size, nodes))) inclusion.add_path(std::move(hash));
  return absl::OkStatus();
}

v1::AuditEvent EntryProto(const std::string& directory, const LogEntry& entry) {
  if (entry.row.has_value()) return ToProto(*entry.row, entry.sequence, entry.personal_digest, entry.leaf_hash);
  v1::AuditEvent event;
  event.set_name(AuditEventName(directory, entry.event_id));
  event.set_sequence(entry.sequence);
  event.set_personal_digest(ToHex(entry.personal_digest));
  event.set_leaf_hash(ToHex(entry.leaf_hash));
  return event;
}

v1::VerifyAuditResponse ResponseOf(const std::string& directory, const LogFinding& finding) {
  v1::VerifyAuditResponse response;
  response.set_finding(finding.finding);
  response.set_first_bad(finding.first_bad);
  if (!finding.event_id.empty()) response.set_first_bad_name(AuditEventName(directory, finding.event_id));
  response.set_detail(finding.detail);
  return response;
}

}  // namespace

absl::StatusOr<v1::ListAuditEventsResponse> AuditDesk::ListAuditEvents(const Call& call,
                                                                       const v1::ListAuditEventsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  ASSIGN_OR_RETURN(const AuditFilter filter, ParseAuditFilter(request.filter()));
  // A token is good for whoever was given it: each reader of the log begins with a first page, which is recorded.
  const std::string reader = absl::StrCat(call.principal.directory, "/", call.principal.subject);
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(reader, request));
  if (page.after.empty()) RETURN_IF_ERROR(RecordAllowed(database_, call));
  std::optional<int64_t> after;
  if (int64_t sequence = 0; absl::SimpleAtoi(page.after, &sequence)) after = sequence;
  const std::string directory(parent.directory);
  return Look<v1::ListAuditEventsResponse>(
      database_, call, directory, [&](Tx& tx, v1::ListAuditEventsResponse& response) {
        const LogPage found =
            ListLog(tx, directory, after, page.size, request.newest_first(), request.show_removed(), filter);
        for (const LogEntry& entry : found.entries) *response.add_audit_events() = EntryProto(directory, entry);
        if (found.next.has_value()) {
          response.set_next_page_token(pager_.NextToken(reader, request, absl::StrCat(*found.next)));
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetAuditCheckpointResponse> AuditDesk::GetAuditCheckpoint(
    const Call& call, const v1::GetAuditCheckpointRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (request.kept_size() < 0) return InvalidField("kept_size", "must not be negative");
  const std::string directory(name.directory);
  ASSIGN_OR_RETURN(auto answer, Look<v1::GetAuditCheckpointResponse>(
                                    database_, call, directory,
                                    [&](Tx& tx, v1::GetAuditCheckpointResponse& response) -> absl::Status {
                                      const auto head = FindNewestHead(tx, directory);
                                      if (!head.has_value()) return NotFound("audit checkpoint");
                                      *response.mutable_checkpoint() = ToProto(*head);
                                      response.set_public_key(ToHex(signer_.PublicKey(head->key_id)));
                                      return Prove(tx, directory, request, response);
                                    }));
  RETURN_IF_ERROR(RecordAllowed(database_, call));
  return answer;
}

absl::Status AuditDesk::VerifyAudit(const Call& call, const v1::VerifyAuditRequest& request,
                                    const Sink<v1::VerifyAuditResponse>& sink) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  if (request.kept_size() < 0) return InvalidField("kept_size", "must not be negative");
  if ((request.kept_size() > 0) != !request.kept_root_hash().empty()) {
    return InvalidField("kept_root_hash", "kept_size and kept_root_hash are given together");
  }
  const std::string directory(name.directory);
  std::optional<KeptHead> kept;
  if (request.kept_size() > 0) kept = KeptHead{request.kept_size(), FromHex(request.kept_root_hash())};
  RETURN_IF_ERROR(RecordAllowed(database_, call));
  LogCheck check(&signer_, std::move(kept), absl::Now());
  LogReader reader(&database_, directory, call.deadline);
  LogPiece piece;
  const auto send = [&](v1::VerifyAuditResponse response) {
    response.set_checked(check.checked());
    response.set_size(piece.tree.size);
    response.set_removed(piece.removed);
    return sink(response) ? absl::OkStatus() : Refuse(v1::ERROR_REASON_CALL_CANCELLED);
  };
  do {
    ASSIGN_OR_RETURN(piece, reader.Next());
    if (const auto finding = check.Add(piece.entries, piece.heads, piece.tree.removed, piece.removed)) {
      return send(ResponseOf(directory, *finding));
    }
    RETURN_IF_ERROR(send({}));
  } while (!piece.last);

  LogFinding end;
  RETURN_IF_ERROR(database_.Read({directory}, call.deadline, [&](Tx& tx) {
    TreeState tree = piece.tree;
    const auto newest = FindNewestHead(tx, directory);
    if (newest.has_value() && newest->size > FindTree(tx, directory).size) tree.size = newest->size;
    end = check.Finish(tree);
    if (end.finding != v1::VerifyAuditResponse::FINDING_INTACT) return absl::OkStatus();
    // A row that was smuggled past the sealer.
    if (const auto stray = FindStray(tx, directory)) {
      end = {.finding = v1::VerifyAuditResponse::FINDING_ROW_UNSEALED,
             .first_bad = -1,
             .event_id = *stray,
             .detail = "The row was never sealed, or is gone before it was."};
    }
    return absl::OkStatus();
  }));
  return send(ResponseOf(directory, end));
}

}  // namespace hearth
