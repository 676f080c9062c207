#include "server/audit/sealer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "server/audit/seal_store.h"
#include "server/base/status_macros.h"

namespace hearth {
namespace {

constexpr size_t kDirectoriesARound = 256;
constexpr int kRowsARound = 8000;

// Computes what a round writes. A node is stored when the subtree that it is the root of is full.
class Round {
 public:
  Round(Tx& tx, std::map<std::string, Frontier> trees) : tx_(tx) { sealed_.trees = std::move(trees); }

  void Add(const UnsealedRow& unsealed) {
    const AuditRow& row = unsealed.row;
    Frontier& tree = sealed_.trees.at(row.directory);
    // What is about persons cannot be gone before it was sealed, unless somebody meddled: then the leaf says so, for ever.
    const std::string digest = row.personal.has_value() ? PersonalDigest(*row.personal) : std::string(kHashBytes, '\0');
    StoredLeaf leaf{.directory = row.directory,
                    .sequence = tree.size(),
                    .event_id = row.event_id,
                    .personal_digest = digest,
                    .leaf_hash = LeafHash(row, digest)};
    tree.Append(leaf.leaf_hash);
    AddNode(row.directory, 0, leaf.sequence, leaf.leaf_hash);
    sealed_.leaves.push_back(std::move(leaf));
    sealed_.positions[row.directory].push_back(unsealed.position);
  }

  Sealed Finish(const HeadSigner& signer, absl::Time now) {
    for (auto tree = sealed_.trees.begin(); tree != sealed_.trees.end();) {
      if (!sealed_.positions.contains(tree->first)) {
        tree = sealed_.trees.erase(tree);  // Nothing new.
        continue;
      }
      TreeHead head{.directory = tree->first,
                    .size = tree->second.size(),
                    .root_hash = tree->second.Root(),
                    .seal_time = now,
                    .key_id = "",
                    .signature = ""};
      signer.Sign(head);
      sealed_.heads.push_back(std::move(head));
      ++tree;
    }
    return std::move(sealed_);
  }

 private:
  static constexpr int64_t kFan = int64_t{1} << kLevelBits;

  // Notes a node of `level`; when it completes a subtree, adds the node above.
  void AddNode(const std::string& directory, int level, int64_t place, const std::string& hash) {
    auto& row = rows_[{directory, level}];
    row.push_back(hash);
    if ((place + 1) % kFan != 0) return;
    std::vector<std::string> all;
    // The first of them may have been sealed in rounds before.
    const int64_t missing = kFan - static_cast<int64_t>(row.size());
    if (missing > 0) all = ReadNodes(tx_, directory, level, place + 1 - kFan, missing);
    all.insert(all.end(), row.begin(), row.end());
    row.clear();
    Frontier subtree;
    for (std::string& one : all) subtree.Append(std::move(one));
    StoredNode node{.directory = directory, .level = level + 1, .place = place / kFan, .hash = subtree.Root()};
    const int64_t above = node.place;
    const std::string root = node.hash;
    sealed_.nodes.push_back(std::move(node));
    AddNode(directory, level + 1, above, root);
  }

  Tx& tx_;
  Sealed sealed_;
  // Nodes of this round whose subtree is not full yet.
  std::map<std::pair<std::string, int>, std::vector<std::string>> rows_;
};

}  // namespace

absl::StatusOr<int64_t> Sealer::SealSome(absl::Time deadline) {
  Sealed sealed;
  std::string last;
  RETURN_IF_ERROR(database_.Write({}, deadline, [&](Tx& tx) {
    sealed = {};
    LockedTrees locked = LockTrees(tx, last_, kDirectoriesARound);
    if (locked.trees.empty() && !last_.empty()) locked = LockTrees(tx, "", kDirectoriesARound);
    if (locked.trees.empty()) return absl::OkStatus();
    last = locked.trees.size() < kDirectoriesARound ? "" : locked.last;
    std::vector<std::string> directories;
    for (const auto& [directory, tree] : locked.trees) directories.push_back(directory);
    const int each = std::max(1, kRowsARound / static_cast<int>(directories.size()));
    const std::vector<UnsealedRow> rows = ReadUnsealed(tx, directories, each);
    if (rows.empty()) return absl::OkStatus();
    Round round(tx, std::move(locked.trees));
    for (const UnsealedRow& row : rows) round.Add(row);
    sealed = round.Finish(signer_, SealTime(tx));
    WriteSealed(tx, sealed);
    return absl::OkStatus();
  }));
  last_ = last;
  for (const TreeHead& head : sealed.heads) witness_(head);
  return static_cast<int64_t>(sealed.leaves.size());
}

}  // namespace hearth
