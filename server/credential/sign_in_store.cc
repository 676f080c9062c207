#include "server/credential/sign_in_store.h"

#include <optional>

namespace hearth {
namespace {

#define RULES_COLUMNS                                                            \
  "lockout_threshold, hearth.span_micros(lockout_duration) AS lockout_duration," \
  " hearth.span_micros(max_lockout_duration) AS max_lockout_duration,"           \
  " hearth.span_micros(familiar_source_lifetime) AS familiar_source_lifetime,"   \
  " hearth.micros(update_time) AS update_time, revision"

constexpr Statement kFindRules{"sign_in_rules_find",
                               "SELECT " RULES_COLUMNS " FROM hearth.sign_in_policies WHERE directory_id = $1"};
constexpr Statement kLockRules{
    "sign_in_rules_lock", "SELECT " RULES_COLUMNS " FROM hearth.sign_in_policies WHERE directory_id = $1 FOR UPDATE"};
constexpr Statement kWriteRules{
    "sign_in_rules_write",
    "INSERT INTO hearth.sign_in_policies AS p (directory_id, lockout_threshold, lockout_duration, max_lockout_duration,"
    " familiar_source_lifetime) VALUES ($1, $2, $3 * interval '1 microsecond', $4 * interval '1 microsecond',"
    " $5 * interval '1 microsecond') ON CONFLICT (directory_id) DO UPDATE SET lockout_threshold ="
    " EXCLUDED.lockout_threshold, lockout_duration = EXCLUDED.lockout_duration, max_lockout_duration ="
    " EXCLUDED.max_lockout_duration, familiar_source_lifetime = EXCLUDED.familiar_source_lifetime,"
    " update_time = now(), revision = p.revision + 1"};

#define COUNT_COLUMNS                                                                                             \
  "familiar_failures, familiar_lockouts, hearth.micros(familiar_locked_until) AS familiar_locked_until,"          \
  " unfamiliar_failures, unfamiliar_lockouts, hearth.micros(unfamiliar_locked_until) AS unfamiliar_locked_until," \
  " consecutive_failures, tried, hearth.micros(clock_timestamp()) AS now"

// Makes the row if it is not there, and locks it either way.
constexpr Statement kLock{
    "sign_in_lock",
    "INSERT INTO hearth.sign_in_counts (directory_id, subject, user_id) VALUES ($1, $2::bytea, $3)"
    " ON CONFLICT (directory_id, subject) DO UPDATE SET user_id = EXCLUDED.user_id RETURNING " COUNT_COLUMNS
    ", EXISTS (SELECT 1 FROM hearth.familiar_sources s WHERE s.directory_id = $1 AND s.user_id = $3"
    " AND s.source = $4::bytea AND s.last_time > now() - $5 * interval '1 microsecond') AS familiar"};
constexpr Statement kWrite{
    "sign_in_write",
    "UPDATE hearth.sign_in_counts SET familiar_failures = $3, familiar_lockouts = $4,"
    " familiar_locked_until = to_timestamp($5::double precision / 1e6), unfamiliar_failures = $6,"
    " unfamiliar_lockouts = $7, unfamiliar_locked_until = to_timestamp($8::double precision / 1e6),"
    " consecutive_failures = $9, tried = $10::bytea, update_time = now()"
    " WHERE directory_id = $1 AND subject = $2::bytea"};
constexpr Statement kFind{"sign_in_find", "SELECT " COUNT_COLUMNS
                                          " FROM hearth.sign_in_counts WHERE directory_id = $1 AND user_id = $2"
                                          " AND user_id <> '' ORDER BY update_time DESC LIMIT 1"};
constexpr Statement kClear{"sign_in_clear",
                           "DELETE FROM hearth.sign_in_counts WHERE directory_id = $1 AND user_id = $2"
                           " AND user_id <> ''"};
constexpr Statement kRemember{
    "sign_in_remember",
    "INSERT INTO hearth.familiar_sources (directory_id, user_id, source) VALUES ($1, $2, $3::bytea)"
    " ON CONFLICT (directory_id, user_id, source) DO UPDATE SET last_time = now()"};
// More than a person has; whoever signs in from ever new sources keeps the newest.
constexpr Statement kForgetOldest{
    "sign_in_forget_oldest",
    "DELETE FROM hearth.familiar_sources WHERE directory_id = $1 AND user_id = $2 AND source IN"
    " (SELECT source FROM hearth.familiar_sources WHERE directory_id = $1 AND user_id = $2"
    " ORDER BY last_time DESC, source OFFSET 20)"};
constexpr Statement kSweep{
    "sign_in_sweep",
    "DELETE FROM hearth.sign_in_counts c WHERE directory_id = ANY (hearth.served())"
    " AND update_time < now() - interval '1 day' AND ((user_id = '' AND"
    " coalesce(greatest(familiar_locked_until, unfamiliar_locked_until) < now(), true))"
    " OR (consecutive_failures = 0 AND familiar_failures = 0 AND unfamiliar_failures = 0)"
    " OR (user_id <> '' AND NOT EXISTS (SELECT 1 FROM hearth.users u WHERE u.directory_id = c.directory_id"
    " AND u.user_id = c.user_id)))"};
constexpr Statement kSweepSources{"sign_in_sweep_sources",
                                  "DELETE FROM hearth.familiar_sources WHERE directory_id = ANY (hearth.served())"
                                  " AND last_time < now() - interval '365 days'"};

constexpr size_t kDigest = 32;

absl::Duration ToSpan(const pqxx::field& field) { return absl::Microseconds(field.as<int64_t>()); }

std::optional<int64_t> ToOptional(absl::Time time) {
  return time == absl::InfinitePast() ? std::nullopt : std::optional(ToMicros(time));
}

SignInCounts CountsOf(const pqxx::row& row) {
  SignInCounts counts;
  counts.familiar = {row["familiar_failures"].as<int>(), row["familiar_lockouts"].as<int>(),
                     ToTime(row["familiar_locked_until"])};
  counts.unfamiliar = {row["unfamiliar_failures"].as<int>(), row["unfamiliar_lockouts"].as<int>(),
                       ToTime(row["unfamiliar_locked_until"])};
  counts.consecutive_failures = row["consecutive_failures"].as<int>();
  const std::string tried = FromBytea(row["tried"]);
  for (size_t at = 0; at + kDigest <= tried.size(); at += kDigest) counts.tried.push_back(tried.substr(at, kDigest));
  return counts;
}

void Write(Tx& tx, const SignInTry& attempt, const SignInCounts& counts) {
  std::string tried;
  for (const std::string& digest : counts.tried) tried += digest;
  tx.Exec(kWrite, attempt.directory, Bytea(attempt.subject), counts.familiar.failures, counts.familiar.lockouts,
          ToOptional(counts.familiar.locked_until), counts.unfamiliar.failures, counts.unfamiliar.lockouts,
          ToOptional(counts.unfamiliar.locked_until), counts.consecutive_failures, Bytea(tried));
}

pqxx::result Lock(Tx& tx, const SignInTry& attempt, const SignInRules& rules) {
  return tx.Exec(kLock, attempt.directory, Bytea(attempt.subject), attempt.user, Bytea(attempt.source),
                 absl::ToInt64Microseconds(rules.familiar_source_lifetime));
}

}  // namespace

StoredSignInRules FindSignInRules(Tx& tx, std::string_view directory, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLockRules : kFindRules, std::string(directory));
  if (rows.empty()) return {};
  const auto& row = rows[0];
  StoredSignInRules stored;
  stored.rules.lockout_threshold = row["lockout_threshold"].as<int>();
  stored.rules.lockout_duration = ToSpan(row["lockout_duration"]);
  stored.rules.max_lockout_duration = ToSpan(row["max_lockout_duration"]);
  stored.rules.familiar_source_lifetime = ToSpan(row["familiar_source_lifetime"]);
  stored.update_time = ToTime(row["update_time"]);
  stored.revision = row["revision"].as<int64_t>();
  return stored;
}

void WriteSignInRules(Tx& tx, std::string_view directory, const SignInRules& rules) {
  tx.Exec(kWriteRules, std::string(directory), rules.lockout_threshold,
          absl::ToInt64Microseconds(rules.lockout_duration), absl::ToInt64Microseconds(rules.max_lockout_duration),
          absl::ToInt64Microseconds(rules.familiar_source_lifetime));
}

SignInAdmission AdmitTry(Tx& tx, const SignInTry& attempt) {
  const SignInRules rules = FindSignInRules(tx, attempt.directory).rules;
  const pqxx::result rows = Lock(tx, attempt, rules);
  SignInCounts counts = CountsOf(rows[0]);
  SignInAdmission admission;
  admission.familiar = rows[0]["familiar"].as<bool>();
  admission.locked_until = CountTry(rules, ToTime(rows[0]["now"]), admission.familiar, attempt.password, counts);
  Write(tx, attempt, counts);
  return admission;
}

void ForgetFailures(Tx& tx, const SignInTry& attempt, bool familiar) {
  SignInCounts counts = CountsOf(Lock(tx, attempt, SignInRules())[0]);
  CountSuccess(familiar, counts);
  Write(tx, attempt, counts);
}

void RememberSource(Tx& tx, const SignInTry& attempt) {
  if (attempt.source.empty()) return;
  tx.Exec(kRemember, attempt.directory, attempt.user, Bytea(attempt.source));
  tx.Exec(kForgetOldest, attempt.directory, attempt.user);
}

SignInCounts FindSignInCounts(Tx& tx, std::string_view directory, std::string_view user) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(user));
  return rows.empty() ? SignInCounts() : CountsOf(rows[0]);
}

void ClearSignInCounts(Tx& tx, std::string_view directory, std::string_view user) {
  tx.Exec(kClear, std::string(directory), std::string(user));
}

int SweepSignIns(Tx& tx) {
  return static_cast<int>(tx.Exec(kSweep).affected_rows() + tx.Exec(kSweepSources).affected_rows());
}

}  // namespace hearth
