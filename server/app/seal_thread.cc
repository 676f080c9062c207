#include "server/app/seal_thread.h"

#include <string>

#include "absl/time/clock.h"
#include "server/base/log.h"
#include "server/base/status_macros.h"
#include "server/event/event_store.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(100);
constexpr absl::Duration kAfterFailure = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace

SealThread::SealThread(Database* database, const HeadSigner* signer, HeadFile* heads)
    : database_(*database), sealer_(database, signer, [heads](const TreeHead& head) {
        if (heads != nullptr) heads->Append(head);
      }) {
  thread_ = std::thread([this] { Run(); });
}

SealThread::~SealThread() {
  stopping_.Notify();
  thread_.join();
}

absl::StatusOr<int64_t> SealThread::WorkOnce() {
  int64_t events = 0;
  std::string last;
  RETURN_IF_ERROR(database_.WriteAlone(absl::Now() + kPatience, [&](Tx& tx) {
    last = last_;
    events = SequenceEvents(tx, last);
    return absl::OkStatus();
  }));
  last_ = last;
  ASSIGN_OR_RETURN(const int64_t rows, sealer_.SealSome(absl::Now() + kPatience));
  return events + rows;
}

void SealThread::Run() {
  absl::Duration pause = absl::ZeroDuration();
  while (!stopping_.WaitForNotificationWithTimeout(pause)) {
    const auto done = WorkOnce();
    if (!done.ok()) {
      Log(LogLevel::kWarning, "the audit could not be sealed", {{"detail", std::string(done.status().message())}});
    }
    pause = !done.ok() ? kAfterFailure : *done > 0 ? absl::ZeroDuration() : kIdle;
  }
}

}  // namespace hearth
