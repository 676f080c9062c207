#include "server/reset/limit_store.h"

#include "server/directory/time_proto.h"

namespace hearth {
namespace {

// Makes the row if it is not there, and locks it either way.
constexpr Statement kLock{
    "limit_lock",
    "INSERT INTO hearth.reset_limits (directory_id, subject, kind, count, window_start) VALUES ($1, $2::bytea, $3, 0,"
    " '-infinity') ON CONFLICT (directory_id, subject, kind) DO UPDATE SET count = reset_limits.count RETURNING count,"
    " CASE WHEN isfinite(window_start) THEN hearth.micros(window_start) END AS window_start,"
    " hearth.micros(blocked_until) AS blocked_until, hearth.micros(clock_timestamp()) AS now"};
constexpr Statement kWrite{
    "limit_write",
    "UPDATE hearth.reset_limits SET count = $4, window_start = to_timestamp($5::double precision / 1e6),"
    " blocked_until = to_timestamp($6::double precision / 1e6) WHERE directory_id = $1 AND subject = $2::bytea"
    " AND kind = $3"};
constexpr Statement kBlocked{"limit_blocked",
                             "SELECT 1 FROM hearth.reset_limits WHERE directory_id = $1 AND subject = $2::bytea"
                             " AND kind = $3 AND blocked_until > now()"};
constexpr Statement kList{
    "limit_list",
    "SELECT kind, count, hearth.micros(window_start) AS window_start,"
    " CASE WHEN blocked_until > now() THEN hearth.micros(blocked_until) END AS blocked_until FROM hearth.reset_limits"
    " WHERE directory_id = $1 AND subject = $2::bytea AND isfinite(window_start) ORDER BY kind"};
constexpr Statement kClear{"limit_clear",
                           "DELETE FROM hearth.reset_limits WHERE directory_id = $1 AND subject = $2::bytea"};
// 7 days is the longest window and the longest block.
constexpr Statement kSweep{"limit_sweep",
                           "DELETE FROM hearth.reset_limits WHERE directory_id = ANY (hearth.served())"
                           " AND window_start < now() - interval '7 days'"
                           " AND coalesce(blocked_until < now(), true)"};

}  // namespace

LimitVerdict CountTowards(Tx& tx, const std::string& directory, const std::string& subject, v1::ResetLimitKind kind,
                          const v1::ResetPolicy& policy) {
  const int number = static_cast<int>(kind);
  const pqxx::result rows = tx.Exec(kLock, directory, Bytea(subject), number);
  const auto& row = rows[0];
  LimitCount count{row["count"].as<int>(), ToTime(row["window_start"]), ToTime(row["blocked_until"])};
  const LimitVerdict verdict = CountOne(LimitOf(policy, kind), ToTime(row["now"]), count);
  std::optional<int64_t> blocked_until;
  if (count.blocked_until != absl::InfinitePast()) blocked_until = ToMicros(count.blocked_until);
  tx.Exec(kWrite, directory, Bytea(subject), number, count.count, ToMicros(count.window_start), blocked_until);
  return verdict;
}

bool IsBlocked(Tx& tx, const std::string& directory, const std::string& subject, v1::ResetLimitKind kind) {
  return !tx.Exec(kBlocked, directory, Bytea(subject), static_cast<int>(kind)).empty();
}

std::vector<v1::ResetLimitStatus> ListLimits(Tx& tx, const std::string& directory, const std::string& subject) {
  std::vector<v1::ResetLimitStatus> limits;
  for (const auto& row : tx.Exec(kList, directory, Bytea(subject))) {
    v1::ResetLimitStatus& limit = limits.emplace_back();
    limit.set_kind(static_cast<v1::ResetLimitKind>(row["kind"].as<int>()));
    limit.set_count(row["count"].as<int>());
    *limit.mutable_window_start_time() = ToProto(ToTime(row["window_start"]));
    if (!row["blocked_until"].is_null()) *limit.mutable_blocked_until_time() = ToProto(ToTime(row["blocked_until"]));
  }
  return limits;
}

void ClearLimits(Tx& tx, const std::string& directory, const std::string& subject) {
  tx.Exec(kClear, directory, Bytea(subject));
}

int SweepLimits(Tx& tx) { return static_cast<int>(tx.Exec(kSweep).affected_rows()); }

}  // namespace hearth
