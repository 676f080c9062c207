// Below the calls: TLS, sizes, reflection.
#include <grpcpp/generic/generic_stub.h>

#include "absl/strings/str_cat.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class TransportTest : public ServerFixture {
 protected:
  void UseTls(const std::string& name) {
    files_.MakeSelfSigned(name);
    config.insecure_plaintext = false;
    config.tls_certificate = files_.Path(name + ".pem");
    config.tls_key = files_.Path(name + ".key");
    config.client_certificates = ClientCertificates::kNone;
  }

  // A call on a connection of its own.
  absl::Status CallOver(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                        absl::Duration timeout = absl::Seconds(5)) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port()), credentials, arguments);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name("directories/forthcoffee/users/user1");
    Directories stub(channel);
    return FromGrpc(stub.GetUser(&context, request, &response));
  }
  // The services that reflection lists, or why it does not.
  std::string Reflect() {
    grpc::GenericStub stub(Channel());
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    grpc::CompletionQueue queue;
    void* tag = nullptr;
    bool ok = false;
    const auto next = [&] { return queue.Next(&tag, &ok) && ok; };
    const auto call =
        stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
    call->StartCall(nullptr);
    next();
    const grpc::Slice list("\x3a\x01*");  // ServerReflectionRequest{list_services: "*"}
    call->WriteLast(grpc::ByteBuffer(&list, 1), {}, nullptr);
    next();
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    next();
    grpc::Status status;
    call->Finish(&status, nullptr);
    next();
    if (!status.ok()) return absl::StrCat(status.error_code());
    std::vector<grpc::Slice> slices;
    std::string text;
    if (!answer.Dump(&slices).ok()) return "no answer";
    for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return text;
  }

  CertificateFolder files_;
};

TEST_F(TransportTest, TlsIsTheDefaultAndServesThoseWhoTrustTheCertificate) {
  EXPECT_FALSE(Config().insecure_plaintext);
  UseTls("server");
  files_.MakeSelfSigned("stranger");
  EXPECT_THAT(ConfigDefects(config), testing::Not(testing::Contains(testing::HasSubstr("tls"))));
  Start();
  EXPECT_THAT(CallOver(files_.Trusting("server")), IsOk());
  EXPECT_EQ(CallOver(files_.Trusting("stranger")).code(), absl::StatusCode::kUnavailable);
  const absl::Status plaintext = CallOver(grpc::InsecureChannelCredentials());
  EXPECT_TRUE(absl::IsUnavailable(plaintext) || absl::IsDeadlineExceeded(plaintext)) << plaintext;
  EXPECT_THAT(CallOver(files_.Trusting("server")), IsOk());
}

TEST_F(TransportTest, ANewCertificateIsServedWithoutARestart) {
  UseTls("server");
  Start();
  ASSERT_THAT(CallOver(files_.Trusting("server")), IsOk());
  files_.MakeSelfSigned("next");
  files_.Run(
      "cp next.key server.key.new && cp next.pem server.pem.new && mv server.key.new server.key && mv server.pem.new "
      "server.pem");
  const absl::Time deadline = absl::Now() + kPatience;
  absl::Status status;
  do {
    status = CallOver(files_.Trusting("next"), absl::Seconds(1));
  } while (!status.ok() && absl::Now() < deadline);
  EXPECT_THAT(status, IsOk());
}

TEST_F(TransportTest, PlaintextIsServedOnLoopbackOnly) {
  config.listen = "0.0.0.0:0";
  const SystemClock clock;
  SystemRandom random;
  const auto environment = Environment::Create(config, &clock, &random);
  ASSERT_THAT(environment, IsOk());
  const auto server = Server::Start(config, environment->get());
  EXPECT_THAT(std::string(server.status().message()), testing::HasSubstr("loopback"));
}

TEST_F(TransportTest, AMessageThatIsTooLargeIsRefusedAndTheNextIsServed) {
  Start();
  v1::GetUserRequest request;
  v1::GetUserResponse response;
  request.set_name(std::string(2 << 20, 'a'));
  EXPECT_EQ(Call(ForthAdmin(), &Directories::GetUser, request, &response).code(), absl::StatusCode::kResourceExhausted);
  request.set_name("directories/forthcoffee/users/user1");
  EXPECT_THAT(Call(ForthAdmin(), &Directories::GetUser, request, &response), IsOk());
}

// gRPC would inflate it before it looks at the size, and before anybody knows who calls.
TEST_F(TransportTest, ACompressedMessageIsRefusedBeforeItIsInflated) {
  Start();
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    for (const size_t size : {size_t{100}, size_t{8} << 20}) {
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
      context.set_compression_algorithm(algorithm);
      context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
      v1::GetUserRequest request;
      v1::GetUserResponse response;
      request.set_name(std::string(size, 'a'));
      Directories stub(Channel());
      EXPECT_EQ(stub.GetUser(&context, request, &response).error_code(), grpc::StatusCode::UNIMPLEMENTED) << size;
    }
  }
}

TEST_F(TransportTest, MetadataThatIsTooLargeIsRefusedAndTheNextIsServed) {
  Start();
  v1::GetUserRequest request;
  v1::GetUserResponse response;
  request.set_name("directories/forthcoffee/users/user1");
  EXPECT_FALSE(CallWith(std::string(64 * 1024, 'a'), &Directories::GetUser, request, &response).ok());
  EXPECT_THAT(CallOver(grpc::InsecureChannelCredentials()), IsOk())
      << "the connection may be gone with it; others are served";
}

TEST_F(TransportTest, WhatIsNotInTheContractIsUnimplemented) {
  Start();
  grpc::GenericStub stub(Channel());
  for (const char* path :
       {"/hearth.v1.ResetPasswordService/ResetPasswords", "/hearth.v2.ResetPasswordService/ResetPassword", "/", "//"}) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, path, grpc::ByteBuffer(), &queue);
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
  }
}

// The last test: once asked for, gRPC gives reflection to every later server of the process.
TEST_F(TransportTest, TheContractIsReflectedOnlyWhenAskedFor) {
  Start();
  EXPECT_EQ(Reflect(), absl::StrCat(grpc::StatusCode::UNIMPLEMENTED));
  Stop();
  config.reflection = true;
  Start();
  EXPECT_THAT(Reflect(), testing::AllOf(testing::HasSubstr("hearth.v1.ResetPasswordService"),
                                        testing::HasSubstr("hearth.v1.GuestUserService"),
                                        testing::HasSubstr("hearth.v1.DirectoryService"),
                                        testing::HasSubstr("hearth.v1.CredentialService")));
}

}  // namespace
}  // namespace hearth::test
