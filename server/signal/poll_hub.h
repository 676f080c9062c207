// Holds the polls that wait for events.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/authz/call.h"
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

struct PollHubOptions {
  size_t polls = 1000;              // In all.
  size_t polls_of_directory = 200;  // Of one directory.
};

// One thread that answers waiting polls once there is something for them. All that wait cost one statement a look; only those whose mark moved are looked
// at further, and their callers asked anew whether they may know. Thread-safe.
class PollHub {
 public:
  // What is passed in outlives the hub. Starts the thread.
  PollHub(Database* database, const EventTokens* tokens, PollHubOptions options = {});
  // Stop, if that was not called.
  ~PollHub();

  // Takes over a poll. Fails with OVERLOADED, and with SHUTTING_DOWN after Stop; then the outlet is left unused.
  absl::Status Add(WaitingPoll poll);
  // Something happened somewhere: look. Returns at once.
  void Wake();
  // Answers all that wait empty, and ends the thread. Callers ask again elsewhere.
  void Stop();

  // How many polls wait, for tests.
  size_t size() const;

 private:
  struct Found;

  void Run();
  // Waits until there is something to do; false: the hub stops.
  bool AwaitWork();
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
  const PollHubOptions options_;
  std::list<WaitingPoll> polls_;  // Of the thread alone.

  mutable absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<WaitingPoll> new_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, size_t> counts_ ABSL_GUARDED_BY(mutex_);  // Polls of each directory, new ones too.
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace hearth
