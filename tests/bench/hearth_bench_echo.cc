// A stock gRPC callback server that answers with fixed messages: what the hot methods are compared with. It has the TLS
// settings and the channel arguments of hearthd (server/app/server.cc). Runs until it is killed.
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "echo.grpc.pb.h"

namespace {

using hearth::bench::v1::EchoService;

class Echo final : public EchoService::CallbackService {
 public:
  hearth::v1::ResolveHomeDirectoryResponse resolve_answer;
  hearth::v1::GetGuestUserResponse get_answer;
  hearth::v1::RequestResetResponse request_answer;

  grpc::ServerUnaryReactor* ResolveHomeDirectory(grpc::CallbackServerContext* context,
                                                 const hearth::v1::ResolveHomeDirectoryRequest*,
                                                 hearth::v1::ResolveHomeDirectoryResponse* response) override {
    *response = resolve_answer;
    return Finish(context);
  }

  grpc::ServerUnaryReactor* GetGuestUser(grpc::CallbackServerContext* context, const hearth::v1::GetGuestUserRequest*,
                                         hearth::v1::GetGuestUserResponse* response) override {
    *response = get_answer;
    return Finish(context);
  }

  grpc::ServerUnaryReactor* RequestReset(grpc::CallbackServerContext* context, const hearth::v1::RequestResetRequest*,
                                         hearth::v1::RequestResetResponse* response) override {
    *response = request_answer;
    return Finish(context);
  }

 private:
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// Reads the serialized message that the server really gave.
bool Read(const std::string& path, google::protobuf::Message& message) {
  std::ifstream file(path, std::ios::binary);
  return file && message.ParseFromIstream(&file);
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const std::string& certificate, const std::string& key) {
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(key, certificate, 2);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(1 << 20);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.SetResourceQuota(grpc::ResourceQuota("echo").Resize(512u << 20));
}

}  // namespace

int main(int argc, char** argv) {
  std::string listen, certificate, key, resolve_answer, get_answer, request_answer;
  CLI::App app("Bare gRPC echo.");
  app.add_option("--listen", listen)->required();
  app.add_option("--tls-certificate", certificate)->required();
  app.add_option("--tls-key", key)->required();
  app.add_option("--resolve-answer", resolve_answer, "Serialized ResolveHomeDirectoryResponse")->required();
  app.add_option("--get-answer", get_answer, "Serialized GetGuestUserResponse")->required();
  app.add_option("--request-answer", request_answer, "Serialized RequestResetResponse")->required();
  CLI11_PARSE(app, argc, argv);
  Echo echo;
  if (!Read(resolve_answer, echo.resolve_answer) || !Read(get_answer, echo.get_answer) ||
      !Read(request_answer, echo.request_answer)) {
    std::fputs("the answers cannot be read\n", stderr);
    return 1;
  }
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(listen, Credentials(certificate, key));
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
  return 0;
}
