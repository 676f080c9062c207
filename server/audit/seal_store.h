// The trees of the audit in the database: what waits to be sealed, and what sealing writes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/audit/audit_row.h"
#include "server/audit/merkle.h"
#include "server/audit/tree_head.h"

namespace hearth {

class Tx;

// A row that waits, and where.
struct UnsealedRow {
  int64_t position;
  AuditRow row;
};

// A leaf as it is stored.
struct StoredLeaf {
  std::string directory;
  int64_t sequence;
  std::string event_id;
  std::string personal_digest;
  std::string leaf_hash;
};

// A stored node: the root of the full subtree over 256^level leaves from place * 256^level on.
struct StoredNode {
  std::string directory;
  int level;
  int64_t place;
  std::string hash;
};

// Locks the trees of at most `most` directories in which rows wait, in the order of their ids from the one after `last` on, and returns them; those that
// somebody else seals at this moment are passed by. Fewer than `most`: there are no more. The transaction serves these directories from then on, whatever it
// served before. The time is the database's.
struct LockedTrees {
  std::map<std::string, Frontier> trees;
  std::string last;  // The last of them in the order of the database.
};
LockedTrees LockTrees(Tx& tx, const std::string& last, int most);
absl::Time SealTime(Tx& tx);

// What waits in directories that are locked, at most `each` of one, in the order in which it is sealed.
std::vector<UnsealedRow> ReadUnsealed(Tx& tx, const std::vector<std::string>& directories, int each);

// What a round of sealing writes, for all its directories at once.
struct Sealed {
  std::vector<StoredLeaf> leaves;
  std::vector<StoredNode> nodes;
  std::map<std::string, Frontier> trees;
  std::vector<TreeHead> heads;
  std::map<std::string, std::vector<int64_t>> positions;  // What waited here waits no more.
};
void WriteSealed(Tx& tx, const Sealed& sealed);

// Nodes of one tree, for proofs. Throws when some are not there: the log was tampered with.
std::vector<std::string> ReadNodes(Tx& tx, const std::string& directory, int level, int64_t first, int64_t count);

}  // namespace hearth
