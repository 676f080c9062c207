#include "server/event/event_store.h"

#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr int kDirectoriesARound = 256;
constexpr int kEventsEach = 2000;
constexpr int kGuestsAtOnce = 200;

constexpr Statement kSequence{
    "events_sequence", "SELECT directory_id, events FROM hearth.sequence_events($1, $2, $3) ORDER BY directory_id"};
constexpr Statement kTellOfHomes{"events_tell_of_homes", "SELECT hearth.tell_of_homes($1)"};
constexpr Statement kStreams{
    "events_streams",
    "SELECT s.directory_id, s.last, s.removed, (SELECT e.event_id FROM hearth.events e"
    " WHERE e.directory_id = s.directory_id AND e.sequence = s.last) FROM hearth.event_streams s"
    " WHERE s.directory_id = ANY ($1::text[])"};
constexpr Statement kRead{
    "events_read",
    "SELECT event_id, sequence, type, user_id, user_principal_name, previous_principal_name,"
    " hearth.micros(create_time) AS create_time, txn,"
    " hearth.micros(sessions_valid_after) AS sessions_valid_after, credential_version FROM hearth.events"
    " WHERE directory_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"};
// From the beginning of the stream on, so that what is left has no gaps.
constexpr Statement kSweep{
    "events_sweep",
    "WITH due AS (SELECT max(o.sequence) AS upto FROM (SELECT e.sequence FROM hearth.events e WHERE e.directory_id = $1"
    " AND e.sequence IS NOT NULL AND e.create_time < now() - interval '7 days' ORDER BY e.sequence LIMIT 5000) o),"
    " gone AS (DELETE FROM hearth.events e USING due d WHERE e.directory_id = $1 AND e.sequence <= d.upto RETURNING 1),"
    " moved AS (UPDATE hearth.event_streams s SET removed = d.upto FROM due d"
    " WHERE s.directory_id = $1 AND d.upto > s.removed)"
    " SELECT count(*) FROM gone"};

}  // namespace

bool IsOtherEvent(const StreamPlace& place, const std::string& event_id) {
  return !place.event_id.empty() && place.event_id != event_id;
}

bool GoesOnFrom(const StreamState& state, const StreamPlace& place) {
  if (place.sequence < state.removed || place.sequence > state.last) return false;
  const bool at_end = place.sequence == state.last && !state.last_event_id.empty();
  return !at_end || !IsOtherEvent(place, state.last_event_id);
}

int64_t SequenceEvents(Tx& tx, std::string& last) {
  const pqxx::result rows = tx.Exec(kSequence, last, kDirectoriesARound, kEventsEach);
  int64_t events = 0;
  for (const auto& row : rows) events += row[1].as<int64_t>();
  last = rows.size() < kDirectoriesARound ? "" : rows.back()[0].c_str();
  return events;
}

int64_t TellOfHomes(Tx& tx) { return tx.Exec(kTellOfHomes, kGuestsAtOnce)[0][0].as<int64_t>(); }

std::map<std::string, StreamState> FindStreams(Tx& tx, const std::vector<std::string>& directories) {
  std::map<std::string, StreamState> streams;
  for (const auto& row : tx.Exec(kStreams, TextArray(directories))) {
    streams[row[0].c_str()] = {
        .last = row[1].as<int64_t>(), .removed = row[2].as<int64_t>(), .last_event_id = row[3].c_str()};
  }
  return streams;
}

std::vector<Event> ReadEvents(Tx& tx, const std::string& directory, int64_t after, int most) {
  std::vector<Event> events;
  for (const auto& row : tx.Exec(kRead, directory, after, most)) {
    events.push_back({.event_id = row["event_id"].c_str(),
                      .sequence = row["sequence"].as<int64_t>(),
                      .type = row["type"].as<int>(),
                      .user_id = row["user_id"].c_str(),
                      .user_principal_name = row["user_principal_name"].c_str(),
                      .previous_principal_name = row["previous_principal_name"].c_str(),
                      .create_time = ToTime(row["create_time"]),
                      .txn = row["txn"].c_str(),
                      .sessions_valid_after = ToTime(row["sessions_valid_after"]),
                      .credential_version = row["credential_version"].as<int64_t>()});
  }
  return events;
}

int64_t SweepEvents(Tx& tx, const std::string& directory) { return tx.Exec(kSweep, directory)[0][0].as<int64_t>(); }

}  // namespace hearth
