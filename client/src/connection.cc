#include "connection.h"

#include <grpcpp/client_context.h>

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "cancellation_state.h"
#include "status.h"

namespace hearth::client {
namespace {

bool IsGoodName(const std::string& name) {
  for (const char c : name) {
    const bool good = absl::ascii_islower(static_cast<unsigned char>(c)) ||
                      absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
    if (!good) return false;
  }
  return !name.empty() && !absl::StartsWith(name, "grpc-") && !absl::EndsWith(name, "-bin");
}

bool IsGoodValue(const std::string& value) {
  for (const char c : value) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Sends one request, reads the answers one by one.
class Reader final : public grpc::ClientBidiReactor<google::protobuf::Message, google::protobuf::Message> {
 public:
  Reader(grpc::ClientContext* context, google::protobuf::Message* response, const std::function<bool()>& each,
         absl::Duration silence)
      : context_(*context), response_(*response), each_(each), silence_(silence) {}

  void Start(const google::protobuf::Message& request) {
    StartWriteLast(&request, grpc::WriteOptions());
    StartRead(&response_);
    StartCall();
  }
  grpc::Status Wait() {
    while (!done_.WaitForNotificationWithDeadline(std::min(Patience(), absl::Now() + silence_))) {
      if (absl::Now() < Patience()) continue;
      context_.TryCancel();
      done_.WaitForNotification();
      return {grpc::StatusCode::UNAVAILABLE, absl::StrCat("Nothing came for ", absl::FormatDuration(silence_), ".")};
    }
    return result_;
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    Listen(false);
    if (!each_()) {
      context_.TryCancel();
      return;
    }
    response_.Clear();
    Listen(true);
    StartRead(&response_);
  }
  // From now on the server is expected to say something; or it has, and what it said is worked off.
  void Listen(bool listens) {
    const absl::MutexLock lock(&mutex_);
    patience_ = listens ? absl::Now() + silence_ : absl::InfiniteFuture();
  }
  // Until when there is nothing wrong with hearing nothing.
  absl::Time Patience() {
    const absl::MutexLock lock(&mutex_);
    return patience_;
  }
  void OnDone(const grpc::Status& status) override {
    result_ = status;
    done_.Notify();
  }

  grpc::ClientContext& context_;
  google::protobuf::Message& response_;
  const std::function<bool()>& each_;
  const absl::Duration silence_;
  absl::Mutex mutex_;
  absl::Time patience_ ABSL_GUARDED_BY(mutex_) = absl::Now() + silence_;
  grpc::Status result_;
  absl::Notification done_;
};

// Sends requests one by one, reads the answer.
class Writer final : public grpc::ClientBidiReactor<google::protobuf::Message, google::protobuf::Message> {
 public:
  Writer(const std::function<const google::protobuf::Message*()>& next, google::protobuf::Message* response)
      : next_(next), response_(*response) {}

  void Start() {
    StartRead(&response_);
    WriteNext();
    StartCall();
  }
  grpc::Status Wait() {
    done_.WaitForNotification();
    if (result_.ok() && !answered_) return {grpc::StatusCode::INTERNAL, "The server ended the call without an answer."};
    return result_;
  }

 private:
  void OnReadDone(bool ok) override { answered_ = ok; }
  void WriteNext() {
    const google::protobuf::Message* request = next_();
    request != nullptr ? StartWrite(request) : StartWritesDone();
  }
  void OnWriteDone(bool ok) override {
    if (ok) WriteNext();
  }
  void OnDone(const grpc::Status& status) override {
    result_ = status;
    done_.Notify();
  }

  const std::function<const google::protobuf::Message*()>& next_;
  google::protobuf::Message& response_;
  bool answered_ = false;
  grpc::Status result_;
  absl::Notification done_;
};

void Prepare(const Metadata& metadata, absl::Time deadline, grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(deadline));
  for (const auto& [name, value] : metadata) context->AddMetadata(name, value);
}

absl::Status CancelledBefore() { return absl::CancelledError("The call was cancelled before it began."); }

}  // namespace

absl::Status CheckMetadata(const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    if (!IsGoodName(name) || !IsGoodValue(value)) {
      return absl::InvalidArgumentError(absl::StrCat("The metadata \"", name,
                                                     "\" cannot be sent: names are lower case and not ",
                                                     "grpc-… or …-bin, values printable ASCII."));
    }
  }
  return absl::OkStatus();
}

absl::Status Connection::CallOnce(const std::string& path, const google::protobuf::Message& request,
                                  google::protobuf::Message* response, const Metadata& metadata, absl::Time deadline,
                                  const Cancellation& cancellation) {
  if (cancellation.cancelled()) return CancelledBefore();
  grpc::ClientContext context;
  Prepare(metadata, deadline, &context);
  response->Clear();
  grpc::Status result;
  absl::Notification done;
  stub_.UnaryCall(&context, path, grpc::StubOptions(), &request, response, [&](grpc::Status status) {
    result = std::move(status);
    done.Notify();
  });
  cancellation.state().Enter(&context);
  done.WaitForNotification();
  cancellation.state().Leave(&context);
  return FromGrpc(result, context);
}

absl::Status Connection::StreamOnce(const std::string& path, const google::protobuf::Message& request,
                                    google::protobuf::Message* response, const std::function<bool()>& each,
                                    const Metadata& metadata, absl::Time deadline, absl::Duration silence,
                                    const Cancellation& cancellation) {
  if (cancellation.cancelled()) return CancelledBefore();
  grpc::ClientContext context;
  Prepare(metadata, deadline, &context);
  Reader reader(&context, response, each, silence);
  stub_.PrepareBidiStreamingCall(&context, path, grpc::StubOptions(), &reader);
  reader.Start(request);
  cancellation.state().Enter(&context);
  const grpc::Status result = reader.Wait();
  cancellation.state().Leave(&context);
  return FromGrpc(result, context);
}

absl::Status Connection::UploadOnce(const std::string& path,
                                    const std::function<const google::protobuf::Message*()>& next,
                                    google::protobuf::Message* response, const Metadata& metadata, absl::Time deadline,
                                    const Cancellation& cancellation) {
  if (cancellation.cancelled()) return CancelledBefore();
  grpc::ClientContext context;
  Prepare(metadata, deadline, &context);
  response->Clear();
  Writer writer(next, response);
  stub_.PrepareBidiStreamingCall(&context, path, grpc::StubOptions(), &writer);
  writer.Start();
  cancellation.state().Enter(&context);
  const grpc::Status result = writer.Wait();
  cancellation.state().Leave(&context);
  return FromGrpc(result, context);
}

}  // namespace hearth::client
