// A service that keeps sessions, and ends them as Hearth tells it: the recipe of ../README.md, as a program that runs.
//
//   hearth_session_service SERVER CA_FILE TOKEN_FILE directories/DIRECTORY
//
// Each line of its input, "SESSION directories/DIRECTORY/users/USER", begins a session at that moment: "began SESSION". For each that ends it prints
// "ended SESSION"; "ended all" when it cannot know which should have. At the end of its input it stops.
//
//   hearth_session_service SERVER CA_FILE TOKEN_FILE directories/DIRECTORY/eventReceivers/RECEIVER
//
// prints instead the Security Event Tokens of a receiver that asks, a line each.
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "hearth/client/client.h"
#include "hearth/client/follow.h"

namespace {

using google::protobuf::util::TimeUtil;

// Sessions, and how far they follow the events. In memory, both: where sessions are kept, the place is kept with them. Thread-safe.
class Sessions {
 public:
  void Begin(const std::string& session, const std::string& user) {
    const absl::MutexLock lock(&mutex_);
    sessions_.insert({session, {user, absl::Now()}});
    std::cout << "began " << session << std::endl;
  }
  // Those of `user` that began before `time`.
  void End(const std::string& user, absl::Time time) {
    const absl::MutexLock lock(&mutex_);
    for (auto session = sessions_.begin(); session != sessions_.end();) {
      if (session->second.first != user || session->second.second >= time) {
        ++session;
        continue;
      }
      std::cout << "ended " << session->first << std::endl;
      session = sessions_.erase(session);
    }
  }
  void EndAll() {
    const absl::MutexLock lock(&mutex_);
    sessions_.clear();
    std::cout << "ended all" << std::endl;
  }
  std::string Place() const {
    const absl::MutexLock lock(&mutex_);
    return place_;
  }
  void KeepPlace(const std::string& place) {
    const absl::MutexLock lock(&mutex_);
    place_ = place;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, std::pair<std::string, absl::Time>> sessions_;  // Of whom, and since when.
  std::string place_;
};

// Ends sessions as Hearth tells, until `cancellation` is cancelled or Hearth refuses to tell: then somebody must look, and nobody's session is to be
// trusted.
absl::Status EndSessions(const hearth::client::Client& client, const std::string& directory, Sessions& sessions,
                         const hearth::client::Cancellation& cancellation) {
  hearth::v1::WatchEventsRequest request;
  request.set_parent(directory);  // directories/forthcoffee
  request.add_types(hearth::v1::EVENT_TYPE_SESSIONS_REVOKED);
  request.add_types(hearth::v1::EVENT_TYPE_ACCOUNT_DISABLED);
  request.add_types(hearth::v1::EVENT_TYPE_ACCOUNT_PURGED);
  const auto each = [&](const hearth::v1::WatchEventsResponse& response) {
    // Without a place the stream begins now, and what happened before is not told: no session is known to be good.
    if (sessions.Place().empty()) sessions.EndAll();
    for (const hearth::v1::Event& event : response.events()) {
      if (event.has_sessions_valid_after_time()) {
        const int64_t micros = TimeUtil::TimestampToMicroseconds(event.sessions_valid_after_time());
        sessions.End(event.user(), absl::FromUnixMicros(micros));
      } else {
        sessions.End(event.user(), absl::InfiniteFuture());  // Disabled or purged: all of them.
      }
    }
    sessions.KeepPlace(response.resume_token());  // Only what is worked off.
    return true;
  };
  hearth::client::FollowOptions options;
  options.call.cancellation = cancellation;
  while (true) {
    request.set_resume_token(sessions.Place());
    const absl::Status status = hearth::client::FollowEvents(client, request, each, options);
    const std::string reason = hearth::client::Error::From(status).reason;
    if (reason != "EVENTS_EXPIRED" && reason != "RESUME_TOKEN_INVALID") return status;
    sessions.KeepPlace("");  // What was missed cannot be told any more.
  }
}

// Takes the Security Event Tokens of a receiver that asks. `take` verifies one with the keys of GetEventKeys, and works it off; it may come twice.
absl::Status TakeTokens(const hearth::client::Client& client, const std::string& receiver,
                        const std::function<bool(const std::string& jws)>& take) {
  hearth::v1::PollEventsRequest request;
  request.set_name(receiver);  // directories/forthcoffee/eventReceivers/inside
  return hearth::client::FollowTokens(client, request,
                                      [&](const hearth::v1::EventToken& token) { return take(token.jws()); });
}

// Begins what the input says, to its end.
void ReadSessions(Sessions& sessions) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string session, user;
    if (words >> session >> user) sessions.Begin(session, user);
  }
}

int RunSessions(const hearth::client::Client& client, const std::string& directory) {
  Sessions sessions;
  const hearth::client::Cancellation cancellation;
  std::thread reader([&] {
    ReadSessions(sessions);
    cancellation.Cancel();
  });
  const absl::Status status = EndSessions(client, directory, sessions, cancellation);
  const bool refused = !cancellation.cancelled();
  if (refused) {
    sessions.EndAll();
    std::cerr << status << std::endl;
  }
  reader.join();
  return refused ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: hearth_session_service SERVER CA_FILE TOKEN_FILE DIRECTORY_OR_RECEIVER\n";
    return 2;
  }
  hearth::client::Options options;
  options.server = argv[1];
  options.ca_file = argv[2];
  options.token_file = argv[3];  // Read again when it changes.
  const absl::StatusOr<hearth::client::Client> client = hearth::client::Client::Create(options);
  if (!client.ok()) {
    std::cerr << client.status() << '\n';
    return 2;
  }
  const std::string name = argv[4];
  if (!absl::StrContains(name, "/eventReceivers/")) return RunSessions(*client, name);
  const absl::Status status = TakeTokens(*client, name, [](const std::string& jws) {
    std::cout << jws << std::endl;
    return true;
  });
  std::cerr << status << '\n';
  return 1;
}
