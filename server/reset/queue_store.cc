#include "server/reset/queue_store.h"

#include "server/base/ids.h"

namespace hearth {
namespace {

// Whose time is over makes room for a new one.
constexpr Statement kExpire{"reset_request_expire",
                            "UPDATE hearth.reset_requests SET state = 5, end_time = now() WHERE directory_id = $1"
                            " AND user_id = $2 AND state = 1 AND expire_time <= now()"};
constexpr Statement kOpen{
    "reset_request_open",
    "INSERT INTO hearth.reset_requests (directory_id, reset_request_id, user_id, asked_through, language, expire_time)"
    " VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 microsecond')"
    " ON CONFLICT (directory_id, user_id) WHERE state = 1 DO UPDATE SET times_asked = reset_requests.times_asked + 1"
    " RETURNING reset_request_id"};
#define HEARTH_SELECT_QUEUED                                                                                       \
  "SELECT r.directory_id, r.reset_request_id, r.user_id, u.user_principal_name, u.display_name,"                   \
  " CASE WHEN r.state = 1 AND r.expire_time <= now() THEN 5 ELSE r.state END AS state, r.times_asked, "            \
  "r.asked_through,"                                                                                               \
  " r.language, r.decided_by, r.deny_reason, hearth.micros(r.create_time) AS create_time,"                         \
  " hearth.micros(r.expire_time) AS expire_time, hearth.micros(r.decide_time) AS decide_time"                      \
  " FROM hearth.reset_requests r JOIN hearth.users u ON u.directory_id = r.directory_id AND u.user_id = r.user_id" \
  " WHERE r.directory_id = $1"
constexpr Statement kFind{"reset_request_find", HEARTH_SELECT_QUEUED " AND r.reset_request_id = $2"};
constexpr Statement kLock{"reset_request_lock", HEARTH_SELECT_QUEUED " AND r.reset_request_id = $2 FOR UPDATE OF r"};
#define HEARTH_OF_UNITS                                                                                  \
  " AND ($6::text[] IS NULL OR r.user_id IN (SELECT m.user_id FROM hearth.administrative_unit_members m" \
  " WHERE m.directory_id = $1 AND m.unit_id = ANY ($6::text[])))"
#define HEARTH_OF_STATE " AND ($4 = 0 OR $4 = CASE WHEN r.state = 1 AND r.expire_time <= now() THEN 5 ELSE r.state END)"
// The times of rows are whole microseconds, so the cursor is exact.
constexpr Statement kListOldest{"reset_request_list_oldest", HEARTH_SELECT_QUEUED
                                " AND ($2::bigint IS NULL OR (hearth.micros(r.create_time), r.reset_request_id) > ($2, "
                                "$3::text))" HEARTH_OF_STATE HEARTH_OF_UNITS
                                " ORDER BY r.create_time, r.reset_request_id LIMIT $5"};
constexpr Statement kListNewest{"reset_request_list_newest", HEARTH_SELECT_QUEUED
                                " AND ($2::bigint IS NULL OR (hearth.micros(r.create_time), r.reset_request_id) < ($2, "
                                "$3::text))" HEARTH_OF_STATE HEARTH_OF_UNITS
                                " ORDER BY r.create_time DESC, r.reset_request_id DESC LIMIT $5"};
constexpr Statement kDecide{
    "reset_request_decide",
    "UPDATE hearth.reset_requests SET state = $3::smallint, decided_by = $4, deny_reason = $5, decide_time = now(),"
    " end_time = CASE WHEN $3::smallint = 2 THEN NULL ELSE now() END WHERE directory_id = $1 AND reset_request_id = "
    "$2"};
constexpr Statement kComplete{"reset_request_complete",
                              "UPDATE hearth.reset_requests SET state = CASE WHEN state = 1 AND expire_time <= now()"
                              " THEN 5 ELSE 4 END, end_time = now() WHERE directory_id = $1 AND user_id = $2"
                              " AND state IN (1, 2)"};
constexpr Statement kNoticed{
    "reset_request_noticed",
    "UPDATE hearth.reset_requests SET noticed = true WHERE directory_id = $1 AND reset_request_id = ANY ($2::text[])"};
constexpr Statement kDirectories{"reset_request_directories", "SELECT directory_id FROM hearth.reset_digests_due()"};
constexpr Statement kLockUnnoticed{"reset_request_lock_unnoticed",
                                   "SELECT reset_request_id, hearth.micros(create_time) AS create_time, "
                                   "hearth.micros(now()) AS now FROM hearth.reset_requests"
                                   " WHERE directory_id = $1 AND state = 1 AND NOT noticed AND expire_time > now()"
                                   " ORDER BY create_time FOR UPDATE SKIP LOCKED"};
constexpr Statement kSweepExpired{"reset_request_sweep_expired",
                                  "UPDATE hearth.reset_requests SET state = 5, end_time = now()"
                                  " WHERE directory_id = ANY (hearth.served()) AND state = 1 AND expire_time <= now()"};
// A link that was never used is over when the longest that a link can live is.
constexpr Statement kSweepUnused{"reset_request_sweep_unused",
                                 "UPDATE hearth.reset_requests SET state = 5, end_time = now()"
                                 " WHERE directory_id = ANY (hearth.served()) AND state = 2"
                                 " AND decide_time <= now() - interval '7 days'"};
constexpr Statement kSweepOld{"reset_request_sweep_old",
                              "DELETE FROM hearth.reset_requests WHERE directory_id = ANY (hearth.served())"
                              " AND end_time < now() - interval '90 days'"};

QueuedReset QueuedOf(const pqxx::row& row) {
  return {.directory = row["directory_id"].c_str(),
          .id = row["reset_request_id"].c_str(),
          .user = row["user_id"].c_str(),
          .user_principal_name = row["user_principal_name"].c_str(),
          .display_name = row["display_name"].c_str(),
          .state = static_cast<v1::ResetRequest::State>(row["state"].as<int>()),
          .times_asked = row["times_asked"].as<int>(),
          .asked_through = row["asked_through"].c_str(),
          .language = row["language"].c_str(),
          .decided_by = row["decided_by"].c_str(),
          .deny_reason = row["deny_reason"].c_str(),
          .create_time = ToTime(row["create_time"]),
          .expire_time = ToTime(row["expire_time"]),
          .decide_time = ToTime(row["decide_time"])};
}

}  // namespace

std::optional<std::string> OpenResetRequest(Tx& tx, const User& user, const std::string& asked_through,
                                            const std::string& language, absl::Duration lifetime) {
  tx.Exec(kExpire, user.directory, user.id);
  const std::string id = NewUuid4();
  const pqxx::result rows =
      tx.Exec(kOpen, user.directory, id, user.id, asked_through, language, absl::ToInt64Microseconds(lifetime));
  return rows[0][0].c_str() == id ? std::optional(id) : std::nullopt;
}

std::optional<QueuedReset> FindResetRequest(Tx& tx, std::string_view directory, std::string_view id, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(QueuedOf(rows[0]));
}

std::vector<QueuedReset> ListResetRequests(Tx& tx, std::string_view directory, const std::optional<QueueCursor>& after,
                                           bool newest_first, v1::ResetRequest::State state,
                                           const std::optional<std::vector<std::string>>& units, int limit) {
  std::optional<std::string> only;
  if (units.has_value()) only = TextArray(*units);
  std::optional<int64_t> micros;
  if (after.has_value()) micros = after->micros;
  std::vector<QueuedReset> requests;
  for (const auto& row : tx.Exec(newest_first ? kListNewest : kListOldest, std::string(directory), micros,
                                 after.has_value() ? after->id : "", static_cast<int>(state), limit, only)) {
    requests.push_back(QueuedOf(row));
  }
  return requests;
}

void DecideResetRequest(Tx& tx, const QueuedReset& request, v1::ResetRequest::State state,
                        const std::string& decided_by, const std::string& deny_reason) {
  tx.Exec(kDecide, request.directory, request.id, static_cast<int>(state), decided_by, deny_reason);
}

void CompleteResetRequests(Tx& tx, std::string_view directory, std::string_view user) {
  tx.Exec(kComplete, std::string(directory), std::string(user));
}

void MarkNoticed(Tx& tx, std::string_view directory, const std::vector<std::string>& ids) {
  tx.Exec(kNoticed, std::string(directory), TextArray(ids));
}

std::vector<std::string> DirectoriesWithUnnoticed(Tx& tx) {
  std::vector<std::string> directories;
  for (const auto& row : tx.Exec(kDirectories)) directories.emplace_back(row[0].c_str());
  return directories;
}

std::optional<Unnoticed> LockUnnoticed(Tx& tx, const std::string& directory) {
  const pqxx::result rows = tx.Exec(kLockUnnoticed, directory);
  if (rows.empty()) return std::nullopt;
  Unnoticed unnoticed{{}, ToTime(rows[0]["create_time"]), ToTime(rows[0]["now"])};
  for (const auto& row : rows) unnoticed.ids.emplace_back(row["reset_request_id"].c_str());
  return unnoticed;
}

void SweepResetRequests(Tx& tx) {
  tx.Exec(kSweepExpired);
  tx.Exec(kSweepUnused);
  tx.Exec(kSweepOld);
}

}  // namespace hearth
