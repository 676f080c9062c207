#include "server/rpc/upload_reactor.h"

#include <utility>

namespace hearth {

UploadReactor::UploadReactor(std::function<void(UploadReactor*)> begin) : begin_(std::move(begin)) {
  StartRead(&message_);
}

UploadReactor::Read UploadReactor::Next(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return Read::kEnd;
    reading_ = true;
  }
  message_.Clear();
  StartRead(&message_);
  absl::MutexLock lock(&mutex_);
  const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !reading_; };
  if (!mutex_.AwaitWithDeadline(absl::Condition(&done), deadline)) return Read::kLate;
  return ended_ ? Read::kEnd : Read::kMessage;
}

void UploadReactor::OnReadDone(bool ok) {
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    ended_ = !ok;
  }
  // Once begun, the worker waits in Next, and may end the call at once: nothing of this is used after.
  if (begin_) std::exchange(begin_, nullptr)(this);
}

}  // namespace hearth
