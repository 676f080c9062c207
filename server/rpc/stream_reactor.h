// The answers of a call that streams them.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace hearth {

// gRPC's side of a server-streaming call, for a worker that writes and may wait. One response is under way at a time, so a caller who reads slowly
// slows the worker down and costs the memory of one message. gRPC owns it once it is handed over; it deletes itself when the call is over.
// Write and End are called by one thread at a time; the reactions come on gRPC's threads.
class StreamReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // `context` is gRPC's, and lives as long as the call. `patience` is how long a caller may take to read one response while a worker waits.
  StreamReactor(grpc::CallbackServerContext* context, absl::Duration patience)
      : context_(*context), patience_(patience) {}

  // Waits until the response before is on its way, at most until `deadline` and no longer than the patience, and sends this one. False when the
  // caller is gone or did not read in time: nothing more can be sent.
  bool Write(const google::protobuf::Message& response, absl::Time deadline);
  // Whether the patience ended before the deadline did.
  bool stalled() const;

  // Whether the response before is on its way, and whether the caller is gone.
  bool idle() const;
  bool broken() const;
  // From now on calls `wake` when idle or broken become true, on gRPC's threads and under this object's lock.
  void OnChange(std::function<void()> wake);

  // Waits until the last response is on its way. One that is not at `deadline`, or when the patience ends, is given up, with the call.
  void Drain(absl::Time deadline);
  // Ends the call, when it is drained; the last use.
  void End(const grpc::Status& status, absl::Time deadline);

 private:
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

  grpc::CallbackServerContext& context_;
  const absl::Duration patience_;
  mutable absl::Mutex mutex_;
  bool under_way_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
  grpc::ByteBuffer bytes_;  // What is under way; gRPC's until OnWriteDone.
};

}  // namespace hearth
