// A call on its way through the server.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "server/authz/call.h"
#include "server/rpc/long_runs.h"
#include "server/rpc/rpc_table.h"
#include "server/rpc/stream_reactor.h"
#include "server/rpc/upload_reactor.h"

namespace hearth {

// What a person's token says of their sign-in. Of a service: nothing, and not limited.
struct SignIn {
  std::optional<absl::Time> time;   // When the person proved who they are.
  bool limited = false;             // The token opens only methods whose limited_scope is among `scopes`.
  std::vector<std::string> scopes;  // Those that begin with "hearth."
};

// One call. Owned by the dispatcher from the moment gRPC hands it over until it is finished; touched by one thread at a time.
struct Work {
  const Rpc* rpc;
  grpc::CallbackServerContext* context;  // gRPC's; valid until the reactor is finished.
  const grpc::ByteBuffer* request_bytes;
  // A call has one answer, and then these two; or it streams its answers; or it streams its requests, and has response_bytes for the answer.
  grpc::ByteBuffer* response_bytes = nullptr;
  grpc::ServerUnaryReactor* reactor = nullptr;
  StreamReactor* stream = nullptr;
  UploadReactor* upload = nullptr;
  absl::Time arrival;

  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> response;
  std::vector<absl::Status> rows;  // Of a request of a stream: what is wrong with each row.
  Call call;
  AuditNote note;
  SignIn sign_in{};
  bool authenticated = false;          // call.principal is known: a refusal can be audited.
  std::string log_detail;              // Why credentials were refused; for the log only.
  std::unique_ptr<LongRuns::Run> run;  // Of a long run that was admitted; held until the call is finished.
  bool goes_on = false;                // The desk keeps the outlet: the call ends with it, then or later.
  absl::Status status;                 // Not OK: decided, no further stop is visited.
};

}  // namespace hearth
