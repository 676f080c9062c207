// Any method, called as no generated stub would: with bytes, and with all that comes back.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

namespace hearth::test {

struct RawAnswer {
  grpc::Status status;
  int responses = 0;
  std::string call_id;  // `hearth-call-id` of the trailing metadata; empty without.
};

// Sends one request and reads to the end; of a method that goes on until the caller has enough, one response, and that is its end: OK. An empty token:
// none is sent.
RawAnswer CallAny(const std::shared_ptr<grpc::Channel>& channel, const std::string& token,
                  const google::protobuf::MethodDescriptor* method, const std::string& request,
                  absl::Duration timeout = absl::Seconds(20));

}  // namespace hearth::test
