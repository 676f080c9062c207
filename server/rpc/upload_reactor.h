// The requests of a call that streams them.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hearth {

// gRPC's side of a client-streaming call, for a worker that reads and may wait. One message is read at a time, when the worker asks for it, so a
// caller who sends fast waits (HTTP/2 flow control), and holds the memory of one message. gRPC owns it once it is handed over; it deletes
// itself when the call is over. Next and End are called by one thread at a time; the reactions come on gRPC's threads.
class UploadReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  // Reads the first message, and then calls `begin` with this, once, on gRPC's thread: a worker is not taken before there is something to do. Also when
  // the caller ended without a message (then it is empty) or went away.
  explicit UploadReactor(std::function<void(UploadReactor*)> begin);

  // What Next found.
  enum class Read { kMessage, kEnd, kLate };
  // Waits for the next message, at most until `deadline`. kEnd: the caller has sent all, or is gone. After kLate only End may follow.
  Read Next(absl::Time deadline);
  // The message, until the next Next.
  const grpc::ByteBuffer& message() const { return message_; }

  // Ends the call; the last use.
  void End(const grpc::Status& status) { Finish(status); }

 private:
  void OnReadDone(bool ok) override;
  void OnDone() override { delete this; }

  std::function<void(UploadReactor*)> begin_;  // Empty once it was called.
  absl::Mutex mutex_;
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ByteBuffer message_;  // gRPC's while reading.
};

}  // namespace hearth
