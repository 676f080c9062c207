#include "server/audit/log_store.h"

#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr int kScan = 20'000;

// The columns in the order of EntryOf. Under the policy that was before the last change of it more may have been due: what was a month old then.
#define HEARTH_LOG_COLUMNS                                                                                        \
  "SELECT l.sequence, l.event_id, l.personal_digest, l.leaf_hash, e.event_id IS NOT NULL AS present,"             \
  " coalesce(e.create_time < greatest(k.since, k.personal_since, (SELECT q.update_time - interval '30 days'"      \
  " FROM hearth.audit_policies q WHERE q.directory_id = $1)), true) AS personal_is_due,"                          \
  " hearth.micros(e.create_time) AS create_time, e.action, e.verdict, e.reason, e.actor_directory, e.actor_kind," \
  " e.rpc, e.through_service, e.trace_id, p.salt, p.actor, p.target, p.target_principal_name, p.peer"
// The row of a table of which `event` is the id. BETWEEN and the order say which index finds it, where an equality leaves the planner a choice: with the
// statistics of an empty table it takes one that reads the whole directory for each row.
#define HEARTH_AT(table, event)                                                                                  \
  " LEFT JOIN LATERAL (SELECT * FROM hearth." table " r WHERE r.directory_id = $1 AND r.event_id BETWEEN " event \
  " AND " event " ORDER BY r.event_id LIMIT 1) "
#define HEARTH_LOG_JOINS \
  HEARTH_AT("audit_events", "l.event_id") "e ON true"        \
  HEARTH_AT("audit_personal", "l.event_id") "p ON true"      \
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
constexpr Statement kListOne{
    "audit_list_one", HEARTH_LOG_COLUMNS
    " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1 AND"
    " event_id BETWEEN $2::uuid AND $2::uuid ORDER BY event_id LIMIT $3) l" HEARTH_LOG_JOINS HEARTH_LOG_FILTER};
constexpr Statement kRead{"audit_read_log", HEARTH_LOG_COLUMNS
                          " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1 AND sequence >= $2"
                          " ORDER BY sequence LIMIT $3) l" HEARTH_LOG_JOINS " ORDER BY l.sequence"};
constexpr Statement kFindLeaf{
    "audit_find_leaf", HEARTH_LOG_COLUMNS
    " FROM (SELECT * FROM hearth.audit_leaves WHERE directory_id = $1"
    " AND event_id BETWEEN $2::uuid AND $2::uuid ORDER BY event_id LIMIT 1) l" HEARTH_LOG_JOINS};
#define HEARTH_HEAD_COLUMNS                                                          \
  "SELECT size, root_hash, hearth.micros(seal_time) AS seal_time, key_id, signature" \
  " FROM hearth.audit_heads WHERE directory_id = $1"
constexpr Statement kNewestHead{"audit_newest_head", HEARTH_HEAD_COLUMNS " ORDER BY size DESC LIMIT 1"};
constexpr Statement kHeads{"audit_heads", HEARTH_HEAD_COLUMNS " AND size > $2 AND size <= $3 ORDER BY size"};
constexpr Statement kTree{"audit_tree",
                          "SELECT size, removed, frontier FROM hearth.audit_trees WHERE directory_id = $1"};
// What is written at this moment may be sealed at this moment; a minute is long enough.
constexpr Statement kStray{
    "audit_stray",
    "(SELECT e.event_id FROM hearth.audit_events e"
    HEARTH_AT("audit_leaves", "e.event_id") "l ON true"
    " WHERE e.directory_id = $1 AND e.create_time < now() - interval '1 minute' AND l.event_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM hearth.audit_unsealed u WHERE u.directory_id = $1 AND u.event_id = e.event_id)"
    " LIMIT 1) UNION ALL (SELECT u.event_id FROM hearth.audit_unsealed u"
    HEARTH_AT("audit_events", "u.event_id") "e ON true"
    " WHERE u.directory_id = $1 AND e.event_id IS NULL LIMIT 1)"};
constexpr Statement kErase{
    "audit_erase_personal",
    "DELETE FROM hearth.audit_personal p USING (SELECT o.event_id FROM hearth.audit_personal o,"
    " hearth.audit_kept($1) k WHERE o.directory_id = $1 AND o.create_time < greatest(k.since, k.personal_since)"
    " LIMIT 5000) due WHERE p.directory_id = $1 AND p.event_id = due.event_id"};
// From the beginning on, up to the first row that is kept: so a missing row that is not of the beginning is a finding. And only what lies under a head
// that is as old: a row's own time is nobody's word, and a row that was sealed late stays so much longer.
constexpr Statement kRemove{
    "audit_remove_rows",
    "WITH oldest AS (SELECT l.sequence, l.event_id, e.create_time < k.since AND coalesce((SELECT h.seal_time < k.since"
    " FROM hearth.audit_heads h WHERE h.directory_id = $1 AND h.size > l.sequence ORDER BY h.size LIMIT 1), false) AS "
    "due"
    " FROM hearth.audit_trees t"
    " CROSS JOIN hearth.audit_kept($1) k"
    " JOIN hearth.audit_leaves l ON l.directory_id = $1 AND l.sequence >= t.removed AND l.sequence < t.removed + 5000"
    " JOIN hearth.audit_events e ON e.directory_id = $1 AND e.event_id = l.event_id WHERE t.directory_id = $1),"
    " bound AS (SELECT coalesce(min(sequence) FILTER (WHERE NOT due), max(sequence) + 1) AS upto FROM oldest),"
    " gone AS (DELETE FROM hearth.audit_events e USING oldest o, bound b"
    " WHERE e.directory_id = $1 AND e.event_id = o.event_id AND o.sequence < b.upto RETURNING 1),"
    " moved AS (UPDATE hearth.audit_trees t SET removed = b.upto FROM bound b"
    " WHERE t.directory_id = $1 AND b.upto > t.removed)"
    " SELECT count(*) FROM gone"};

constexpr Statement kSweepDecoys{
    "audit_sweep_decoys",
    "DELETE FROM hearth.audit_decoys d USING (SELECT o.event_id FROM hearth.audit_decoys o"
    " WHERE o.directory_id = $1 AND o.create_time < now() - interval '1 minute' LIMIT 5000) due"
    " WHERE d.directory_id = $1 AND d.event_id = due.event_id"};

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
  int column = 0;
  const auto next = [&] { return row[column++]; };
  LogEntry entry{.sequence = next().as<int64_t>(),
                 .event_id = next().c_str(),
                 .personal_digest = FromBytea(next()),
                 .leaf_hash = FromBytea(next()),
                 .row = std::nullopt,
                 .personal_is_due = false};
  const bool present = next().as<bool>();
  entry.personal_is_due = next().as<bool>();
  if (!present) return entry;
  AuditRow& audit = entry.row.emplace();
  audit.directory = directory;
  audit.event_id = entry.event_id;
  audit.create_time = ToTime(next());
  for (std::string* text : {&audit.action, &audit.verdict, &audit.reason, &audit.actor_directory, &audit.actor_kind,
                            &audit.rpc, &audit.through_service, &audit.trace_id}) {
    *text = next().c_str();
  }
  const auto salt = next();
  if (salt.is_null()) return entry;
  AuditPersonal& personal = audit.personal.emplace();
  personal.salt = FromBytea(salt);
  for (std::string* text : {&personal.actor, &personal.target, &personal.target_principal_name, &personal.peer}) {
    *text = next().c_str();
  }
  return entry;
}

// To be said before statements with HEARTH_AT: their plans, which are made once a connection, are look-ups by the key. None of them needs a sort.
void LookUpByKey(Tx& tx) {
  tx.ExecPlain("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off");
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
  LookUpByKey(tx);
  LogPage page;
  const auto list = [&](const Statement& statement, const auto& key) {
    for (const auto& row :
         tx.Exec(statement, directory, key, size, filter.action, filter.verdict, filter.reason, filter.through_service,
                 filter.actor, filter.actor_directory, filter.target, filter.target_principal_name, Micros(filter.from),
                 Micros(filter.before), show_removed)) {
      page.entries.push_back(EntryOf(row, directory));
    }
  };
  if (!filter.event_id.empty()) {
    list(kListOne, filter.event_id);
    return page;
  }
  const TreeState tree = FindTree(tx, directory);
  const int64_t oldest = show_removed ? 0 : tree.removed;
  const int64_t begin = after.value_or(newest_first ? tree.size : oldest - 1);
  list(newest_first ? kListNewest : kList, begin);
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
  LookUpByKey(tx);
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
  LookUpByKey(tx);
  const pqxx::result rows = tx.Exec(kFindLeaf, directory, event_id);
  return rows.empty() ? std::nullopt : std::optional(EntryOf(rows[0], directory));
}

TreeState FindTree(Tx& tx, const std::string& directory) {
  const pqxx::result rows = tx.Exec(kTree, directory);
  if (rows.empty()) return {};
  return {.size = rows[0][0].as<int64_t>(), .removed = rows[0][1].as<int64_t>(), .frontier = FromBytea(rows[0][2])};
}

std::optional<std::string> FindStray(Tx& tx, const std::string& directory) {
  LookUpByKey(tx);
  const pqxx::result rows = tx.Exec(kStray, directory);
  return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0][0].c_str());
}

int64_t SweepLog(Tx& tx, const std::string& directory) {
  const auto erased = static_cast<int64_t>(tx.Exec(kErase, directory).affected_rows());
  const auto decoys = static_cast<int64_t>(tx.Exec(kSweepDecoys, directory).affected_rows());
  const auto removed = tx.Exec(kRemove, directory)[0][0].as<int64_t>();
  const auto hourly = tx.Exec(kThinHourly, directory)[0][0].as<int64_t>();
  const auto daily = tx.Exec(kThinDaily, directory)[0][0].as<int64_t>();
  return erased + decoys + removed + hourly + daily;
}

}  // namespace hearth
