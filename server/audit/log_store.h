// Reads the sealed log of a directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/audit/audit_row.h"
#include "server/audit/tree_head.h"

namespace hearth {

class Tx;

// Which rows of a list; empty and absent: all.
struct AuditFilter {
  std::string action, verdict, reason, through_service, actor, actor_directory, target, target_principal_name;
  std::string event_id;                        // At most one row: it is looked up, however long the log is.
  absl::Time from = absl::InfinitePast();      // At or after.
  absl::Time before = absl::InfiniteFuture();  // Before.
};

// A leaf, and its row as far as it is there.
struct LogEntry {
  int64_t sequence;
  std::string event_id;
  std::string personal_digest;
  std::string leaf_hash;
  std::optional<AuditRow> row;   // Nothing once it was removed.
  bool personal_is_due = false;  // What is about persons may have been erased by now.
};

// A page of a list.
struct LogPage {
  std::vector<LogEntry> entries;
  std::optional<int64_t>
      next;  // The sequence after which the next page begins, in the direction of the list; nothing: it was the last.
};

// The rows after (`newest_first`: before) a sequence that the filter lets through, at most `size`; `show_removed`: leaves whose rows were removed,
// too. Looks at no more than 20,000 leaves.
LogPage ListLog(Tx& tx, const std::string& directory, std::optional<int64_t> after, int size, bool newest_first,
                bool show_removed, const AuditFilter& filter);

// Leaves from `first` on, at most `most`, with their rows.
std::vector<LogEntry> ReadLog(Tx& tx, const std::string& directory, int64_t first, int most);

// The newest head; nothing while nothing was sealed.
std::optional<TreeHead> FindNewestHead(Tx& tx, const std::string& directory);
// The heads of more than `after` and at most `upto` rows, in order.
std::vector<TreeHead> ReadHeads(Tx& tx, const std::string& directory, int64_t after, int64_t upto);
// The leaf of a row; nothing when it was not sealed yet or never was.
std::optional<LogEntry> FindLeaf(Tx& tx, const std::string& directory, const std::string& event_id);

// Where the tree of a directory says that it stands.
struct TreeState {
  int64_t size = 0;
  int64_t removed = 0;
  std::string frontier;  // Frontier::Bytes.
};
TreeState FindTree(Tx& tx, const std::string& directory);
// The id of a row that is neither sealed nor waits, or that waits and is not there; nothing when there is none.
std::optional<std::string> FindStray(Tx& tx, const std::string& directory);

// Removes what the policy of the directory does not keep any more: what rows say of persons; rows from the beginning of the log on, once a signed head
// over them is as old, which proves to others that it was time; and heads, but for the last of each hour once they are a day old, and of each day once
// the policy keeps no rows of their time; and decoys. At most some thousands at a time; returns how many.
int64_t SweepLog(Tx& tx, const std::string& directory);

}  // namespace hearth
