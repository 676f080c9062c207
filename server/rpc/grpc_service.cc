#include "server/rpc/grpc_service.h"

#include <grpcpp/impl/rpc_service_method.h>
#if __has_include(<grpcpp/impl/server_callback_handlers.h>)
#include <grpcpp/impl/server_callback_handlers.h>
#else  // gRPC before 1.52
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#endif

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using grpc::internal::RpcMethod;

std::unique_ptr<Work> NewWork(const Rpc* rpc, CallbackServerContext* context, const ByteBuffer* request) {
  auto work = std::make_unique<Work>();
  work->rpc = rpc;
  work->context = context;
  work->request_bytes = request;
  work->arrival = absl::Now();
  return work;
}

grpc::internal::MethodHandler* UnaryHandler(const Rpc* rpc, Dispatcher* dispatcher) {
  return new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
      [rpc, dispatcher](CallbackServerContext* context, const ByteBuffer* request, ByteBuffer* response) {
        auto work = NewWork(rpc, context, request);
        grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
        work->response_bytes = response;
        work->reactor = reactor;
        dispatcher->Submit(std::move(work));
        return reactor;
      });
}

grpc::internal::MethodHandler* StreamingHandler(const Rpc* rpc, Dispatcher* dispatcher, absl::Duration patience) {
  return new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
      [rpc, dispatcher, patience](CallbackServerContext* context, const ByteBuffer* request) {
        auto work = NewWork(rpc, context, request);
        auto* stream = new StreamReactor(context, patience);
        work->stream = stream;
        dispatcher->Submit(std::move(work));
        return stream;
      });
}

grpc::internal::MethodHandler* UploadHandler(const Rpc* rpc, Dispatcher* dispatcher) {
  return new grpc::internal::CallbackClientStreamingHandler<ByteBuffer, ByteBuffer>(
      [rpc, dispatcher](CallbackServerContext* context, ByteBuffer* response) {
        return new UploadReactor([rpc, dispatcher, context, response](UploadReactor* upload) {
          auto work = NewWork(rpc, context, &upload->message());
          work->response_bytes = response;
          work->upload = upload;
          dispatcher->Submit(std::move(work));
        });
      });
}

// How gRPC calls it, and what is done then.
std::pair<RpcMethod::RpcType, grpc::internal::MethodHandler*> HandlerOf(const Rpc* rpc, Dispatcher* dispatcher,
                                                                        absl::Duration patience) {
  if (rpc->method->client_streaming()) return {RpcMethod::CLIENT_STREAMING, UploadHandler(rpc, dispatcher)};
  if (rpc->method->server_streaming())
    return {RpcMethod::SERVER_STREAMING, StreamingHandler(rpc, dispatcher, patience)};
  return {RpcMethod::NORMAL_RPC, UnaryHandler(rpc, dispatcher)};
}

}  // namespace

GrpcService::GrpcService(const google::protobuf::ServiceDescriptor* service, const RpcTable& table,
                         Dispatcher* dispatcher, absl::Duration patience) {
  for (int i = 0; i < service->method_count(); ++i) {
    const Rpc* rpc = table.Find(service->method(i));
    const auto [type, handler] = HandlerOf(rpc, dispatcher, patience);
    paths_.push_back(absl::StrCat("/", service->full_name(), "/", service->method(i)->name()));
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(), type, nullptr));
    MarkMethodRawCallback(i, handler);
  }
}

}  // namespace hearth
