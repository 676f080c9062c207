#include "tests/support/test_server.h"

#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"

namespace hearth::test {
namespace {

constexpr uint32_t kCheapMemoryKib = 1024;

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace

// Made once a process.
const SigningKey& KeyOf(const std::string& directory) {
  static const auto* keys = new std::map<std::string, SigningKey>{
      {kForth, SigningKey::Ec()}, {kContoso, SigningKey::Ec()}, {kPlatform, SigningKey::Ec()}};
  return keys->at(directory);
}

std::string KeySetOf(const std::string& directory) { return KeySetJson({KeyOf(directory).Jwk("k1")}); }

std::string TokenFor(const Principal& principal) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  return KeyOf(principal.directory)
      .Sign(
          "ES256", R"({"alg":"ES256","kid":"k1","typ":"JWT"})",
          absl::StrCat(R"({"iss":")", IssuerOf(principal.directory), R"(","sub":")", principal.subject, R"(","aud":")",
                       kAudience, R"(","iat":)", now, R"(,"auth_time":)", now, R"(,"exp":)", now + 3600, "}"));
}

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status converted(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status rich;
  if (status.ok() || !rich.ParseFromString(status.error_details())) return converted;
  for (const auto& detail : rich.details()) converted.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  return converted;
}

ServerFixture::ServerFixture() {
  for (const char* directory : {kForth, kContoso, kPlatform}) {
    Sql(absl::StrCat("UPDATE hearth.trusted_issuers SET jwks = '", KeySetOf(directory), "' WHERE directory_id = '",
                     directory, "'"));
  }
  config.database = app_conninfo();
  config.keys_file = keyring_path();
  config.listen = "127.0.0.1:0";
  config.insecure_plaintext = true;
  config.metrics_listen = "";
  config.hash_queue = 512;  // Tests that call often at once do not test overload.
  config.argon2 = {.memory_kib = kCheapMemoryKib, .iterations = 1};
  config.caller_rates = config.directory_rates = {0, 0, 0};
  config.drain_seconds = 2;
  config.log_level = LogLevel::kError;
  StartLog(config.log_level);
}

ServerFixture::~ServerFixture() { Stop(); }

void ServerFixture::Start() {
  auto environment = Environment::Create(config, &clock_, &random_);
  ASSERT_TRUE(environment.ok()) << environment.status();
  environment_ = *std::move(environment);
  auto server = Server::Start(config, environment_.get());
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

void ServerFixture::Stop() {
  channel_.reset();
  server_.reset();
  environment_.reset();
}

std::shared_ptr<grpc::Channel> ServerFixture::Channel() {
  if (channel_ == nullptr) {
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", port()), grpc::InsecureChannelCredentials());
  }
  return channel_;
}

grpc::Status ServerFixture::CallRaw(const std::string& token, const google::protobuf::MethodDescriptor* method,
                                    const std::string& request, std::string* response, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  grpc::GenericStub stub(Channel());
  grpc::CompletionQueue queue;
  const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
  const auto call = stub.PrepareUnaryCall(&context, path, ToBuffer(request), &queue);
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (status.ok() && response != nullptr) *response = ToBytes(answer);
  return status;
}

}  // namespace hearth::test
