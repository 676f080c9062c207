#include "server/signal/receiver_store.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_RECEIVERS                                                                                  \
  "SELECT directory_id, event_receiver_id, endpoint_uri, audience, array_to_string(types, ',') AS types, place," \
  " attempts, verification_id, verification_state, delivery_method, service_account_id, paused, "                \
  "array_to_string(settled, ',') AS settled,"                                                                    \
  " problem, revision, hearth.micros(verified_time) AS verified_time, hearth.micros(due_time) AS due_time,"      \
  " hearth.micros(create_time) AS create_time FROM hearth.event_receivers WHERE directory_id = $1"
constexpr Statement kFind{"event_receiver_find", HEARTH_SELECT_RECEIVERS " AND event_receiver_id = $2"};
constexpr Statement kLock{"event_receiver_lock", HEARTH_SELECT_RECEIVERS " AND event_receiver_id = $2 FOR UPDATE"};
constexpr Statement kList{"event_receiver_list",
                          HEARTH_SELECT_RECEIVERS " AND event_receiver_id > $2 ORDER BY event_receiver_id LIMIT $3"};
constexpr Statement kLockCount{
    "event_receiver_lock_count",
    "SELECT pg_advisory_xact_lock(hashtextextended('hearth event receivers ' || $1::text, 0))"};
constexpr Statement kCount{"event_receiver_count",
                           "SELECT count(*) FROM hearth.event_receivers WHERE directory_id = $1"};
constexpr Statement kInsert{
    "event_receiver_insert",
    "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, types,"
    " delivery_method, paused, service_account_id, place)"
    " SELECT $1::text, $2, $3, $4, $5::smallint[], $6, $7, nullif($8::text, ''), coalesce((SELECT s.last FROM "
    "hearth.event_streams s"
    " WHERE s.directory_id = $1::text), 0) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{
    "event_receiver_update",
    "UPDATE hearth.event_receivers SET endpoint_uri = $3, audience = $4, types = $5::smallint[], delivery_method = $6,"
    " paused = $7, service_account_id = nullif($8::text, ''), revision = revision + 1,"
    " lease = CASE WHEN $9::boolean THEN NULL ELSE lease END,"
    " due_time = CASE WHEN $9::boolean THEN now() ELSE due_time END, attempts = CASE WHEN $9::boolean THEN 0 ELSE "
    "attempts END,"
    " problem = CASE WHEN $9::boolean THEN '' ELSE problem END, settled = CASE WHEN $9::boolean THEN '{}' ELSE settled "
    "END"
    " WHERE directory_id = $1 AND event_receiver_id = $2"};
// One whose delivery is under way is due when that has ended (kEnd).
constexpr Statement kVerify{"event_receiver_verify",
                            "UPDATE hearth.event_receivers SET verification_id = $3::uuid, verification_state = $4,"
                            " due_time = CASE WHEN lease IS NULL THEN now() ELSE due_time END"
                            " WHERE directory_id = $1 AND event_receiver_id = $2"};
constexpr Statement kNotify{"event_receiver_notify", "SELECT pg_notify('hearth_events', '')"};
constexpr Statement kDelete{"event_receiver_delete",
                            "DELETE FROM hearth.event_receivers WHERE directory_id = $1 AND event_receiver_id = $2"};
constexpr Statement kTake{"event_receiver_take",
                          "SELECT directory_id, event_receiver_id, endpoint_uri, audience, types, place, last, removed,"
                          " attempts, problem, verification_id, verification_state"
                          " FROM hearth.take_event_receivers($1, $2::uuid, $3)"};
// What was asked for meanwhile does not wait for the next attempt of what failed.
constexpr Statement kEnd{"event_receiver_end",
                         "UPDATE hearth.event_receivers SET place = $4, attempts = $5, problem = $6, lease = NULL,"
                         " due_time = CASE WHEN verification_id IS DISTINCT FROM nullif($8::text, '')::uuid THEN now()"
                         " ELSE now() + $7 * interval '1 millisecond' END"
                         " WHERE directory_id = $1 AND event_receiver_id = $2 AND lease = $3::uuid"};
constexpr Statement kSettle{"event_receiver_settle",
                            "UPDATE hearth.event_receivers SET place = $3, settled = $4::bigint[], problem = $5"
                            " WHERE directory_id = $1 AND event_receiver_id = $2"};
// Another may have been asked for meanwhile: that one waits.
constexpr Statement kVerified{"event_receiver_verified",
                              "UPDATE hearth.event_receivers SET verification_id = NULL, verification_state = '',"
                              " verified_time = CASE WHEN $4::boolean THEN now() ELSE verified_time END"
                              " WHERE directory_id = $1 AND event_receiver_id = $2 AND verification_id = $3::uuid"};

template <class Number>
std::set<Number> NumbersOf(const pqxx::field& field) {
  std::set<Number> numbers;
  for (const absl::string_view text : absl::StrSplit(field.c_str(), ',', absl::SkipEmpty())) {
    Number number = 0;
    if (absl::SimpleAtoi(text, &number)) numbers.insert(number);
  }
  return numbers;
}

template <class Number>
std::string ArrayOf(const std::set<Number>& numbers) {
  return absl::StrCat("{", absl::StrJoin(numbers, ","), "}");
}

// What a take returns, too.
EventReceiver ReceiverOf(const pqxx::row& row) {
  EventReceiver receiver;
  receiver.directory = row["directory_id"].c_str();
  receiver.id = row["event_receiver_id"].c_str();
  receiver.endpoint_uri = row["endpoint_uri"].c_str();
  receiver.audience = row["audience"].c_str();
  receiver.types = NumbersOf<int>(row["types"]);
  receiver.place = row["place"].as<int64_t>();
  receiver.attempts = row["attempts"].as<int>();
  receiver.problem = row["problem"].c_str();
  receiver.verification = {row["verification_id"].c_str(), row["verification_state"].c_str()};
  return receiver;
}

EventReceiver FullReceiverOf(const pqxx::row& row) {
  EventReceiver receiver = ReceiverOf(row);
  receiver.delivery_method = row["delivery_method"].as<int>();
  receiver.service_account = row["service_account_id"].c_str();
  receiver.paused = row["paused"].as<bool>();
  receiver.settled = NumbersOf<int64_t>(row["settled"]);
  receiver.revision = row["revision"].as<int64_t>();
  receiver.verified_time = ToTime(row["verified_time"]);
  receiver.due_time = ToTime(row["due_time"]);
  receiver.create_time = ToTime(row["create_time"]);
  return receiver;
}

void EndVerification(Tx& tx, const EventReceiver& receiver, Verified verified) {
  if (verified == Verified::kWaits) return;
  tx.Exec(kVerified, receiver.directory, receiver.id, receiver.verification.id, verified == Verified::kAccepted);
}

}  // namespace

std::optional<EventReceiver> FindReceiver(Tx& tx, std::string_view directory, std::string_view id, bool lock) {
  const pqxx::result rows = tx.Exec(lock ? kLock : kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(FullReceiverOf(rows[0]));
}

std::vector<EventReceiver> ListReceivers(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<EventReceiver> receivers;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) receivers.push_back(FullReceiverOf(row));
  return receivers;
}

// Two statements: the second sees what was there when the lock was had.
int CountReceivers(Tx& tx, std::string_view directory) {
  tx.Exec(kLockCount, std::string(directory));
  return tx.Exec(kCount, std::string(directory))[0][0].as<int>();
}

bool InsertReceiver(Tx& tx, const EventReceiver& receiver) {
  return tx.Exec(kInsert, receiver.directory, receiver.id, receiver.endpoint_uri, receiver.audience,
                 ArrayOf(receiver.types), receiver.delivery_method, receiver.paused, receiver.service_account)
             .affected_rows() == 1;
}

void UpdateReceiver(Tx& tx, const EventReceiver& receiver, bool anew) {
  tx.Exec(kUpdate, receiver.directory, receiver.id, receiver.endpoint_uri, receiver.audience, ArrayOf(receiver.types),
          receiver.delivery_method, receiver.paused, receiver.service_account, anew);
}

bool RequestVerification(Tx& tx, std::string_view directory, std::string_view id, const Verification& verification) {
  const pqxx::result updated =
      tx.Exec(kVerify, std::string(directory), std::string(id), verification.id, verification.state);
  if (updated.affected_rows() != 1) return false;
  tx.Exec(kNotify);
  return true;
}

bool DeleteReceiver(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

std::vector<ReceiverTurn> TakeDeliveries(Tx& tx, int most, const std::string& lease, absl::Duration length) {
  std::vector<ReceiverTurn> deliveries;
  for (const auto& row : tx.Exec(kTake, most, lease, static_cast<int>(absl::ToInt64Seconds(length)))) {
    deliveries.push_back({ReceiverOf(row), row["last"].as<int64_t>(), row["removed"].as<int64_t>()});
  }
  return deliveries;
}

bool EndDelivery(Tx& tx, const EventReceiver& receiver, const std::string& lease, absl::Duration wait,
                 Verified verified) {
  const pqxx::result ended = tx.Exec(kEnd, receiver.directory, receiver.id, lease, receiver.place, receiver.attempts,
                                     receiver.problem, absl::ToInt64Milliseconds(wait), receiver.verification.id);
  if (ended.affected_rows() != 1) return false;
  EndVerification(tx, receiver, verified);
  return true;
}

void WriteSettled(Tx& tx, const EventReceiver& receiver, Verified verified) {
  tx.Exec(kSettle, receiver.directory, receiver.id, receiver.place, ArrayOf(receiver.settled), receiver.problem);
  EndVerification(tx, receiver, verified);
}

}  // namespace hearth
