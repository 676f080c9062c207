// A gRPC service made from its descriptor and the table of RPCs.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>

#include <deque>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/rpc_table.h"

namespace hearth {

// Hands every call of one service to the dispatcher, as bytes. See the ADR in README.md. Registered with a grpc::ServerBuilder; thread-safe.
class GrpcService final : public grpc::Service {
 public:
  // The table is complete (Check is OK) and, like the dispatcher, outlives the service. `patience`: see StreamReactor.
  GrpcService(const google::protobuf::ServiceDescriptor* service, const RpcTable& table, Dispatcher* dispatcher,
              absl::Duration patience);

 private:
  std::deque<std::string> paths_;  // gRPC keeps pointers to these.
};

}  // namespace hearth
