// Computes a log again and compares it with what was signed.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
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
  // `signer` outlives the check, which is made at `now`.
  LogCheck(const HeadSigner* signer, std::optional<KeptHead> kept, absl::Time now);

  // Checks the next leaves: their places, rows, and the heads over them, which are those of more leaves than were checked before and no more than are
  // checked after. What the tree says of removed rows is not signed, so it is only the least that must hold: rows before `hidden`, as it was before the
  // entries were read, are in no list and must be gone; others may be gone before `removed`, as it was after. That rows were old enough to be removed
  // follows from the signed head over them. The finding, or nothing while all is well.
  std::optional<LogFinding> Add(const std::vector<LogEntry>& entries, const std::vector<TreeHead>& heads,
                                int64_t hidden, int64_t removed);
  // The end: where the tree, and its newest head, claim to stand. What is wrong now, or FINDING_INTACT.
  LogFinding Finish(const TreeState& tree) const;

  int64_t checked() const { return tree_.size(); }

 private:
  std::optional<LogFinding> CheckRow(const LogEntry& entry, int64_t hidden, int64_t removed);
  std::optional<LogFinding> CheckHead(const TreeHead& head);

  const HeadSigner& signer_;
  const std::optional<KeptHead> kept_;
  const absl::Time kept_since_;  // What is younger than this may not be gone, whatever the policy.
  Frontier tree_;
  std::optional<std::pair<int64_t, std::string>>
      gone_;                                       // The first row that is gone since the last head, and its event.
  int64_t proved_ = 0;                             // So many leaves are under a head that was right,
  absl::Time proved_time_ = absl::InfinitePast();  // which was signed at that time.
  std::string next_id_;                            // The event of the row after it.
};

}  // namespace hearth
