#include "server/audit/log_store.h"

#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr int kScan = 20'000;

#define HEARTH_LOG_COLUMNS                                                                                        \
  "SELECT l.sequence, l.event_id, l.personal_digest, l.leaf_hash, e.event_id IS NOT NULL AS present,"             \
  " hearth.micros(e.create_time) AS create_time, e.action, e.verdict, e.reason, e.actor_directory, e.actor_kind," \
  " e.rpc, e.through_service, e.trace_id, p.salt, p.actor, p.target, p.target_principal_name, p.peer,"            \
  " coalesce(e.create_time < greatest(k.since, k.personal_since), true) AS personal_is_due"
#define HEARTH_LOG_JOINS                                                                  \
  " LEFT JOIN hearth.audit_events e ON e.directory_id = $1 AND e.event_id = l.event_id"   \
  " LEFT JOIN hearth.audit_personal p ON p.directory_id = $1 AND p.event_id = l.event_id" \
  " CROSS JOIN hearth.audit_kept($1) k"
#define HEARTH_LOG_FILTER                                                                                 \
  " WHERE (e.event_id IS NOT NULL OR $14) AND ($4 = '' OR e.action = $4) AND ($5 = '' OR e.verdict = $5)" \
  " AND ($6 = '' OR e.reason = $6) AND ($7 = '' OR e.through_service = $7) AND ($8 = '' OR p.actor = $8)" \
  " AND ($9 = '' OR e.actor_directory = $9) AND ($10 = '' OR p.target = $10)"                             \
  " AND ($11 = '' OR p.target_principal_name = $11)"                                                      \
  " AND ($12::bigint IS NULL OR e.create_time >= to_timestamp($12::bigint / 1e6))"                        \
  " AND ($13::bigint IS NULL OR e.create_time < to_timestamp($13::bigint / 1e6))"

constexpr Statement kList{"audit_list", HEARTH_LOG_COLUMNS
                          " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1 AND sequence > $2 ORDER BY "
                          "sequence LIMIT 20000) l" HEARTH_LOG_JOINS HEARTH_LOG_FILTER " ORDER BY l.sequence LIMIT $3"};
constexpr Statement kListNewest{
    "audit_list_newest", HEARTH_LOG_COLUMNS
    " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1 AND sequence < $2 ORDER BY sequence DESC"
    " LIMIT 20000) l" HEARTH_LOG_JOINS HEARTH_LOG_FILTER " ORDER BY l.sequence DESC LIMIT $3"};
constexpr Statement kRead{"audit_read_log", HEARTH_LOG_COLUMNS
                          " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1 AND sequence >= $2"
                          " ORDER BY sequence LIMIT $3) l" HEARTH_LOG_JOINS " ORDER BY l.sequence"};
constexpr Statement kFindLeaf{"audit_find_leaf", HEARTH_LOG_COLUMNS
                              " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1"
                              " AND event_id = $2::uuid) l" HEARTH_LOG_JOINS};
#define HEARTH_HEAD_COLUMNS                                                          \
  "SELECT size, root_hash, hearth.micros(seal_time) AS seal_time, key_id, signature" \
  " FROM hearth.audit_heads WHERE directory_id = $1"
constexpr Statement kNewestHead{"audit_newest_head", HEARTH_HEAD_COLUMNS " ORDER BY size DESC LIMIT 1"};
constexpr Statement kHeads{"audit_heads", HEARTH_HEAD_COLUMNS " AND size > $2 AND size <= $3 ORDER BY size"};
constexpr Statement kTree{"audit_tree", "SELECT size, removed FROM hearth.audit_trees WHERE directory_id = $1"};
// What is written at this moment may be sealed at this moment; a minute is long enough.
constexpr Statement kStray{
    "audit_stray",
    "(SELECT e.event_id FROM hearth.audit_events e WHERE e.directory_id = $1"
    " AND e.create_time < now() - interval '1 minute'"
    " AND NOT EXISTS (SELECT 1 FROM hearth.audit_leaves l WHERE l.directory_id = $1 AND l.event_id = e.event_id)"
    " AND NOT EXISTS (SELECT 1 FROM hearth.audit_unsealed u WHERE u.directory_id = $1 AND u.event_id = e.event_id)"
    " LIMIT 1) UNION ALL (SELECT u.event_id FROM hearth.audit_unsealed u WHERE u.directory_id = $1"
    " AND NOT EXISTS (SELECT 1 FROM hearth.audit_events e WHERE e.directory_id = $1 AND e.event_id = u.event_id)"
    " LIMIT 1)"};
constexpr Statement kErase{
    "audit_erase_personal",
    "DELETE FROM hearth.audit_personal p USING (SELECT o.event_id FROM hearth.audit_personal o,"
    " hearth.audit_kept($1) k WHERE o.directory_id = $1 AND o.create_time < greatest(k.since, k.personal_since)"
    " LIMIT 5000) due WHERE p.directory_id = $1 AND p.event_id = due.event_id"};
// From the beginning on, up to the first row that is kept: so a missing row that is not of the beginning is a finding.
constexpr Statement kRemove{
    "audit_remove_rows",
    "WITH oldest AS (SELECT l.sequence, l.event_id, e.create_time < k.since AS due FROM hearth.audit_trees t"
    " CROSS JOIN hearth.audit_kept($1) k"
    " JOIN hearth.audit_leaves l ON l.directory_id = $1 AND l.sequence >= t.removed AND l.sequence < t.removed + 5000"
    " JOIN hearth.audit_events e ON e.directory_id = $1 AND e.event_id = l.event_id WHERE t.directory_id = $1),"
    " bound AS (SELECT coalesce(min(sequence) FILTER (WHERE NOT due), max(sequence) + 1) AS upto FROM oldest),"
    " gone AS (DELETE FROM hearth.audit_events e USING oldest o, bound b"
    " WHERE e.directory_id = $1 AND e.event_id = o.event_id AND o.sequence < b.upto RETURNING 1),"
    " moved AS (UPDATE hearth.audit_trees t SET removed = b.upto FROM bound b"
    " WHERE t.directory_id = $1 AND b.upto > t.removed)"
    " SELECT count(*) FROM gone"};

// Of heads older than `bound`, the last of each `span`. The newest of those looked at has no next one yet: it is looked at again.
#define HEARTH_THIN_HEADS(column, span, bound)                                                              \
  "WITH old AS (SELECT h.size, h.seal_time FROM hearth.audit_trees t CROSS JOIN hearth.audit_kept($1) k"    \
  " JOIN hearth.audit_heads h ON h.directory_id = $1 AND h.size > t." column " AND h.seal_time < " bound    \
  " WHERE t.directory_id = $1 ORDER BY h.size LIMIT 5000),"                                                 \
  " paired AS (SELECT o.size, o.seal_time, lead(o.seal_time) OVER (ORDER BY o.size) AS next FROM old o),"   \
  " gone AS (DELETE FROM hearth.audit_heads h USING paired p WHERE h.directory_id = $1 AND h.size = p.size" \
  " AND date_trunc('" span "', p.seal_time, 'UTC') = date_trunc('" span                                     \
  "', p.next, 'UTC') RETURNING 1),"                                                                         \
  " moved AS (UPDATE hearth.audit_trees t SET " column                                                      \
  " = n.size - 1 FROM (SELECT max(o.size) AS size FROM old o) n"                                            \
  " WHERE t.directory_id = $1 AND n.size - 1 > t." column                                                   \
  ")"                                                                                                       \
  " SELECT count(*) FROM gone"
constexpr Statement kThinHourly{"audit_thin_hourly", HEARTH_THIN_HEADS("hourly", "hour", "now() - interval '1 day'")};
constexpr Statement kThinDaily{"audit_thin_daily",
                               HEARTH_THIN_HEADS("daily", "day", "least(k.since, now() - interval '1 day')")};

LogEntry EntryOf(const pqxx::row& row, const std::string& directory) {
  LogEntry entry{.sequence = row["sequence"].as<int64_t>(),
                 .event_id = row["event_id"].c_str(),
                 .personal_digest = FromBytea(row["personal_digest"]),
                 .leaf_hash = FromBytea(row["leaf_hash"]),
                 .row = std::nullopt,
                 .personal_is_due = row["personal_is_due"].as<bool>()};
  if (!row["present"].as<bool>()) return entry;
  AuditRow& audit = entry.row.emplace();
  audit.directory = directory;
  audit.event_id = entry.event_id;
  audit.create_time = ToTime(row["create_time"]);
  audit.action = row["action"].c_str();
  audit.verdict = row["verdict"].c_str();
  audit.reason = row["reason"].c_str();
  audit.actor_directory = row["actor_directory"].c_str();
  audit.actor_kind = row["actor_kind"].c_str();
  audit.rpc = row["rpc"].c_str();
  audit.through_service = row["through_service"].c_str();
  audit.trace_id = row["trace_id"].c_str();
  if (row["salt"].is_null()) return entry;
  AuditPersonal& personal = audit.personal.emplace();
  personal.salt = FromBytea(row["salt"]);
  personal.actor = row["actor"].c_str();
  personal.target = row["target"].c_str();
  personal.target_principal_name = row["target_principal_name"].c_str();
  personal.peer = row["peer"].c_str();
  return entry;
}

TreeHead HeadOf(const pqxx::row& row, const std::string& directory) {
  return {.directory = directory,
          .size = row["size"].as<int64_t>(),
          .root_hash = FromBytea(row["root_hash"]),
          .seal_time = ToTime(row["seal_time"]),
          .key_id = row["key_id"].c_str(),
          .signature = FromBytea(row["signature"])};
}

std::optional<int64_t> Micros(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return std::nullopt;
  return ToMicros(time);
}

}  // namespace

LogPage ListLog(Tx& tx, const std::string& directory, std::optional<int64_t> after, int size, bool newest_first,
                bool show_removed, const AuditFilter& filter) {
  const TreeState tree = FindTree(tx, directory);
  const int64_t oldest = show_removed ? 0 : tree.removed;
  const int64_t begin = after.value_or(newest_first ? tree.size : oldest - 1);
  LogPage page;
  for (const auto& row :
       tx.Exec(newest_first ? kListNewest : kList, directory, begin, size, filter.action, filter.verdict, filter.reason,
               filter.through_service, filter.actor, filter.actor_directory, filter.target,
               filter.target_principal_name, Micros(filter.from), Micros(filter.before), show_removed)) {
    page.entries.push_back(EntryOf(row, directory));
  }
  // Leaves have no gaps: where the scan ended follows from where it began. Rows that are sealed meanwhile are of no page of this list.
  const bool full = static_cast<int>(page.entries.size()) == size;
  if (newest_first) {
    const int64_t reached = full ? page.entries.back().sequence : begin - kScan;
    if (reached > oldest) page.next = reached;
  } else {
    const int64_t reached = full ? page.entries.back().sequence : begin + kScan;
    if (reached < tree.size - 1) page.next = reached;
  }
  return page;
}

std::vector<LogEntry> ReadLog(Tx& tx, const std::string& directory, int64_t first, int most) {
  std::vector<LogEntry> entries;
  for (const auto& row : tx.Exec(kRead, directory, first, most)) entries.push_back(EntryOf(row, directory));
  return entries;
}

std::optional<TreeHead> FindNewestHead(Tx& tx, const std::string& directory) {
  const pqxx::result rows = tx.Exec(kNewestHead, directory);
  return rows.empty() ? std::nullopt : std::optional(HeadOf(rows[0], directory));
}

std::vector<TreeHead> ReadHeads(Tx& tx, const std::string& directory, int64_t after, int64_t upto) {
  std::vector<TreeHead> heads;
  for (const auto& row : tx.Exec(kHeads, directory, after, upto)) heads.push_back(HeadOf(row, directory));
  return heads;
}

std::optional<LogEntry> FindLeaf(Tx& tx, const std::string& directory, const std::string& event_id) {
  const pqxx::result rows = tx.Exec(kFindLeaf, directory, event_id);
  return rows.empty() ? std::nullopt : std::optional(EntryOf(rows[0], directory));
}

TreeState FindTree(Tx& tx, const std::string& directory) {
  const pqxx::result rows = tx.Exec(kTree, directory);
  if (rows.empty()) return {};
  return {.size = rows[0][0].as<int64_t>(), .removed = rows[0][1].as<int64_t>()};
}

std::optional<std::string> FindStray(Tx& tx, const std::string& directory) {
  const pqxx::result rows = tx.Exec(kStray, directory);
  return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

int64_t SweepLog(Tx& tx, const std::string& directory) {
  const auto erased = static_cast<int64_t>(tx.Exec(kErase, directory).affected_rows());
  const auto removed = tx.Exec(kRemove, directory)[0][0].as<int64_t>();
  const auto hourly = tx.Exec(kThinHourly, directory)[0][0].as<int64_t>();
  const auto daily = tx.Exec(kThinDaily, directory)[0][0].as<int64_t>();
  return erased + removed + hourly + daily;
}

}  // namespace hearth
