#include "server/app/repeating_thread.h"

#include <exception>
#include <utility>

#include "absl/time/clock.h"
#include "server/base/log.h"

namespace hearth {

RepeatingThread::RepeatingThread(const Pace& pace, std::string complaint, std::function<absl::StatusOr<int64_t>()> work)
    : pace_(pace), complaint_(std::move(complaint)), work_(std::move(work)) {
  thread_ = std::thread([this] { Run(); });
}

RepeatingThread::~RepeatingThread() {
  Stop();
  thread_.join();
}

void RepeatingThread::Stop() {
  if (!stopping_.HasBeenNotified()) stopping_.Notify();
}

// No exception leaves the thread: it would end the process.
absl::StatusOr<int64_t> RepeatingThread::Work() {
  try {
    return work_();
  } catch (const std::exception& exception) {
    return absl::InternalError(exception.what());
  }
}

void RepeatingThread::Run() {
  absl::Duration pause = absl::ZeroDuration();
  while (!stopping_.WaitForNotificationWithTimeout(pause)) {
    const absl::Time began = absl::Now();
    const absl::StatusOr<int64_t> done = Work();
    const absl::Duration rest = (absl::Now() - began) * pace_.rest;
    if (!done.ok()) Log(LogLevel::kWarning, complaint_, {{"detail", std::string(done.status().message())}});
    pause = !done.ok() ? pace_.after_failure : *done > 0 ? rest : pace_.idle;
  }
}

}  // namespace hearth
