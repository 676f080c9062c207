// Holds the polls that wait for events.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/authz/call.h"
#include "server/event/waiting_room.h"
#include "server/signal/event_token.h"
#include "server/signal/poll_store.h"
#include "server/storage/database.h"

namespace hearth {

// A poll that found nothing.
struct WaitingPoll {
  Call call;  // Who asks; without note.
  std::string directory;
  std::string receiver;
  int most = 0;      // Tokens at most.
  std::string mark;  // Of PollMarks, from before it found nothing.
  absl::Time until;  // Then it is answered empty.
  std::unique_ptr<Outlet> outlet;
};

// One thread that answers waiting polls once there is something for them. All that wait cost one statement a look; only those whose mark moved are looked
// at further, and their callers asked anew whether they may know. Thread-safe.
class PollHub {
 public:
  // What is passed in outlives the hub. Starts the thread.
  PollHub(Database* database, const EventTokens* tokens, WaitingLimits limits = {});
  // Stop, if that was not called.
  ~PollHub();

  // Takes over a poll. Fails with OVERLOADED, and with SHUTTING_DOWN after Stop; then the outlet is left unused.
  absl::Status Add(WaitingPoll poll) { return room_.Add(std::move(poll)); }
  // Something happened somewhere: look. Returns at once.
  void Wake() { room_.Wake(); }
  // Answers all that wait empty, and ends the thread. Callers ask again elsewhere.
  void Stop();

  // How many polls wait, for tests.
  size_t size() const { return room_.size(); }

 private:
  struct Found;

  void Run();
  void TakeNew();
  // Ends polls whose caller is gone or whose time is over.
  void EndDue();
  // Answers those for whom there is something.
  absl::Status Look();
  absl::Status Find(const std::vector<std::string>& directories, std::vector<Found>& found);
  void Answer(const Found& found);
  void End(WaitingPoll& poll, const v1::PollEventsResponse& response, const absl::Status& status);

  Database& database_;
  const EventTokens& tokens_;
  std::list<WaitingPoll> polls_;  // Of the thread alone.
  WaitingRoom<WaitingPoll> room_;
  std::thread thread_;
};

}  // namespace hearth
