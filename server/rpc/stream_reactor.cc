#include "server/rpc/stream_reactor.h"

#include "server/rpc/wire.h"

namespace hearth {

bool StreamReactor::Write(const google::protobuf::Message& response, absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return broken_ || !under_way_; };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&ready), deadline)) broken_ = true;
    if (broken_) return false;
    under_way_ = true;
  }
  bytes_ = SerializeMessage(response);
  StartWrite(&bytes_);
  return true;
}

void StreamReactor::End(const grpc::Status& status, absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !under_way_; };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&idle), deadline)) {
      context_.TryCancel();  // Ends the write.
      mutex_.Await(absl::Condition(&idle));
    }
  }
  Finish(status);
}

void StreamReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  under_way_ = false;
  broken_ = broken_ || !ok;
}

void StreamReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  broken_ = true;
}

}  // namespace hearth
