#include "server/rpc/stream_reactor.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "server/rpc/wire.h"

namespace hearth {

bool StreamReactor::Write(const google::protobuf::Message& response, absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return broken_ || !under_way_; };
    const absl::Time latest = absl::Now() + patience_;
    if (!mutex_.AwaitWithDeadline(absl::Condition(&ready), std::min(deadline, latest))) {
      broken_ = true;
      stalled_ = latest < deadline;
    }
    if (broken_) return false;
    under_way_ = true;
  }
  bytes_ = SerializeMessage(response);
  StartWrite(&bytes_);
  return true;
}

bool StreamReactor::stalled() const {
  absl::MutexLock lock(&mutex_);
  return stalled_;
}

bool StreamReactor::idle() const {
  absl::MutexLock lock(&mutex_);
  return !under_way_;
}

bool StreamReactor::broken() const {
  absl::MutexLock lock(&mutex_);
  return broken_;
}

void StreamReactor::OnChange(std::function<void()> wake) {
  absl::MutexLock lock(&mutex_);
  wake_ = std::move(wake);
}

void StreamReactor::Drain(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !under_way_; };
  const absl::Time latest = stalled_ ? absl::Now() : absl::Now() + patience_;
  if (mutex_.AwaitWithDeadline(absl::Condition(&idle), std::min(deadline, latest))) return;
  context_.TryCancel();  // Ends the write.
  mutex_.Await(absl::Condition(&idle));
}

void StreamReactor::End(const grpc::Status& status, absl::Time deadline) {
  Drain(deadline);
  Finish(status);
}

void StreamReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  under_way_ = false;
  broken_ = broken_ || !ok;
  if (wake_) wake_();
}

void StreamReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  broken_ = true;
  if (wake_) wake_();
}

}  // namespace hearth
