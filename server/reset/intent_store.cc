#include "server/reset/intent_store.h"

#include <algorithm>
#include <functional>

namespace hearth {
namespace {

constexpr Statement kInsert{"intent_insert",
                            "SELECT ord FROM hearth.add_reset_intents($1::text[], $2::bytea[], $3::bytea[], "
                            "$4::bytea[], $5::bytea[], $6::uuid[],"
                            " $7::text[], $8::text[], $9::text[], $10::text[])"};
constexpr Statement kTake{"intent_take",
                          "SELECT directory_id, handle_digest, attempts FROM hearth.take_reset_intents($1,"
                          " $2 * interval '1 microsecond')"};
// Key by key, whatever the planner believes the size of the table to be: it grows by thousands of rows a second.
#define HEARTH_SELECT_INTENTS(lock)                                                                                  \
  "SELECT i.* FROM unnest($2::bytea[], $3::smallint[]) q(handle, attempt) CROSS JOIN LATERAL (SELECT handle_digest," \
  " attempts, request_digest, identifier_digest, sealed, call_id, caller_directory, caller, caller_kind, peer,"      \
  " trace_id, hearth.micros(create_time) AS create_time FROM hearth.reset_intents WHERE directory_id = $1"           \
  " AND handle_digest = q.handle AND attempts = q.attempt AND done_time IS NULL LIMIT 1" lock ") i"
constexpr Statement kFind{"intents_find", HEARTH_SELECT_INTENTS("")};
constexpr Statement kLock{"intents_lock", HEARTH_SELECT_INTENTS(" FOR UPDATE")};
constexpr Statement kFinish{
    "intents_finish",
    "UPDATE hearth.reset_intents SET done_time = now(), sealed = NULL WHERE ctid = ANY (ARRAY(SELECT i.ctid"
    " FROM unnest($2::bytea[]) q(handle) CROSS JOIN LATERAL (SELECT n.ctid FROM hearth.reset_intents n"
    " WHERE n.directory_id = $1 AND n.handle_digest = q.handle AND n.done_time IS NULL LIMIT 1) i))"};
// Those that another relay holds right now are left to it.
constexpr Statement kFinishAll{
    "intent_finish_all",
    "UPDATE hearth.reset_intents i SET done_time = now(), sealed = NULL FROM (SELECT directory_id, handle_digest"
    " FROM hearth.reset_intents WHERE directory_id = $1 AND identifier_digest = $2::bytea AND done_time IS NULL"
    " FOR UPDATE SKIP LOCKED) t WHERE i.directory_id = t.directory_id AND i.handle_digest = t.handle_digest"};
constexpr Statement kCountCode{
    "intent_count_code",
    "UPDATE hearth.reset_intents SET code_attempts = code_attempts + 1 WHERE directory_id = $1"
    " AND handle_digest = $2::bytea AND code_attempts < $3 RETURNING identifier_digest"};
constexpr Statement kSweep{"intent_sweep",
                           "DELETE FROM hearth.reset_intents WHERE directory_id = ANY (hearth.served())"
                           " AND create_time < now() - interval '24 hours'"};

constexpr Statement kHandOver{
    "intent_hand_over",
    "INSERT INTO hearth.reset_intents (directory_id, handle_digest, request_digest, identifier_digest, sealed, call_id,"
    " caller_directory, caller, caller_kind, peer, trace_id) VALUES ($1, $2::bytea, $3::bytea, $4::bytea, $5::bytea,"
    " $6::uuid, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"};

using Column = std::function<std::string(const Intent&)>;

std::string ArrayOf(const std::vector<Intent>& intents, const Column& column) {
  std::vector<std::string> values;
  values.reserve(intents.size());
  for (const Intent& intent : intents) values.push_back(column(intent));
  return TextArray(values);
}

}  // namespace

std::vector<bool> InsertIntents(Tx& tx, const std::vector<Intent>& intents) {
  const auto array = [&intents](const Column& column) { return ArrayOf(intents, column); };
  std::vector<bool> reused(intents.size(), false);
  for (const auto& row :
       tx.Exec(kInsert, array([](const Intent& i) { return i.key.directory; }),
               array([](const Intent& i) { return Bytea(i.key.handle_digest); }),
               array([](const Intent& i) { return Bytea(i.request_digest); }),
               array([](const Intent& i) { return Bytea(i.identifier_digest); }),
               array([](const Intent& i) { return Bytea(i.sealed); }), array([](const Intent& i) { return i.call_id; }),
               array([](const Intent& i) { return i.caller; }), array([](const Intent& i) { return i.caller_kind; }),
               array([](const Intent& i) { return i.peer; }), array([](const Intent& i) { return i.trace_id; }))) {
    reused[row["ord"].as<size_t>() - 1] = true;
  }
  return reused;
}

void HandOverIntent(Tx& tx, const Intent& intent) {
  tx.Exec(kHandOver, intent.key.directory, Bytea(intent.key.handle_digest), Bytea(intent.request_digest),
          Bytea(intent.identifier_digest), Bytea(intent.sealed), intent.call_id, intent.caller_directory, intent.caller,
          intent.caller_kind, intent.peer, intent.trace_id);
}

std::vector<IntentKey> TakeIntents(Tx& tx, int most, absl::Duration lease) {
  std::vector<IntentKey> keys;
  for (const auto& row : tx.Exec(kTake, most, absl::ToInt64Microseconds(lease))) {
    keys.push_back({row["directory_id"].c_str(), FromBytea(row["handle_digest"]), row["attempts"].as<int>()});
  }
  return keys;
}

std::vector<Intent> FindIntents(Tx& tx, const std::string& directory, std::vector<IntentKey> keys, bool lock) {
  std::sort(keys.begin(), keys.end(),
            [](const IntentKey& a, const IntentKey& b) { return a.handle_digest < b.handle_digest; });
  std::vector<std::string> handles, attempts;
  for (const IntentKey& key : keys) {
    handles.push_back(Bytea(key.handle_digest));
    attempts.push_back(std::to_string(key.attempts));
  }
  std::vector<Intent> intents;
  for (const auto& row : tx.Exec(lock ? kLock : kFind, directory, TextArray(handles), TextArray(attempts))) {
    intents.push_back({.key = {directory, FromBytea(row["handle_digest"]), row["attempts"].as<int>()},
                       .request_digest = FromBytea(row["request_digest"]),
                       .identifier_digest = FromBytea(row["identifier_digest"]),
                       .sealed = FromBytea(row["sealed"]),
                       .call_id = row["call_id"].c_str(),
                       .caller_directory = row["caller_directory"].c_str(),
                       .caller = row["caller"].c_str(),
                       .caller_kind = row["caller_kind"].c_str(),
                       .peer = row["peer"].c_str(),
                       .trace_id = row["trace_id"].c_str(),
                       .create_time = ToTime(row["create_time"])});
  }
  return intents;
}

void FinishIntents(Tx& tx, const std::string& directory, const std::vector<Intent>& intents) {
  tx.Exec(kFinish, directory, ArrayOf(intents, [](const Intent& intent) { return Bytea(intent.key.handle_digest); }));
}

void FinishIntentsOf(Tx& tx, const std::string& directory, const std::string& identifier_digest) {
  tx.Exec(kFinishAll, directory, Bytea(identifier_digest));
}

std::optional<HandleUse> CountCodeAttempt(Tx& tx, const std::string& directory, const std::string& handle_digest,
                                          int most) {
  const pqxx::result rows = tx.Exec(kCountCode, directory, Bytea(handle_digest), most);
  if (rows.empty()) return std::nullopt;
  return HandleUse{FromBytea(rows[0][0])};
}

int SweepIntents(Tx& tx) { return static_cast<int>(tx.Exec(kSweep).affected_rows()); }

}  // namespace hearth
