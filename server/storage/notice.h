// Waits for what the database announces.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"

namespace hearth {

// Listens on one channel of PostgreSQL (LISTEN), on a connection and a thread of its own, and opens that anew when it is lost. Thread-safe.
class NoticeListener {
 public:
  // Calls `wake`, on the listener's thread, for each notice, and whenever it has begun to listen: what was announced before may have been missed.
  NoticeListener(std::string conninfo, std::string channel, std::function<void()> wake);
  // Ends within a second.
  ~NoticeListener();

 private:
  void Run();
  void Listen();

  const std::string conninfo_, channel_;
  const std::function<void()> wake_;
  absl::Notification stopping_;
  std::thread thread_;
};

}  // namespace hearth
