// A call with one answer, that goes on after it was admitted, over gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>

#include "server/authz/call.h"

namespace hearth {

// Its one response is sent when it ends. Used by one thread at a time.
class UnaryOutlet final : public Outlet {
 public:
  // All are gRPC's, and live until End.
  UnaryOutlet(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* response)
      : context_(*context), reactor_(*reactor), response_(*response) {}

  bool ready() const override { return !gone(); }
  bool gone() const override { return context_.IsCancelled(); }
  void Send(const google::protobuf::Message& response) override;
  void End(const absl::Status& status) override;
  // Nothing changes but that a caller leaves, and gRPC tells nobody of that: who keeps the outlet asks `gone` now and then.
  void OnChange(std::function<void()>) override {}

 private:
  grpc::CallbackServerContext& context_;
  grpc::ServerUnaryReactor& reactor_;
  grpc::ByteBuffer& response_;
};

}  // namespace hearth
