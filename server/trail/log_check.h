// Computes a log again and compares it with what was signed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hearth/v1/audit_service.pb.h"
#include "server/audit/log_store.h"
#include "server/audit/merkle.h"
#include "server/audit/tree_head.h"

namespace hearth {

// A head that somebody kept outside.
struct KeptHead {
  int64_t size;
  std::string root_hash;
};

// What a check found.
struct LogFinding {
  v1::VerifyAuditResponse::Finding finding;
  int64_t first_bad = -1;  // The sequence of the first bad row; -1: no row is bad.
  std::string event_id;    // Of that row, where it is known.
  std::string detail;
};

// Takes the leaves of one directory in order, and stops at the first that is wrong. Used by one thread.
class LogCheck {
 public:
  // `signer` outlives the check.
  LogCheck(const HeadSigner* signer, std::optional<KeptHead> kept) : signer_(*signer), kept_(std::move(kept)) {}

  // Checks the next leaves: their places, rows (those before `removed` may be gone), and the heads over them, which are those of more leaves than
  // were checked before and no more than are checked after. The finding, or nothing while all is well.
  std::optional<LogFinding> Add(const std::vector<LogEntry>& entries, const std::vector<TreeHead>& heads,
                                int64_t removed);
  // The end: `size` is what the tree and its newest head claim. What is wrong now, or FINDING_INTACT.
  LogFinding Finish(int64_t size) const;

  int64_t checked() const { return tree_.size(); }

 private:
  std::optional<LogFinding> CheckRow(const LogEntry& entry, int64_t removed) const;
  std::optional<LogFinding> CheckHead(const TreeHead& head);

  const HeadSigner& signer_;
  const std::optional<KeptHead> kept_;
  Frontier tree_;
  int64_t proved_ = 0;  // So many leaves are under a head that was right.
};

}  // namespace hearth
