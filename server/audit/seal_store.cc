#include "server/audit/seal_store.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kLock{"audit_lock", "SELECT directory_id, size, frontier FROM hearth.audit_lock($1, $2)"};
constexpr Statement kNow{"audit_now", "SELECT hearth.micros(clock_timestamp())"};
constexpr Statement kWaiting{"audit_waiting", "SELECT * FROM hearth.audit_waiting($1, $2)"};
constexpr Statement kAddLeaves{
    "audit_add_leaves",
    "INSERT INTO hearth.audit_leaves (directory_id, sequence, event_id, personal_digest, leaf_hash)"
    " SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bytea[], $5::bytea[])"};
constexpr Statement kAddNodes{"audit_add_nodes",
                              "INSERT INTO hearth.audit_nodes (directory_id, level, place, hash)"
                              " SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bytea[])"};
constexpr Statement kAddHeads{
    "audit_add_heads",
    "INSERT INTO hearth.audit_heads (directory_id, size, root_hash, seal_time, key_id, signature)"
    " SELECT h.d, h.size, h.root, to_timestamp(h.sealed::double precision / 1e6), h.key, h.signature"
    " FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::bytea[])"
    " h(d, size, root, sealed, key, signature)"};
constexpr Statement kAdvance{"audit_advance", "SELECT hearth.audit_advance($1, $2, $3, $4)"};
constexpr Statement kLeafNodes{"audit_leaf_nodes",
                               "SELECT leaf_hash FROM hearth.audit_leaves WHERE directory_id = $1 AND sequence >= $2"
                               " AND sequence < $2 + $3 ORDER BY sequence"};
constexpr Statement kNodes{"audit_nodes",
                           "SELECT hash FROM hearth.audit_nodes WHERE directory_id = $1 AND level = $4"
                           " AND place >= $2 AND place < $2 + $3 ORDER BY place"};

// {1,2}: an array of numbers.
std::string NumberArray(const std::vector<int64_t>& numbers) {
  return absl::StrCat("{", absl::StrJoin(numbers, ","), "}");
}

// An array of bytea.
std::string ByteaArray(const std::vector<std::string>& elements) {
  std::vector<std::string> hex;
  hex.reserve(elements.size());
  for (const std::string& element : elements) hex.push_back(Bytea(element));
  return TextArray(hex);
}

AuditRow RowOf(const pqxx::row& row) {
  AuditRow audit{.directory = row["directory_id"].c_str(),
                 .event_id = row["event_id"].c_str(),
                 .create_time = ToTime(row["create_time"]),
                 .action = row["action"].c_str(),
                 .verdict = row["verdict"].c_str(),
                 .reason = row["reason"].c_str(),
                 .actor_directory = row["actor_directory"].c_str(),
                 .actor_kind = row["actor_kind"].c_str(),
                 .rpc = row["rpc"].c_str(),
                 .through_service = row["through_service"].c_str(),
                 .trace_id = row["trace_id"].c_str(),
                 .personal = std::nullopt};
  if (row["salt"].is_null()) return audit;
  audit.personal = AuditPersonal{.salt = FromBytea(row["salt"]),
                                 .actor = row["actor"].c_str(),
                                 .target = row["target"].c_str(),
                                 .target_principal_name = row["target_principal_name"].c_str(),
                                 .peer = row["peer"].c_str()};
  return audit;
}

void WriteLeaves(Tx& tx, const std::vector<StoredLeaf>& leaves) {
  std::vector<std::string> directories, events, digests, hashes;
  std::vector<int64_t> sequences;
  for (const StoredLeaf& leaf : leaves) {
    directories.push_back(leaf.directory);
    sequences.push_back(leaf.sequence);
    events.push_back(leaf.event_id);
    digests.push_back(leaf.personal_digest);
    hashes.push_back(leaf.leaf_hash);
  }
  tx.Exec(kAddLeaves, TextArray(directories), NumberArray(sequences), TextArray(events), ByteaArray(digests),
          ByteaArray(hashes));
}

void WriteNodes(Tx& tx, const std::vector<StoredNode>& nodes) {
  if (nodes.empty()) return;
  std::vector<std::string> directories, hashes;
  std::vector<int64_t> levels, places;
  for (const StoredNode& node : nodes) {
    directories.push_back(node.directory);
    levels.push_back(node.level);
    places.push_back(node.place);
    hashes.push_back(node.hash);
  }
  tx.Exec(kAddNodes, TextArray(directories), NumberArray(levels), NumberArray(places), ByteaArray(hashes));
}

void WriteHeads(Tx& tx, const std::vector<TreeHead>& heads) {
  std::vector<std::string> directories, roots, keys, signatures;
  std::vector<int64_t> sizes, times;
  for (const TreeHead& head : heads) {
    directories.push_back(head.directory);
    sizes.push_back(head.size);
    roots.push_back(head.root_hash);
    times.push_back(ToMicros(head.seal_time));
    keys.push_back(head.key_id);
    signatures.push_back(head.signature);
  }
  tx.Exec(kAddHeads, TextArray(directories), NumberArray(sizes), ByteaArray(roots), NumberArray(times), TextArray(keys),
          ByteaArray(signatures));
}

void Advance(Tx& tx, const Sealed& sealed) {
  std::vector<std::string> directories, frontiers, positions;
  std::vector<int64_t> sizes;
  for (const auto& [directory, tree] : sealed.trees) {
    directories.push_back(directory);
    sizes.push_back(tree.size());
    frontiers.push_back(tree.Bytes());
    positions.push_back(NumberArray(sealed.positions.at(directory)));
  }
  tx.Exec(kAdvance, TextArray(directories), NumberArray(sizes), ByteaArray(frontiers), TextArray(positions));
}

}  // namespace

LockedTrees LockTrees(Tx& tx, const std::string& last, int most) {
  LockedTrees locked;
  for (const auto& row : tx.Exec(kLock, last, most)) {
    locked.last = row[0].c_str();
    locked.trees.emplace(locked.last, Frontier(row[1].as<int64_t>(), FromBytea(row[2])));
  }
  return locked;
}

absl::Time SealTime(Tx& tx) { return ToTime(tx.Exec(kNow)[0][0]); }

std::vector<UnsealedRow> ReadUnsealed(Tx& tx, const std::vector<std::string>& directories, int each) {
  std::vector<UnsealedRow> rows;
  for (const auto& row : tx.Exec(kWaiting, TextArray(directories), each)) {
    rows.push_back({row["queue_position"].as<int64_t>(), RowOf(row)});
  }
  return rows;
}

void WriteSealed(Tx& tx, const Sealed& sealed) {
  WriteLeaves(tx, sealed.leaves);
  WriteNodes(tx, sealed.nodes);
  WriteHeads(tx, sealed.heads);
  Advance(tx, sealed);
}

std::vector<std::string> ReadNodes(Tx& tx, const std::string& directory, int level, int64_t first, int64_t count) {
  std::vector<std::string> hashes;
  const pqxx::result rows =
      level == 0 ? tx.Exec(kLeafNodes, directory, first, count) : tx.Exec(kNodes, directory, first, count, level);
  for (const auto& row : rows) hashes.push_back(FromBytea(row[0]));
  if (hashes.size() != static_cast<size_t>(count)) {
    throw std::runtime_error("the audit's tree lacks nodes: run VerifyAudit");
  }
  return hashes;
}

}  // namespace hearth
