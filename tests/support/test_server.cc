#include "tests/support/test_server.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/status.pb.h"
#include "tests/support/token_maker.h"

namespace hearth::test {
namespace {

// One key pair for each directory's issuer, made once a process.
const SigningKey& KeyOf(const std::string& directory) {
  static const auto* keys = new std::map<std::string, SigningKey>{
      {kForth, SigningKey::Ec()}, {kContoso, SigningKey::Ec()}, {kPlatform, SigningKey::Ec()}};
  return keys->at(directory);
}

constexpr uint32_t kCheapMemoryKib = 1024;

}  // namespace

std::string TokenFor(const Principal& principal) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  return KeyOf(principal.directory)
      .Sign("ES256", R"({"alg":"ES256","kid":"k1","typ":"JWT"})",
            absl::StrCat(R"({"iss":")", IssuerOf(principal.directory), R"(","sub":")", principal.subject, R"(","aud":")",
                         kAudience, R"(","iat":)", now, R"(,"exp":)", now + 3600, "}"));
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
    Sql(absl::StrCat("UPDATE hearth.trusted_issuers SET jwks = '", KeySetJson({KeyOf(directory).Jwk("k1")}),
                     "' WHERE directory_id = '", directory, "'"));
  }
  config.database = app_conninfo();
  config.keys_file = keyring_path();
  config.listen = "127.0.0.1:0";
  config.insecure_plaintext = true;
  config.metrics_listen = "";
  config.argon2 = {.memory_kib = kCheapMemoryKib, .iterations = 1};
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

}  // namespace hearth::test
