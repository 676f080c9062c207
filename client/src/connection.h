// One attempt of one call.
#ifndef HEARTH_CLIENT_SRC_CONNECTION_H_
#define HEARTH_CLIENT_SRC_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#if __has_include(<grpcpp/impl/proto_utils.h>)
#include <grpcpp/impl/proto_utils.h>
#else
#include <grpcpp/impl/codegen/proto_utils.h>
#endif

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "hearth/client/options.h"

namespace hearth::client {

// Request metadata, checked: gRPC ends the process over a bad one.
using Metadata = std::vector<std::pair<std::string, std::string>>;
absl::Status CheckMetadata(const Metadata& metadata);

// A channel, used without generated stubs: any method, by its path. Thread-safe.
class Connection {
 public:
  explicit Connection(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {}

  // Blocks until the answer, `deadline`, or the cancellation. `metadata` has passed CheckMetadata. `response`
  // is overwritten.
  absl::Status CallOnce(const std::string& path, const google::protobuf::Message& request,
                        google::protobuf::Message* response, const Metadata& metadata, absl::Time deadline,
                        const Cancellation& cancellation);

  // The same for a call whose answers stream: `each` is called after each is read into `response`, on another
  // thread, and says whether to go on. OK when the stream ended well; CANCELLED when `each` ended it; UNAVAILABLE
  // when nothing came for as long as `silence`, the time that `each` takes not counted.
  absl::Status StreamOnce(const std::string& path, const google::protobuf::Message& request,
                          google::protobuf::Message* response, const std::function<bool()>& each,
                          const Metadata& metadata, absl::Time deadline, absl::Duration silence,
                          const Cancellation& cancellation);

  // The same for a call whose requests stream: `next` gives them, on another thread, each valid until the next call; null at the end.
  absl::Status UploadOnce(const std::string& path, const std::function<const google::protobuf::Message*()>& next,
                          google::protobuf::Message* response, const Metadata& metadata, absl::Time deadline,
                          const Cancellation& cancellation);

 private:
  grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message> stub_;
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_CONNECTION_H_
