// Long runs beside each other: one of a directory and method at a time, callers who do not read, and the limits of the resets inside.
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "hearth/v1/audit_service.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

v1::BatchResetPasswordsRequest RunOf(const std::string& directory, const std::string& user, int times) {
  v1::BatchResetPasswordsRequest request;
  request.set_parent("directories/" + directory);
  for (int i = 0; i < times; ++i) {
    request.add_requests()->set_name(absl::StrCat("directories/", directory, "/users/", user));
  }
  return request;
}

// A run of `caller`, who reads when they like.
class OpenRun {
 public:
  OpenRun(const std::shared_ptr<grpc::Channel>& channel, const Principal& caller,
          const v1::BatchResetPasswordsRequest& request)
      : stub_(channel) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    context_.AddMetadata("authorization", "Bearer " + TokenFor(caller));
    reader_ = stub_.BatchResetPasswords(&context_, request);
  }
  bool Read() { return reader_->Read(&response_); }
  absl::Status Finish() {
    while (Read()) ++read_;
    return FromGrpc(reader_->Finish());
  }
  int read() const { return read_; }

 private:
  Reset stub_;
  grpc::ClientContext context_;
  v1::BatchResetPasswordsResponse response_;
  std::unique_ptr<grpc::ClientReader<v1::BatchResetPasswordsResponse>> reader_;
  int read_ = 0;
};

class LongRunsTest : public ServerFixture {
 protected:
  // A connection of its own that takes in little of what is not read.
  std::shared_ptr<grpc::Channel> NarrowChannel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port()), grpc::InsecureChannelCredentials(), arguments);
  }
  absl::Status DoRun(const Principal& caller, const v1::BatchResetPasswordsRequest& request) {
    return OpenRun(Channel(), caller, request).Finish();
  }
  double Refusals(const std::string& reason) {
    for (const auto& family : environment().metrics().registry()->Collect()) {
      if (family.name != "hearth_refusals_total") continue;
      for (const auto& metric : family.metric) {
        if (metric.label.size() == 1 && metric.label[0].value == reason) return metric.counter.value;
      }
    }
    return 0;
  }
};

TEST_F(LongRunsTest, ADirectoryHasOneRunAtATimeAndOthersAreServedMeanwhile) {
  config.stream_stall_seconds = 3600;
  Start();
  OpenRun unread(NarrowChannel(), ForthAdmin(), RunOf(kForth, "nobody", 2000));
  ASSERT_TRUE(unread.Read());
  for (int i = 0; i < 5; ++i) {
    const absl::Status refused = DoRun({kForth, AdminId(v1::ROLE_HELPDESK_ADMINISTRATOR)}, RunOf(kForth, "user1", 1));
    EXPECT_THAT(refused, HasReason(v1::ERROR_REASON_RUN_IN_PROGRESS));
    EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(refused).retry_delay().seconds(), 1);
    EXPECT_THAT(DoRun(ContosoAdmin(), RunOf(kContoso, "nobody", 1)), IsOk());
  }
  EXPECT_EQ(Sql("SELECT 1 FROM hearth.credentials WHERE user_id = 'user1'").size(), 0u);
  EXPECT_THAT(unread.Finish(), IsOk()) << "whoever reads late has lost nothing";
  EXPECT_EQ(unread.read(), 1999);
  EXPECT_THAT(DoRun(ForthAdmin(), RunOf(kForth, "user1", 1)), IsOk());
}

// Who may read the audit has no hold on the resets.
TEST_F(LongRunsTest, RunsOfOtherMethodsAreNotKeptOut) {
  config.stream_stall_seconds = 3600;
  Start();
  OpenRun unread(NarrowChannel(), ForthAdmin(), RunOf(kForth, "nobody", 2000));
  ASSERT_TRUE(unread.Read());
  EXPECT_THAT(DoRun(ForthAdmin(), RunOf(kForth, "user1", 1)), HasReason(v1::ERROR_REASON_RUN_IN_PROGRESS));
  v1::AuditService::Stub audit(Channel());
  v1::VerifyAuditRequest request;
  v1::VerifyAuditResponse response;
  request.set_name("directories/forthcoffee");
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
  const auto reader = audit.VerifyAudit(&context, request);
  while (reader->Read(&response)) {
  }
  EXPECT_THAT(FromGrpc(reader->Finish()), IsOk());
  EXPECT_THAT(unread.Finish(), IsOk());
}

// More workers than there are methods of the class: a directory that runs all of them leaves one.
TEST_F(LongRunsTest, ADirectoryCannotHoldAllWorkers) {
  Start();
  int methods = 0;
  for (const auto& [name, rpc] : environment().table().rows()) {
    if (rpc->policy.work_class() == v1::WORK_CLASS_BULK) ++methods;
  }
  EXPECT_GE(methods, 3);
  EXPECT_GT(Config().bulk_workers, methods);
}

TEST_F(LongRunsTest, ACallerWhoDoesNotReadLosesTheRun) {
  config.stream_stall_seconds = 1;
  Start();
  OpenRun unread(NarrowChannel(), ForthAdmin(), RunOf(kForth, "nobody", 2000));
  ASSERT_TRUE(unread.Read());
  const absl::Time deadline = absl::Now() + kPatience;
  while (Refusals("READER_TOO_SLOW") == 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(Refusals("READER_TOO_SLOW"), 1);
  absl::Status next = DoRun(ForthAdmin(), RunOf(kForth, "user1", 1));
  for (; ReasonOf(next) == v1::ERROR_REASON_RUN_IN_PROGRESS; next = DoRun(ForthAdmin(), RunOf(kForth, "user1", 1))) {
  }
  EXPECT_THAT(next, IsOk());
  EXPECT_FALSE(unread.Finish().ok());
  EXPECT_LT(unread.read(), 1999);
}

TEST_F(LongRunsTest, TheResetsOfARunTakeFromTheLimitsOfSingleOnesAndWait) {
  config.caller_rates = {.hashes = 1};  // Ten at once.
  Start();
  const absl::Time begin = absl::Now();
  ASSERT_THAT(DoRun(ForthAdmin(), RunOf(kForth, "user1", 12)), IsOk());
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(1500)) << "two had to wait, a second each";
  v1::ResetPasswordRequest request;
  v1::ResetPasswordResponse response;
  request.set_name("directories/forthcoffee/users/user1");
  EXPECT_THAT(Call(ForthAdmin(), &Reset::ResetPassword, request, &response), HasReason(v1::ERROR_REASON_RATE_LIMITED));
}

}  // namespace
}  // namespace hearth::test
