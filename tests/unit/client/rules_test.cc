// The rules of the client that need no server.
#include <cmath>

#include "absl/random/random.h"
#include "client/src/channel.h"
#include "client/src/request_id.h"
#include "client/src/retry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/client/client.h"

namespace hearth::client {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SafeToRepeatTest, FollowsTheContract) {
  EXPECT_TRUE(SafeToRepeat(v1::IDEMPOTENCY_READ_ONLY, false));
  EXPECT_TRUE(SafeToRepeat(v1::IDEMPOTENCY_REQUEST_ID, true));
  EXPECT_FALSE(SafeToRepeat(v1::IDEMPOTENCY_REQUEST_ID, false)) << "nothing names the attempt";
  EXPECT_FALSE(SafeToRepeat(v1::IDEMPOTENCY_NONE, true));
  EXPECT_FALSE(SafeToRepeat(v1::IDEMPOTENCY_UNSPECIFIED, true));
}

TEST(DelayBeforeRetryTest, DoublesUpToTheMost) {
  absl::BitGen random;
  RetryOptions options;
  options.max_attempts = 100;
  for (int attempt = 1; attempt < 100; ++attempt) {
    const auto delay = DelayBeforeRetry(absl::UnavailableError(""), attempt, options, random);
    ASSERT_TRUE(delay.has_value());
    const absl::Duration full = std::min(absl::Milliseconds(100) * std::pow(2, attempt - 1), absl::Seconds(5));
    EXPECT_GE(*delay, full / 2);
    EXPECT_LE(*delay, full);
  }
  EXPECT_EQ(DelayBeforeRetry(absl::UnavailableError(""), 100, options, random), std::nullopt);
}

TEST(MethodsTest, AllHaveAPolicyAndARequestOfTheirOwn) {
  EXPECT_THAT(Methods(), SizeIs(testing::Ge(38u)));
  for (const auto* method : Methods()) {
    EXPECT_NE(PolicyOf(*method).idempotency(), v1::IDEMPOTENCY_UNSPECIFIED) << method->full_name();
    EXPECT_EQ(MethodOf(*method->input_type()), method) << method->full_name();
    EXPECT_EQ(FindMethod(std::string(method->name())), method) << method->full_name();
  }
}

TEST(MethodsTest, AreFoundUnderAllTheirNames) {
  const auto* method = MethodOf(*v1::ResetPasswordRequest::descriptor());
  for (const char* name :
       {"ResetPassword", "resetpassword", "ResetPasswordService/ResetPassword",
        "hearth.v1.ResetPasswordService.ResetPassword", "/hearth.v1.ResetPasswordService/ResetPassword"}) {
    EXPECT_EQ(FindMethod(name), method) << name;
  }
  for (const char* name : {"", "Password", "ResetPasswordService", "hearth.v2.ResetPasswordService.ResetPassword"}) {
    EXPECT_EQ(FindMethod(name), nullptr) << name;
  }
}

TEST(MethodsTest, ThatChangeStateCanBeNamed) {
  for (const auto* method : Methods()) {
    if (PolicyOf(*method).idempotency() != v1::IDEMPOTENCY_REQUEST_ID) continue;
    EXPECT_NE(method->input_type()->FindFieldByName("request_id"), nullptr) << method->full_name();
  }
}

TEST(RequestIdTest, IsFilledInOnlyWhereThereIsAField) {
  EXPECT_EQ(WithNewRequestId(v1::GetUserRequest()), nullptr);
  EXPECT_THAT(RequestIdOf(*WithNewRequestId(v1::DeleteUserRequest())), SizeIs(36));
}

TEST(StaysOnThisMachineTest, KnowsLoopbackAndSockets) {
  for (const char* here : {"127.0.0.1:7443", "127.8.9.10:1", "localhost:7443", "[::1]:7443", "unix:/run/hearth.sock",
                           "unix:///run/hearth.sock", "unix-abstract:hearth"}) {
    EXPECT_TRUE(StaysOnThisMachine(here)) << here;
  }
  for (const char* elsewhere : {"", "127.0.0.1", "10.0.0.1:7443", "hearth.example.com:443", "127.0.0.1.example.com:443",
                                "127.1:443", "localhost.example.com:443", "dns:///127.0.0.1:443", "0.0.0.0:443",
                                "[::]:443", "ipv4:127.0.0.1:1,10.0.0.1:1", "127.0.0.1:1,10.0.0.1:1"}) {
    EXPECT_FALSE(StaysOnThisMachine(elsewhere)) << elsewhere;
  }
}

TEST(CreateTest, RefusesOptionsThatDoNotFitTogether) {
  Options plaintext_elsewhere;
  plaintext_elsewhere.server = "hearth.example.com:7443";
  plaintext_elsewhere.plaintext = true;
  Options plaintext_with_roots;
  plaintext_with_roots.plaintext = true;
  plaintext_with_roots.ca_file = "/etc/hosts";
  Options certificate_without_key;
  certificate_without_key.cert_file = "/etc/hosts";
  Options two_tokens;
  two_tokens.token = "a";
  two_tokens.token_file = "/etc/hosts";
  Options no_server;
  no_server.server = "";
  for (const Options& options :
       {plaintext_elsewhere, plaintext_with_roots, certificate_without_key, two_tokens, no_server}) {
    const absl::Status status = Client::Create(options).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), Not(IsEmpty()));
  }
  Options no_roots;
  no_roots.ca_file = "/nowhere/ca.pem";
  EXPECT_TRUE(absl::IsNotFound(Client::Create(no_roots).status()));
}

}  // namespace
}  // namespace hearth::client
