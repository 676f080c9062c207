#include "tests/rpc/raw_call.h"

#include <grpcpp/generic/generic_stub.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "hearth/v1/options.pb.h"

namespace hearth::test {
namespace {

// Whether the operation that was begun went well.
bool Await(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

// Only the caller ends such a stream.
bool GoesOn(const google::protobuf::MethodDescriptor* method) {
  const auto& policy = method->options().GetExtension(v1::policy);
  return method->server_streaming() && policy.work_class() == v1::WORK_CLASS_WATCH;
}

}  // namespace

RawAnswer CallAny(const std::shared_ptr<grpc::Channel>& channel, const std::string& token,
                  const google::protobuf::MethodDescriptor* method, const std::string& request,
                  absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
  const auto call = stub.PrepareCall(&context, path, &queue);
  const grpc::Slice slice(request);
  RawAnswer answer;
  call->StartCall(nullptr);
  if (Await(queue)) {
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Await(queue);
    grpc::ByteBuffer response;
    for (call->Read(&response, nullptr); Await(queue); call->Read(&response, nullptr)) {
      ++answer.responses;
      if (GoesOn(method)) break;
    }
  }
  const bool enough = GoesOn(method) && answer.responses > 0;
  if (enough) context.TryCancel();
  call->Finish(&answer.status, nullptr);
  Await(queue);
  if (enough) answer.status = grpc::Status::OK;
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto id = trailers.find("hearth-call-id"); id != trailers.end()) {
    answer.call_id = std::string(id->second.data(), id->second.size());
  }
  return answer;
}

}  // namespace hearth::test
