// The inside of Cancellation: which calls to cancel, and who sleeps.
#ifndef HEARTH_CLIENT_SRC_CANCELLATION_STATE_H_
#define HEARTH_CLIENT_SRC_CANCELLATION_STATE_H_

#include <grpcpp/client_context.h>

#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hearth/client/cancellation.h"

namespace hearth::client {

// Thread-safe.
class Cancellation::State {
 public:
  void Cancel();
  bool cancelled() const;

  // Sleeps for `delay`, or until cancelled; true if it slept to the end.
  bool Sleep(absl::Duration delay) const;

  // Cancels `context` when cancelled, from now (or at once) until Leave. The context outlives that.
  void Enter(grpc::ClientContext* context);
  void Leave(grpc::ClientContext* context);

 private:
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_CANCELLATION_STATE_H_
