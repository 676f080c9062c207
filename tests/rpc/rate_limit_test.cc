// Callers who call too often.
#include <map>

#include "hearth/v1/audit_service.grpc.pb.h"
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
  // The same with streams, each read once and left.
  template <class Open>
  absl::Status UntilStreamRefused(const Open& open) {
    for (int i = 0; i < 30; ++i) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
      v1::AuditService::Stub stub(Channel());
      const auto reader = open(stub, &context);
      auto response = ResponseOf(*reader);
      const bool answered = reader->Read(&response);
      if (answered) context.TryCancel();  // The reason of a refusal is in what it ends with.
      const absl::Status status = FromGrpc(reader->Finish());
      if (!answered && ReasonOf(status) == v1::ERROR_REASON_RATE_LIMITED) return status;
    }
    return absl::OkStatus();
  }
  template <class Response>
  static Response ResponseOf(const grpc::ClientReader<Response>&) {
    return {};
  }
  // How many calls of the method this limit refused, by the metrics.
  double Limited(const std::string& limit, const std::string& method) {
    double counted = 0;
    for (const auto& family : environment().metrics().registry()->Collect()) {
      if (family.name != "hearth_rate_limited_total") continue;
      for (const auto& metric : family.metric) {
        std::map<std::string, std::string> labels;
        for (const auto& label : metric.label) labels[label.name] = label.value;
        if (labels["limit"] == limit && labels["rpc_method"] == method) counted += metric.counter.value;
      }
    }
    return counted;
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
  EXPECT_EQ(Limited("caller", "CredentialService/VerifyPassword"), limited);
}

TEST_F(RateLimitTest, AMethodCanHaveALimitOfItsOwn) {
  config.caller_limits = {"DirectoryService.GetUser=0.1"};
  Start();
  const absl::Status refused = UntilRefused("user1");
  EXPECT_THAT(refused, Refuses(v1::ERROR_REASON_RATE_LIMITED, "limit", "caller"));
  EXPECT_THAT(refused, Refuses(v1::ERROR_REASON_RATE_LIMITED, "method", "GetUser"));
  v1::GetDirectoryRequest request;
  v1::GetDirectoryResponse response;
  request.set_name("directories/forthcoffee");
  EXPECT_THAT(Call(ForthAdmin(), &Directories::GetDirectory, request, &response), IsOk()) << "the same work class";
  EXPECT_EQ(Limited("caller_method", "DirectoryService/GetUser"), 1);
}

// Their refusals are recorded, so they have limits like everybody.
TEST_F(RateLimitTest, WhoIsNotActiveFillsNoAudit) {
  config.caller_rates.reads = 0.1;
  Start();
  int limited = 0;
  for (int i = 0; i < 30; ++i) limited += ReasonOf(ReadSelf("disabled")) == v1::ERROR_REASON_RATE_LIMITED ? 1 : 0;
  EXPECT_GE(limited, 19);
  EXPECT_EQ(Audit(kForth).size(), 30u - static_cast<size_t>(limited));
}

TEST_F(RateLimitTest, LongRunsAndStreamsOfEventsHaveLimitsToo) {
  config.caller_rates = {.runs = 0.1, .watches = 0.1};
  Start();
  EXPECT_THAT(UntilStreamRefused([](v1::AuditService::Stub& stub, grpc::ClientContext* context) {
                v1::VerifyAuditRequest request;
                request.set_name("directories/forthcoffee");
                return stub.VerifyAudit(context, request);
              }),
              Refuses(v1::ERROR_REASON_RATE_LIMITED, "work_class", "bulk"));
  EXPECT_THAT(UntilStreamRefused([](v1::AuditService::Stub& stub, grpc::ClientContext* context) {
                v1::WatchEventsRequest request;
                request.set_parent("directories/forthcoffee");
                return stub.WatchEvents(context, request);
              }),
              Refuses(v1::ERROR_REASON_RATE_LIMITED, "work_class", "watch"));
}

TEST_F(RateLimitTest, TheDefaultsAreInForceAndTheConfigurationIsChecked) {
  for (const CallRates& rates : {Config().caller_rates, Config().directory_rates}) {
    for (const double rate : {rates.reads, rates.writes, rates.hashes, rates.runs, rates.watches}) EXPECT_GT(rate, 0);
  }
  config.caller_rates.writes = -1;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--caller-writes")));
  for (const char* limit : {"GetUser=1", "DirectoryService.GetUser", "DirectoryService.GetUser=", "=1",
                            "DirectoryService.GetUser=-1", "DirectoryService.GetUser=x", "DirectoryService.Get=1"}) {
    config.directory_limits = {limit};
    EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--directory-limit"))) << limit;
  }
  config.directory_limits = {"DirectoryService.GetUser=1"};
  EXPECT_THAT(ConfigDefects(config), testing::Not(testing::Contains(testing::HasSubstr("--directory-limit"))));
}

}  // namespace
}  // namespace hearth::test
