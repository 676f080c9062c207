// Work that is never over, in a thread of its own.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace hearth {

// Calls `work` again and again, from the start on. Thread-safe.
class RepeatingThread {
 public:
  // How long it waits after work that found nothing to do, and after work that failed.
  struct Pace {
    absl::Duration idle;
    absl::Duration after_failure;
    // How long it rests after work that found something, in times of how long that took: 1 leaves others half of the time, however much waits.
    double rest = 0;
  };

  // `work` does some of what waits, and returns how much that was: after more than nothing it is called again at once, or after its rest. A failure is logged as a
  // warning that says `complaint`, and so is an exception.
  RepeatingThread(const Pace& pace, std::string complaint, std::function<absl::StatusOr<int64_t>()> work);
  // Ends after the work at hand.
  ~RepeatingThread();
  // No work begins after that at hand. Does not wait for it.
  void Stop();

 private:
  void Run();
  absl::StatusOr<int64_t> Work();

  const Pace pace_;
  const std::string complaint_;
  const std::function<absl::StatusOr<int64_t>()> work_;
  absl::Notification stopping_;
  std::thread thread_;
};

}  // namespace hearth
