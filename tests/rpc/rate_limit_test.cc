// Callers who call too often.
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

class RateLimitTest : public ServerFixture {
 protected:
  // One call of a person who may read themselves.
  absl::Status ReadSelf(const std::string& user, const std::string& directory = kForth) {
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name("directories/" + directory + "/users/" + user);
    return Call(Principal{directory, user}, &Directories::GetUser, request, &response);
  }
  // Calls until one is refused, and returns that refusal.
  absl::Status UntilRefused(const std::string& user) {
    for (int i = 0; i < 200; ++i) {
      if (const absl::Status status = ReadSelf(user); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
};

TEST_F(RateLimitTest, ACallerWhoCallsTooOftenIsToldWhenToComeBackAndOthersAreServed) {
  config.caller_rates = {0.1, 0, 0};  // Ten at once.
  Start();
  const absl::Status refused = UntilRefused("user1");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused, Refuses(v1::ERROR_REASON_RATE_LIMITED, "limit", "caller"));
  EXPECT_THAT(refused, Refuses(v1::ERROR_REASON_RATE_LIMITED, "work_class", "read"));
  const auto retry = DetailOf<google::rpc::RetryInfo>(refused).retry_delay();
  EXPECT_GT(retry.seconds() + retry.nanos(), 0);
  EXPECT_LE(retry.seconds(), 10);
  EXPECT_THAT(ReadSelf("user2"), IsOk());
  EXPECT_THAT(ReadSelf("user1", kContoso), IsOk());
}

TEST_F(RateLimitTest, ADirectorysCallersShareItsLimitAndOtherDirectoriesAreServed) {
  config.directory_rates = {0.1, 0, 0};
  Start();
  EXPECT_THAT(UntilRefused("user1"), Refuses(v1::ERROR_REASON_RATE_LIMITED, "limit", "directory"));
  EXPECT_THAT(ReadSelf("user2"), HasReason(v1::ERROR_REASON_RATE_LIMITED));
  EXPECT_THAT(ReadSelf("user1", kContoso), IsOk());
}

TEST_F(RateLimitTest, AFloodIsCountedButWritesNoAudit) {
  config.caller_rates = {0, 0, 0.1};
  Start();
  v1::VerifyPasswordRequest request;
  v1::VerifyPasswordResponse response;
  request.set_name("directories/forthcoffee/users/user1");
  request.set_password("whatever it is");
  int limited = 0;
  for (int i = 0; i < 30; ++i) {
    const absl::Status status = Call(Principal{kForth, "backend"}, &Passwords::VerifyPassword, request, &response);
    limited += ReasonOf(status) == v1::ERROR_REASON_RATE_LIMITED ? 1 : 0;
  }
  EXPECT_GE(limited, 19);
  EXPECT_EQ(Audit(kForth).size(), 30u - static_cast<size_t>(limited));
  double counted = 0;
  for (const auto& family : environment().metrics().registry()->Collect()) {
    if (family.name != "hearth_rate_limited_total") continue;
    for (const auto& metric : family.metric) counted += metric.counter.value;
  }
  EXPECT_EQ(counted, limited);
}

TEST_F(RateLimitTest, TheDefaultsAreInForceAndTheConfigurationIsChecked) {
  EXPECT_GT(Config().caller_rates.hashes, 0);
  EXPECT_GT(Config().directory_rates.reads, 0);
  config.caller_rates.writes = -1;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--caller-reads")));
}

}  // namespace
}  // namespace hearth::test
