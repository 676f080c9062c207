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
  " attempts, problem, hearth.micros(due_time) AS due_time, hearth.micros(create_time) AS create_time"           \
  " FROM hearth.event_receivers WHERE directory_id = $1"
constexpr Statement kFind{"event_receiver_find", HEARTH_SELECT_RECEIVERS " AND event_receiver_id = $2"};
constexpr Statement kList{"event_receiver_list",
                          HEARTH_SELECT_RECEIVERS " AND event_receiver_id > $2 ORDER BY event_receiver_id LIMIT $3"};
constexpr Statement kLockCount{
    "event_receiver_lock_count",
    "SELECT pg_advisory_xact_lock(hashtextextended('hearth event receivers ' || $1::text, 0))"};
constexpr Statement kCount{"event_receiver_count",
                           "SELECT count(*) FROM hearth.event_receivers WHERE directory_id = $1"};
constexpr Statement kInsert{
    "event_receiver_insert",
    "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, types, place)"
    " SELECT $1, $2, $3, $4, $5::smallint[], coalesce((SELECT s.last FROM hearth.event_streams s WHERE s.directory_id "
    "= $1), 0)"
    " ON CONFLICT DO NOTHING"};
constexpr Statement kDelete{"event_receiver_delete",
                            "DELETE FROM hearth.event_receivers WHERE directory_id = $1 AND event_receiver_id = $2"};
constexpr Statement kTake{"event_receiver_take",
                          "SELECT directory_id, event_receiver_id, endpoint_uri, audience, types, place, last, removed,"
                          " attempts FROM hearth.take_event_receivers($1, $2::uuid, $3)"};
constexpr Statement kEnd{"event_receiver_end",
                         "UPDATE hearth.event_receivers SET place = $4, attempts = $5, problem = $6, lease = NULL,"
                         " due_time = now() + $7 * interval '1 millisecond'"
                         " WHERE directory_id = $1 AND event_receiver_id = $2 AND lease = $3::uuid"};

// What a take returns, too.
EventReceiver ReceiverOf(const pqxx::row& row) {
  EventReceiver receiver;
  receiver.directory = row["directory_id"].c_str();
  receiver.id = row["event_receiver_id"].c_str();
  receiver.endpoint_uri = row["endpoint_uri"].c_str();
  receiver.audience = row["audience"].c_str();
  for (const absl::string_view type : absl::StrSplit(row["types"].c_str(), ',', absl::SkipEmpty())) {
    int number = 0;
    if (absl::SimpleAtoi(type, &number)) receiver.types.insert(number);
  }
  receiver.place = row["place"].as<int64_t>();
  receiver.attempts = row["attempts"].as<int>();
  return receiver;
}

EventReceiver FullReceiverOf(const pqxx::row& row) {
  EventReceiver receiver = ReceiverOf(row);
  receiver.problem = row["problem"].c_str();
  receiver.due_time = ToTime(row["due_time"]);
  receiver.create_time = ToTime(row["create_time"]);
  return receiver;
}

}  // namespace

std::optional<EventReceiver> FindReceiver(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
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
                 absl::StrCat("{", absl::StrJoin(receiver.types, ","), "}"))
             .affected_rows() == 1;
}

bool DeleteReceiver(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kDelete, std::string(directory), std::string(id)).affected_rows() == 1;
}

std::vector<Delivery> TakeDeliveries(Tx& tx, int most, const std::string& lease, absl::Duration length) {
  std::vector<Delivery> deliveries;
  for (const auto& row : tx.Exec(kTake, most, lease, static_cast<int>(absl::ToInt64Seconds(length)))) {
    deliveries.push_back({ReceiverOf(row), row["last"].as<int64_t>(), row["removed"].as<int64_t>()});
  }
  return deliveries;
}

void EndDelivery(Tx& tx, const EventReceiver& receiver, const std::string& lease, absl::Duration wait) {
  tx.Exec(kEnd, receiver.directory, receiver.id, lease, receiver.place, receiver.attempts, receiver.problem,
          absl::ToInt64Milliseconds(wait));
}

}  // namespace hearth
