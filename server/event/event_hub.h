// Feeds all streams of events of the process.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/authz/call.h"
#include "server/event/event_store.h"
#include "server/event/resume_token.h"
#include "server/event/waiting_room.h"
#include "server/storage/database.h"

namespace hearth {

// A stream of the events of one directory.
struct Subscription {
  Call call;  // Who watches; without note.
  std::string directory;
  StreamPlace place{};                          // The last event that was told, or need not be.
  std::set<int> types;                          // hearth.v1.EventType; empty: all.
  absl::Time next_beat = absl::InfinitePast();  // When a response is due even if nothing happens.
  std::unique_ptr<Outlet> outlet;
};

struct HubOptions {
  WaitingLimits limits;
  absl::Duration beat = absl::Seconds(10);  // How often a stream shows that it lives.
};

// One thread that reads events and feeds every stream with them. A stream costs its place, and one response that is under way: what a slow reader has
// not read yet stays in the database. Each time before anything is told, it is asked anew whether the caller may read it. Thread-safe.
class EventHub {
 public:
  // What is passed in outlives the hub. Starts the thread.
  EventHub(Database* database, const ResumeTokens* tokens, HubOptions options = {});
  // Stop, if that was not called.
  ~EventHub();

  // Takes over a stream. Fails with OVERLOADED, and with SHUTTING_DOWN after Stop; then the outlet is left unused.
  absl::Status Add(Subscription subscription) { return room_.Add(std::move(subscription)); }
  // Something happened somewhere: look. Returns at once.
  void Wake() { room_.Wake(); }
  // Ends all streams with SHUTTING_DOWN, and the thread. Callers resume elsewhere.
  void Stop();

  // How many streams there are, for metrics.
  size_t size() const { return room_.size(); }

 private:
  void Run();
  void TakeNew();
  // Ends streams whose caller is gone or whose time is over.
  void EndDead();
  // Reads what the streams that are ready have not had yet, and sends it.
  absl::Status Feed();
  void End(Subscription& stream, const absl::Status& status);

  Database& database_;
  const ResumeTokens& tokens_;
  const absl::Duration beat_;
  std::list<Subscription> streams_;  // Of the thread alone.
  WaitingRoom<Subscription> room_;
  std::thread thread_;
};

}  // namespace hearth
