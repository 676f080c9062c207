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

// The directories in which rows wait, at most `most`, in the order of their ids from the one after `last` on. Needs no scope.
std::vector<std::string> DirectoriesToSeal(Tx& tx, const std::string& last, int most);

// Locks the trees of these directories, those that nobody else seals at this moment, and returns them. The time is the database's.
std::map<std::string, Frontier> LockTrees(Tx& tx, const std::vector<std::string>& directories);
absl::Time SealTime(Tx& tx);

// What waits in these directories, at most `each` of one, in the order in which it is sealed.
std::vector<UnsealedRow> ReadUnsealed(Tx& tx, const std::vector<std::string>& directories, int each);

// What a round of sealing writes, for all its directories at once.
struct Sealed {
  std::vector<StoredLeaf> leaves;
  std::vector<StoredNode> nodes;
  std::map<std::string, Frontier> trees;
  std::vector<TreeHead> heads;
  std::map<std::string, int64_t> last_position;  // What waited up to here waits no more.
};
void WriteSealed(Tx& tx, const Sealed& sealed);

// Nodes of one tree, for proofs. Throws when some are not there: the log was tampered with.
std::vector<std::string> ReadNodes(Tx& tx, const std::string& directory, int level, int64_t first, int64_t count);

}  // namespace hearth
