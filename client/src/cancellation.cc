#include "hearth/client/cancellation.h"

#include "cancellation_state.h"

namespace hearth::client {

Cancellation::Cancellation() : state_(std::make_shared<State>()) {}

void Cancellation::Cancel() const { state_->Cancel(); }

bool Cancellation::cancelled() const { return state_->cancelled(); }

void Cancellation::State::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
}

bool Cancellation::State::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

bool Cancellation::State::Sleep(absl::Duration delay) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), delay);
}

void Cancellation::State::Enter(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  running_.insert(context);
  if (cancelled_) context->TryCancel();
}

void Cancellation::State::Leave(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  running_.erase(context);
}

}  // namespace hearth::client
