// A person finds the way back in, over gRPC: what strangers see, and races over two servers.
#include <atomic>
#include <set>

#include "absl/strings/str_cat.h"
#include "hearth/v1/request_reset_service.grpc.pb.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/mailbox.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::SizeIs;

using Requests = v1::RequestResetService::Stub;

class RequestResetTest : public PasswordFixture {
 protected:
  RequestResetTest() {
    Sql("INSERT INTO hearth.reset_policies (directory_id, policy) VALUES ('forthcoffee', '{\"self_service\":"
        " \"SELF_SERVICE_ALL\", \"link_base_uri\": \"https://account.forthcoffee.com/reset\"}')");
  }

  std::string Ask(const std::string& identifier) {
    v1::RequestResetRequest request;
    v1::RequestResetResponse response;
    request.set_identifier(identifier);
    EXPECT_THAT(Call(kBackend, &Requests::RequestReset, request, &response), IsOk()) << identifier;
    return response.handle();
  }
  // Waits until the server's relay has acted on everything.
  void AwaitRelay() {
    while (Sql("SELECT 1 FROM hearth.reset_intents WHERE done_time IS NULL").size() > 0)
      absl::SleepFor(absl::Milliseconds(10));
  }
  std::string TokenOf(const std::string& identifier) {
    Ask(identifier);
    AwaitRelay();
    const std::string link = OpenMails(Sql(kWaitingMails), keyring()).back().values.at("link");
    return link.substr(link.find('#') + 1);
  }
};

const google::protobuf::MethodDescriptor* Method(const char* name) {
  return v1::RequestResetRequest::descriptor()->file()->service(0)->FindMethodByName(name);
}

// E: A82.
TEST_F(RequestResetTest, EverybodyAndNobodyGetAnswersOfTheSameForm) {
  std::set<size_t> sizes;
  for (const char* who : {"user1@forthcoffee.com", "nobody@forthcoffee.com", "disabled@forthcoffee.com",
                          "deleted@forthcoffee.com", "user1@contoso.com", "pending@contoso.com", "external@example.org",
                          "global-administrator@forthcoffee.com", "x@nowhere.example"}) {
    for (int times = 0; times < 7; ++times) {  // Beyond every limit, too.
      v1::RequestResetRequest request;
      request.set_identifier(who);
      std::string answer;
      const grpc::Status status =
          CallRaw(TokenFor(kBackend), Method("RequestReset"), request.SerializeAsString(), &answer);
      EXPECT_TRUE(status.ok());
      EXPECT_EQ(status.error_message() + status.error_details(), "");
      sizes.insert(answer.size());
    }
    AwaitRelay();
  }
  EXPECT_THAT(sizes, SizeIs(1));
}

TEST_F(RequestResetTest, OnlyAServiceWithThePermissionAsksAndRedeems) {
  v1::RequestResetRequest request;
  v1::RequestResetResponse response;
  request.set_identifier("user1@forthcoffee.com");
  for (const Principal& caller : {ForthAdmin(), Principal{kForth, "user1"}, Operator()}) {
    EXPECT_THAT(Call(caller, &Requests::RequestReset, request, &response),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.request"));
  }
}

TEST_F(RequestResetTest, TheWholeWayOverTheWireEndsWithAPasswordThatVerifies) {
  Give("user1", "the password of before");
  const std::string handle = Ask("user1@forthcoffee.com");
  AwaitRelay();
  v1::VerifyResetCodeRequest verify;
  v1::VerifyResetCodeResponse verified;
  verify.set_handle(handle);
  verify.set_code(OpenMails(Sql(kWaitingMails), keyring()).back().values.at("code"));
  ASSERT_THAT(Call(kBackend, &Requests::VerifyResetCode, verify, &verified), IsOk());
  v1::CompleteResetRequest complete;
  v1::CompleteResetResponse completed;
  complete.set_reset_token(verified.reset_token());
  complete.set_new_password("a password of my own choice");
  ASSERT_THAT(Call(kBackend, &Requests::CompleteReset, complete, &completed), IsOk());
  EXPECT_EQ(completed.credential_version(), 2);
  EXPECT_THAT(Verify(kUser1, "a password of my own choice"), IsOk());
  EXPECT_FALSE(verified_.change_required());
  EXPECT_THAT(Verify(kUser1, "the password of before"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Call(kBackend, &Requests::CompleteReset, complete, &completed),
              HasReason(v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED));
}

// NIST SP 800-63B-4, 3.2.2: after a hundred failures in a row no password opens, and both ways to a new one do.
TEST_F(RequestResetTest, AfterAHundredFailuresBothKindsOfResetOpenTheSignInAgain) {
  const auto fail_a_hundred_times = [&](const std::string& right) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_THAT(Verify(kUser1, absl::StrCat("guess ", i)), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
      Sql("UPDATE hearth.sign_in_counts SET unfamiliar_locked_until = NULL");  // As if the hour of the lock were over.
    }
    EXPECT_THAT(Verify(kUser1, right), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
    EXPECT_EQ(Audit(kForth).back().reason, "SIGN_IN_LOCKED");
    EXPECT_THAT(Change(kUser1, right, "a new password of my own"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  };
  const auto is_locked = [&] {
    v1::GetSignInLockoutRequest request;
    v1::GetSignInLockoutResponse response;
    request.set_name(kUser1);
    EXPECT_THAT(Call(ForthAdmin(), &Passwords::GetSignInLockout, request, &response), IsOk());
    EXPECT_EQ(response.consecutive_failures(), response.password_locked() ? 100 : 0);
    return response.password_locked();
  };
  Give("user1", "the password of before");
  fail_a_hundred_times("the password of before");
  EXPECT_TRUE(is_locked());
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  EXPECT_FALSE(is_locked());
  const std::string generated = response_.generated_password();
  EXPECT_THAT(Verify(kUser1, "the password of before"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify(kUser1, generated), IsOk());

  fail_a_hundred_times(generated);
  EXPECT_TRUE(is_locked());
  v1::CompleteResetRequest request;
  v1::CompleteResetResponse response;
  request.set_reset_token(TokenOf("user1@forthcoffee.com"));
  request.set_new_password("a password of my own choice");
  EXPECT_TRUE(is_locked()) << "asking opens nothing yet";
  ASSERT_THAT(Call(kBackend, &Requests::CompleteReset, request, &response), IsOk());
  EXPECT_FALSE(is_locked());
  EXPECT_THAT(Verify(kUser1, "a password of my own choice"), IsOk());
}

TEST_F(RequestResetTest, ACompletionThatIsRepeatedWithItsRequestIdGetsTheSameAnswer) {
  v1::CompleteResetRequest request;
  v1::CompleteResetResponse first, again;
  request.set_reset_token(TokenOf("user1@forthcoffee.com"));
  request.set_new_password("a password of my own choice");
  request.set_request_id("6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  ASSERT_THAT(Call(kBackend, &Requests::CompleteReset, request, &first), IsOk());
  ASSERT_THAT(Call(kBackend, &Requests::CompleteReset, request, &again), IsOk());
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  EXPECT_EQ(VersionOf("user1"), "1");
}

// L: A34 to A36. Where the link leads is the directory's configuration, whatever the call says of hosts.
TEST_F(RequestResetTest, NoMetadataOfTheCallReachesTheLink) {
  grpc::ClientContext context;
  context.set_authority("evil.example");
  context.AddMetadata("authorization", "Bearer " + TokenFor(kBackend));
  for (const char* name : {"forwarded", "x-forwarded-host", "x-forwarded-for", "x-original-host", "x-host",
                           "x-forwarded-proto", "x-forwarded-prefix", "referer", "origin"}) {
    context.AddMetadata(name, "host=evil.example");
  }
  v1::RequestResetRequest request;
  v1::RequestResetResponse response;
  request.set_identifier("user1@forthcoffee.com");
  ASSERT_TRUE(Requests(Channel()).RequestReset(&context, request, &response).ok());
  AwaitRelay();
  const auto mails = OpenMails(Sql(kWaitingMails), keyring());
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_EQ(mails[0].values.at("link").find("https://account.forthcoffee.com/reset#"), 0u);
  for (const auto& [name, value] : mails[0].values) EXPECT_EQ(value.find("evil"), std::string::npos) << name;
  EXPECT_EQ(mails[0].to, "user1@forthcoffee.com");
}

// C: A63. One link, 200 redemptions with passwords of their own, two servers.
TEST_F(RequestResetTest, Of200RedemptionsOverTwoServersOneWins) {
  SystemClock clock;
  SystemRandom random;
  auto environment = Environment::Create(config, &clock, &random);
  ASSERT_THAT(environment.status(), IsOk());
  auto server = Server::Start(config, environment->get());
  ASSERT_THAT(server.status(), IsOk());
  const std::string token = TokenOf("user1@forthcoffee.com");
  const std::string bearer = "Bearer " + TokenFor(kBackend);
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 20; ++i) {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channels.push_back(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", i % 2 == 0 ? port() : (*server)->port()),
                                                 grpc::InsecureChannelCredentials(), own));
  }
  std::atomic<int> refused = 0;
  std::vector<std::string> winners(20);
  std::vector<std::function<void()>> callers;
  for (size_t thread = 0; thread < channels.size(); ++thread) {
    callers.push_back([&, thread] {
      for (int i = 0; i < 10; ++i) {
        grpc::ClientContext context;
        context.AddMetadata("authorization", bearer);
        v1::CompleteResetRequest request;
        v1::CompleteResetResponse response;
        request.set_reset_token(token);
        request.set_new_password(absl::StrCat("a password of caller ", thread, " ", i));
        const absl::Status status = FromGrpc(Requests(channels[thread]).CompleteReset(&context, request, &response));
        if (status.ok()) winners[thread] += request.new_password();
        if (ReasonOf(status) == v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED) ++refused;
      }
    });
  }
  RunTogether(callers);
  std::erase(winners, "");
  ASSERT_THAT(winners, SizeIs(1));
  EXPECT_EQ(refused, 199);
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Verify(kUser1, winners[0]), IsOk());
  EXPECT_EQ(Sql("SELECT count(*) FILTER (WHERE verdict = 'allowed'), count(*) FILTER (WHERE verdict = 'refused')"
                " FROM hearth.audit_events WHERE action = 'reset.complete'"),
            (Rows{{"1", "199"}}));
  (*server)->Stop();
}

// O: the log and the audit hold nothing of what was mailed or typed.
TEST_F(RequestResetTest, TheAuditHoldsNoSecret) {
  const std::string token = TokenOf("user1@forthcoffee.com");
  v1::CompleteResetRequest request;
  v1::CompleteResetResponse response;
  request.set_reset_token(token);
  request.set_new_password("a password of my own choice");
  ASSERT_THAT(Call(kBackend, &Requests::CompleteReset, request, &response), IsOk());
  const std::string audit = Sql("SELECT string_agg(e::text, '') FROM hearth.audit e")[0][0];
  EXPECT_EQ(audit.find(token), std::string::npos);
  EXPECT_EQ(audit.find("of my own choice"), std::string::npos);
}

}  // namespace
}  // namespace hearth::test
