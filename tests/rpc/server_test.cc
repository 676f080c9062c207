// The server as a process sees it: overload, deadlines, draining, health, reflection, plaintext.
#include <grpcpp/generic/generic_stub.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr char kUser1[] = "directories/forthcoffee/users/user1";
const Principal kBackend{kForth, "backend"};

class ServerTest : public ServerFixture {
 protected:
  absl::Status Verify() {
    v1::VerifyPasswordRequest request;
    request.set_name(kUser1);
    request.set_password("a password that nobody has");
    v1::VerifyPasswordResponse response;
    return CallWith(token_, &Passwords::VerifyPassword, request, &response);
  }
  absl::Status ReadUser() {
    v1::GetUserRequest request;
    request.set_name(kUser1);
    v1::GetUserResponse response;
    return Call(ForthAdmin(), &Directories::GetUser, request, &response);
  }
  // One byte of grpc.health.v1: 1 is SERVING, 2 is NOT_SERVING.
  int Health(const std::string& service) {
    grpc::GenericStub stub(Channel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    const std::string bytes =
        service.empty() ? "" : absl::StrCat("\n", std::string(1, static_cast<char>(service.size())), service);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    grpc::Slice answer;
    if (!status.ok() || !response.TrySingleSlice(&answer).ok() || answer.size() != 2) return -1;
    return answer.begin()[1];
  }
  const std::string token_ = TokenFor(kBackend);  // The same for all calls, as backends have it.
  double ShedEarly() {
    for (const auto& family : environment().metrics().registry()->Collect()) {
      if (family.name == "hearth_shed_early_total") return family.metric.at(0).counter.value;
    }
    return -1;
  }
  bool Await(const std::function<bool()>& condition) {
    for (int i = 0; i < 200; ++i) {
      if (condition()) return true;
      absl::SleepFor(absl::Milliseconds(25));
    }
    return false;
  }
};

TEST_F(ServerTest, AFullQueueRefusesWithADelayWhileOtherWorkGoesOn) {
  config.hash_lanes = 1;
  config.hash_queue = 2;
  config.argon2 = {.memory_kib = 64 * 1024, .iterations = 4};
  Start();
  std::atomic<int> overloaded = 0, answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 24; ++i) {
    callers.emplace_back([&] {
      const absl::Status status = Verify();
      if (ReasonOf(status) == v1::ERROR_REASON_OVERLOADED) {
        const auto retry = DetailOf<google::rpc::RetryInfo>(status).retry_delay();
        EXPECT_GT(retry.seconds() * 1000 + retry.nanos() / 1'000'000, 0);
        EXPECT_LE(retry.seconds(), 2);
        EXPECT_TRUE(absl::IsResourceExhausted(status));
        ++overloaded;
      } else {
        EXPECT_THAT(status, HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
        ++answered;
      }
    });
  }
  // Reads are served while every hash worker is busy.
  for (int i = 0; i < 5; ++i) EXPECT_THAT(ReadUser(), IsOk());
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(overloaded, 0);
  EXPECT_GT(answered, 0);
}

// Contoso asks one thing at a time, and Forth Coffee all at once.
TEST_F(ServerTest, AFloodOfOneDirectoryTakesNoTurnOfAnother) {
  config.hash_lanes = 1;
  config.hash_queue = 4;
  config.argon2 = {.memory_kib = 64 * 1024, .iterations = 2};
  Start();
  Channel();
  std::atomic<bool> stop{false};
  std::atomic<int> overloaded{0};
  std::vector<std::thread> flood;
  for (int i = 0; i < 24; ++i) {
    flood.emplace_back([&] {
      while (!stop) {
        if (ReasonOf(Verify()) == v1::ERROR_REASON_OVERLOADED) ++overloaded;
      }
    });
  }
  EXPECT_TRUE(Await([&] { return overloaded > 10; }));
  for (int i = 0; i < 5; ++i) {
    v1::VerifyPasswordRequest request;
    request.set_user_principal_name(absl::StrCat("nobody", i, "@contoso.com"));
    request.set_password("a password that nobody has");
    v1::VerifyPasswordResponse response;
    EXPECT_THAT(Call({kContoso, "backend"}, &Passwords::VerifyPassword, request, &response),
                HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
  stop = true;
  for (std::thread& caller : flood) caller.join();
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit_events WHERE reason = 'OVERLOADED'")[0][0], "0");
  EXPECT_GT(ShedEarly(), 0) << "nobody was looked up for them";
}

TEST_F(ServerTest, ARefusalForOverloadTellsGrpcsOwnRetriesWhenToComeAgain) {
  config.hash_lanes = 1;
  config.hash_queue = 1;
  config.argon2 = {.memory_kib = 64 * 1024, .iterations = 2};
  Start();
  Channel();
  std::atomic<int> told{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 24; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      context.AddMetadata("authorization", "Bearer " + TokenFor(kBackend));
      v1::VerifyPasswordRequest request;
      request.set_name(kUser1);
      request.set_password("a password that nobody has");
      v1::VerifyPasswordResponse response;
      Passwords stub(Channel());
      if (stub.VerifyPassword(&context, request, &response).error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED)
        return;
      const auto& trailers = context.GetServerTrailingMetadata();
      const auto wait = trailers.find("grpc-retry-pushback-ms");
      ASSERT_NE(wait, trailers.end());
      const int millis = std::stoi(std::string(wait->second.data(), wait->second.size()));
      EXPECT_GE(millis, 500);
      EXPECT_LT(millis, 2000);
      ++told;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(told, 0);
}

// Else two silent callers would keep everybody's long runs waiting for an hour.
TEST_F(ServerTest, ACallerWhoStreamsNothingGivesTheirWorkerBack) {
  config.bulk_workers = 1;
  config.upload_silence_seconds = 1;
  Start();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
  Passwords stub(Channel());
  v1::ImportCredentialsResponse response;
  const auto writer = stub.ImportCredentials(&context, &response);
  v1::ImportCredentialsRequest message;
  message.set_parent("directories/forthcoffee");
  auto& row = *message.add_rows();
  row.set_name("directories/forthcoffee/users/nobody");
  row.set_password_hash("{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr");
  ASSERT_TRUE(writer->Write(message));
  const absl::Time begin = absl::Now();
  EXPECT_THAT(FromGrpc(writer->Finish()), HasReason(v1::ERROR_REASON_DEADLINE_PASSED));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

TEST_F(ServerTest, ACallThatIsPastItsDeadlineIsAnsweredWithoutWork) {
  config.hash_lanes = 1;
  config.argon2 = {.memory_kib = 64 * 1024, .iterations = 8};
  Start();
  v1::ResetPasswordRequest request;
  request.set_name(kUser1);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(30));
      context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
      v1::ResetPasswordResponse response;
      Reset stub(Channel());
      EXPECT_EQ(stub.ResetPassword(&context, request, &response).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    });
  }
  for (std::thread& caller : callers) caller.join();
  Stop();
  EXPECT_TRUE(Sql("SELECT 1 FROM hearth.credentials").empty());
}

TEST_F(ServerTest, StoppingLetsRunningCallsFinish) {
  config.hash_lanes = 1;
  config.argon2 = {.memory_kib = 64 * 1024, .iterations = 4};
  config.drain_seconds = 15;
  Start();
  const auto channel = Channel();
  std::atomic<int> started = 0, finished = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      ++started;
      if (ReasonOf(Verify()) == v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED) ++finished;
    });
  }
  while (started < 3) std::this_thread::yield();
  absl::SleepFor(absl::Milliseconds(150));  // The calls have reached the server; a hash takes longer than that.
  StopServer();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(finished, 3);
}

TEST_F(ServerTest, HealthIsToldForEachService) {
  Start();
  for (const char* service : {"", "hearth.v1.ResetPasswordService", "hearth.v1.GuestUserService",
                              "hearth.v1.DirectoryService", "hearth.v1.CredentialService"}) {
    EXPECT_TRUE(Await([&] { return Health(service) == 1; })) << service;
  }
}

TEST_F(ServerTest, HealthFollowsTheDatabase) {
  Start();
  ASSERT_TRUE(Await([&] { return Health("") == 1; }));
  const std::string name = Sql("SELECT current_database()")[0][0];
  Sql(absl::StrCat("ALTER DATABASE ", name, " CONNECTION LIMIT 0"));
  Sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hearth_app' AND datname = "
      "current_database()");
  EXPECT_TRUE(Await([&] { return Health("hearth.v1.GuestUserService") == 2; }));
  const absl::Status status = ReadUser();
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_STORAGE_UNAVAILABLE));
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_retry_delay());
  Sql(absl::StrCat("ALTER DATABASE ", name, " CONNECTION LIMIT -1"));
  EXPECT_TRUE(Await([&] { return Health("") == 1; }));
  EXPECT_THAT(ReadUser(), IsOk());
}

TEST_F(ServerTest, AServerRefusesASchemaOfAnotherVersion) {
  Sql("INSERT INTO hearth.migrations (number, name, checksum) VALUES (99, 'of the future', 'x')");
  const SystemClock clock;
  SystemRandom random;
  const auto environment = Environment::Create(config, &clock, &random);
  ASSERT_THAT(environment, IsOk());
  const auto server = Server::Start(config, environment->get());
  EXPECT_THAT(std::string(server.status().message()), testing::HasSubstr("the schema has version 99"));
}

TEST(ConfigTest, PlaintextIsRefusedOffLoopbackAndTlsNeedsItsFiles) {
  Config config;
  config.database = "host=/nowhere dbname=hearth";
  config.listen = "0.0.0.0:7443";
  config.insecure_plaintext = true;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("loopback addresses only")));
  config.insecure_plaintext = false;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--tls-certificate is needed")));
  config.metrics_listen = "0.0.0.0:9443";
  EXPECT_THAT(ConfigDefects(config),
              testing::Contains(testing::HasSubstr("--metrics-listen must be a loopback address")));
  config.argon2.memory_kib = 1024;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--argon2-memory-kib")));
}

// As documents and tests have them. There is no mode in which such a key is good enough: to make a real one takes one command.
TEST(ConfigTest, KeysThatNobodyGeneratedAreRefused) {
  std::string path = "/tmp/hearth_keys_XXXXXX";
  close(mkstemp(path.data()));
  const auto defects = [&](const std::string& key) {
    std::ofstream(path) << "k1 " << key << "\n";
    Config config;
    config.keys_file = path;
    return ConfigDefects(config);
  };
  const auto refused = testing::Contains(testing::HasSubstr("the key k1 of the keys file is a sample"));
  for (const char* key : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                          "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                          "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}) {
    EXPECT_THAT(defects(key), refused) << key;
  }
  EXPECT_THAT(defects("60b420bb3851d9d47acb933dbe70399bf6c92da33af01d4fb770e98c0325f41d"), testing::Not(refused));
  unlink(path.c_str());
  ASSERT_THAT(Keyring::Generate(path), IsOk());
  Config config;
  config.keys_file = path;
  EXPECT_THAT(ConfigDefects(config), testing::Not(refused));
  unlink(path.c_str());
}

}  // namespace
}  // namespace hearth::test
