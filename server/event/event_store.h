// Events in the database: their places, and reading them. They are written by triggers of the schema (…_events.sql).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hearth {

class Tx;

// Something that happened to a person, as hearth.v1.Event describes it.
struct Event {
  std::string event_id;
  int64_t sequence;
  int type;  // hearth.v1.EventType
  std::string user_id;
  std::string user_principal_name;
  // Of IDENTIFIER_CHANGED: the name before it. Empty in events from before it was kept.
  std::string previous_principal_name{};
  absl::Time create_time;
  std::string txn;
  absl::Time sessions_valid_after;  // InfinitePast: not of this type.
  int64_t credential_version;
};

// Gives events that wait their places, of at most 256 directories from the one after `last` on, which becomes the last of them; empty when there were
// no more. Sets its own scope. Returns how many events got a place.
int64_t SequenceEvents(Tx& tx, std::string& last);

// Tells the next guests, at most 200, of a home that was suspended or deleted, or is live again: events in the directories where they are guests, whose
// sessions end when home is not live. Sets its own scope, and may be repeated. Returns how much was done; 0: nothing waits.
int64_t TellOfHomes(Tx& tx);

// How far a reader is: it was told all up to this event.
struct StreamPlace {
  int64_t sequence = 0;
  std::string event_id{};  // Of the event there; empty: there was none, or it is not known.
};

// Which places a directory's stream has: events after `removed` and up to `last`.
struct StreamState {
  int64_t last = 0;
  int64_t removed = 0;
  std::string last_event_id{};  // Of the event at `last`; empty: it is not kept any more.
};

// Whether `event_id` is not what a reader was told of this place: the database lost its end and went on (a backup was restored, a copy that lagged took
// over), and the reader was told what did not happen, and not what did. Pure.
bool IsOtherEvent(const StreamPlace& place, const std::string& event_id);
// Whether the stream can be read on from a place: what comes after it is kept, and as far as `state` shows the place is the one that the reader was
// at; whoever reads from there compares the event itself. Pure.
bool GoesOnFrom(const StreamState& state, const StreamPlace& place);
// Of these directories; of one in which nothing ever happened, nothing.
std::map<std::string, StreamState> FindStreams(Tx& tx, const std::vector<std::string>& directories);
// Events after a place, in order, at most `most`.
std::vector<Event> ReadEvents(Tx& tx, const std::string& directory, int64_t after, int most);

// Removes events older than a week, some thousands at a time; returns how many.
int64_t SweepEvents(Tx& tx, const std::string& directory);

}  // namespace hearth
