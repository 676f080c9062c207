#include "server/rpc/grpc_service.h"

#include <grpcpp/impl/rpc_service_method.h>
#if __has_include(<grpcpp/impl/server_callback_handlers.h>)
#include <grpcpp/impl/server_callback_handlers.h>
#else  // gRPC before 1.52
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#endif

#include <memory>

#include "absl/strings/str_cat.h"

namespace hearth {

GrpcService::GrpcService(const google::protobuf::ServiceDescriptor* service, const RpcTable& table,
                         Dispatcher* dispatcher) {
  for (int i = 0; i < service->method_count(); ++i) {
    const Rpc* rpc = table.Find(service->method(i));
    paths_.push_back(absl::StrCat("/", service->full_name(), "/", service->method(i)->name()));
    AddMethod(
        new grpc::internal::RpcServiceMethod(paths_.back().c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(i, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                 [rpc, dispatcher](grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
                                   auto work = std::make_unique<Work>();
                                   work->rpc = rpc;
                                   work->context = context;
                                   work->request_bytes = request;
                                   work->response_bytes = response;
                                   work->reactor = context->DefaultReactor();
                                   work->arrival = absl::Now();
                                   grpc::ServerUnaryReactor* reactor = work->reactor;
                                   dispatcher->Submit(std::move(work));
                                   return reactor;
                                 }));
  }
}

}  // namespace hearth
