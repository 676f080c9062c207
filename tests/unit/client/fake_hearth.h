// A Hearth that answers what a test tells it to, over real gRPC on a loopback port.
#ifndef HEARTH_TESTS_UNIT_CLIENT_FAKE_HEARTH_H_
#define HEARTH_TESTS_UNIT_CLIENT_FAKE_HEARTH_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "hearth/v1/error_reason.pb.h"

namespace hearth::client {

// The id that it gives every call.
inline constexpr char kCallId[] = "3f9ac1f5-6c9d-4f0e-8f6e-2b7d1a90c4e1";

// All services of the contract. Calls without a scripted answer succeed with an empty response. Thread-safe.
class FakeHearth {
 public:
  struct Call {
    std::string method;  // "GetUser"
    std::shared_ptr<google::protobuf::Message> request;
    std::map<std::string, std::string> metadata;
    std::chrono::steady_clock::time_point when;
    std::chrono::milliseconds time_left;
  };

  // Serves in the clear, or with `credentials`.
  explicit FakeHearth(std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials());
  ~FakeHearth();

  // "127.0.0.1:port"
  const std::string& address() const { return address_; }
  void SetHealthy(bool healthy) { server_->GetHealthCheckService()->SetServingStatus(healthy); }

  // Scripts the next answer, in order.
  void Answer(const grpc::Status& status);
  void Answer(const google::protobuf::Message& response);
  // The next call, or a stream from there on, is not answered before the caller goes away.
  void Hang();

  std::vector<Call> calls() const;
  // The request of the last call.
  template <class Request>
  Request last() const {
    return static_cast<const Request&>(*calls().back().request);
  }

  // The services call this: notes the call and gives the scripted answer.
  grpc::Status Handle(grpc::ServerContext* context, const google::protobuf::Message& request,
                      google::protobuf::Message* response);
  // The same for streams: gives all that is scripted, up to a status or the end.
  grpc::Status HandleStream(grpc::ServerContext* context, const google::protobuf::Message& request,
                            const std::function<void(const google::protobuf::Message&)>& write);
  // The same for calls that stream their requests: notes each as a call.
  grpc::Status HandleUpload(grpc::ServerContext* context, const std::function<const google::protobuf::Message*()>& read,
                            google::protobuf::Message* response);

 private:
  void Note(grpc::ServerContext* context, const google::protobuf::Message& request);
  struct Scripted {
    grpc::Status status;
    std::shared_ptr<google::protobuf::Message> response;
    bool hangs = false;
  };
  Scripted Next();

  mutable std::mutex mutex_;
  std::deque<Scripted> script_;  // Guarded by mutex_, as calls_.
  std::vector<Call> calls_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// A refusal as the real server makes it.
grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::map<std::string, std::string>& metadata = {},
                     const std::vector<google::protobuf::Message*>& details = {});

// A refusal that asks to come back after a while.
grpc::Status RefusalWithDelay(grpc::StatusCode code, std::chrono::milliseconds delay);

}  // namespace hearth::client

#endif  // HEARTH_TESTS_UNIT_CLIENT_FAKE_HEARTH_H_
