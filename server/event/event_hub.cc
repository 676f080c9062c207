#include "server/event/event_hub.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_proto.h"
#include "server/audit/log_store.h"
#include "server/authz/access_store.h"
#include "server/base/error.h"
#include "server/base/log.h"
#include "server/base/status_macros.h"
#include "server/event/event_proto.h"

namespace hearth {
namespace {

constexpr int kEventsAResponse = 100;
constexpr int kEventsARead = 500;
constexpr size_t kReadsARound = 20;                        // Of one directory.
constexpr absl::Duration kTick = absl::Milliseconds(500);  // How late a deadline or a beat is noticed.
constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kAfterFailure = absl::Milliseconds(500);

// What one round has for one stream.
struct Parcel {
  v1::WatchEventsResponse response;
  StreamPlace place;
  int64_t last = 0;  // Where the directory's stream is.
  bool beat = false;
  absl::Status status;  // Not OK: the stream ends with it.
};
using Parcels = std::map<Subscription*, Parcel>;

// Something is lost to this stream, and its reader must know.
void Expire(Parcel& parcel) {
  parcel.status = Refuse(v1::ERROR_REASON_EVENTS_EXPIRED);
  parcel.place.sequence = parcel.last;
}

// Gives a stream its part of events that were read from its place, or an earlier one, on.
void Give(const std::vector<Event>& events, const std::string& directory, const std::set<int>& types, Parcel& parcel) {
  for (const Event& event : events) {
    if (event.sequence < parcel.place.sequence) continue;
    if (event.sequence == parcel.place.sequence) {
      if (IsOtherEvent(parcel.place, event.event_id)) return Expire(parcel);
      continue;
    }
    if (parcel.response.events_size() == kEventsAResponse) return;
    if (types.empty() || types.contains(event.type)) *parcel.response.add_events() = ToProto(directory, event);
    parcel.place = {.sequence = event.sequence, .event_id = event.event_id};
  }
}

// Reads what the streams of one directory have not had, each from the event on that it had last: that must be the same still. Streams at one place share
// a read; one that is far behind has reads of its own.
void ReadFor(Tx& tx, const std::string& directory, const StreamState& state, const std::vector<Subscription*>& streams,
             Parcels& parcels) {
  for (Subscription* stream : streams) {
    Parcel& parcel = parcels.at(stream);
    parcel.last = state.last;
    if (!GoesOnFrom(state, parcel.place)) Expire(parcel);
  }
  std::set<int64_t> read;  // From where it was read in this round.
  while (read.size() < kReadsARound) {
    int64_t after = state.last;
    for (Subscription* stream : streams) {
      const Parcel& parcel = parcels.at(stream);
      if (parcel.response.events_size() < kEventsAResponse) after = std::min(after, parcel.place.sequence);
    }
    if (after >= state.last || !read.insert(after).second) return;
    const std::vector<Event> events = ReadEvents(tx, directory, after - 1, kEventsARead);
    for (Subscription* stream : streams) {
      Parcel& parcel = parcels.at(stream);
      if (parcel.place.sequence >= after) Give(events, directory, stream->types, parcel);
    }
  }
}

// The newest head of the directory's audit goes with what shows that a stream is alive.
void AddCheckpoint(Tx& tx, const std::string& directory, const std::vector<Subscription*>& streams, Parcels& parcels) {
  std::optional<TreeHead> head;
  bool looked = false;
  for (Subscription* stream : streams) {
    Parcel& parcel = parcels.at(stream);
    if (!parcel.beat || parcel.response.events_size() > 0) continue;
    if (!looked) head = FindNewestHead(tx, directory);
    looked = true;
    if (head.has_value()) *parcel.response.mutable_checkpoint() = ToProto(*head);
  }
}

// Whoever is about to be told something must still be allowed to know it.
void CheckCallers(Tx& tx, const std::vector<Subscription*>& streams, Parcels& parcels) {
  std::map<std::string, absl::Status> asked;
  for (Subscription* stream : streams) {
    Parcel& parcel = parcels.at(stream);
    if (!parcel.status.ok() || (!parcel.beat && parcel.response.events_size() == 0)) continue;
    const Call& call = stream->call;
    const std::string caller = absl::StrCat(call.principal.directory, "/", call.principal.subject, "/", call.through);
    if (!asked.contains(caller)) asked[caller] = CheckAccessStill(tx, call);
    parcel.status = asked[caller];
  }
}

}  // namespace

EventHub::EventHub(Database* database, const ResumeTokens* tokens, HubOptions options)
    : database_(*database), tokens_(*tokens), beat_(options.beat), room_(options.limits) {
  thread_ = std::thread([this] { Run(); });
}

EventHub::~EventHub() { Stop(); }

void EventHub::Stop() {
  if (room_.Close()) thread_.join();
}

void EventHub::TakeNew() {
  for (Subscription& stream : room_.Take()) {
    stream.outlet->OnChange([this] { Wake(); });
    streams_.push_back(std::move(stream));
  }
}

void EventHub::End(Subscription& stream, const absl::Status& status) {
  stream.outlet->End(status);
  Log(LogLevel::kInfo, "stream ended",
      {{"call", stream.call.id},
       {"caller", stream.call.principal.directory + "/" + stream.call.principal.subject},
       {"status", absl::StatusCodeToString(status.code())}});
  room_.Leave(stream.directory);
}

void EventHub::EndDead() {
  const absl::Time now = absl::Now();
  std::erase_if(streams_, [&](Subscription& stream) {
    if (stream.outlet->gone()) {
      End(stream, Refuse(v1::ERROR_REASON_CALL_CANCELLED));
      return true;
    }
    if (now < stream.call.deadline) return false;
    End(stream, absl::OkStatus());
    return true;
  });
}

absl::Status EventHub::Feed() {
  const absl::Time now = absl::Now();
  std::map<std::string, std::vector<Subscription*>> ready;
  Scope directories;
  for (Subscription& stream : streams_) {
    if (stream.outlet->ready()) ready[stream.directory].push_back(&stream);
  }
  if (ready.empty()) return absl::OkStatus();
  for (const auto& [directory, streams] : ready) directories.push_back(directory);

  Parcels parcels;
  RETURN_IF_ERROR(database_.Read(directories, now + kPatience, [&](Tx& tx) {
    parcels.clear();
    auto states = FindStreams(tx, directories);
    for (const auto& [directory, streams] : ready) {
      for (Subscription* stream : streams) {
        parcels[stream] = {.response = {}, .place = stream->place, .beat = now >= stream->next_beat, .status = {}};
      }
      ReadFor(tx, directory, states[directory], streams, parcels);
      AddCheckpoint(tx, directory, streams, parcels);
      CheckCallers(tx, streams, parcels);
    }
    return absl::OkStatus();
  }));
  std::set<const Subscription*> ended;
  for (auto& [stream, parcel] : parcels) {
    if (!parcel.status.ok()) {
      End(*stream, parcel.status);
      ended.insert(stream);
      continue;
    }
    stream->place = parcel.place;
    if (!parcel.beat && parcel.response.events_size() == 0) {
      if (parcel.place.sequence < parcel.last) Wake();  // All that was read was of other types.
      continue;
    }
    parcel.response.set_resume_token(tokens_.Make(stream->directory, parcel.place));
    stream->next_beat = now + beat_;
    stream->outlet->Send(parcel.response);
  }
  std::erase_if(streams_, [&](const Subscription& stream) { return ended.contains(&stream); });
  return absl::OkStatus();
}

void EventHub::Run() {
  while (room_.Await(kTick)) {
    TakeNew();
    EndDead();
    const absl::Status fed = Feed();
    if (fed.ok()) continue;
    // Streams wait through a failover of the database; what was missed comes after it.
    Log(LogLevel::kWarning, "events could not be read", {{"detail", std::string(fed.message())}});
    absl::SleepFor(kAfterFailure);
    Wake();
  }
  TakeNew();
  for (Subscription& stream : streams_) End(stream, Refuse(v1::ERROR_REASON_SHUTTING_DOWN));
  streams_.clear();
}

}  // namespace hearth
