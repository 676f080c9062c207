// Receivers that ask, over the network: one answer to each call, at once or when something happens.
#include <thread>

#include "absl/strings/str_cat.h"
#include "hearth/v1/event_receiver_service.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using Receivers = v1::EventReceiverService::Stub;

class PollRpcTest : public ServerFixture {
 protected:
  PollRpcTest() {
    config.event_issuer = "https://hearth.example";
    Sql("UPDATE hearth.service_accounts SET permissions = '{events.watch}' WHERE directory_id = 'forthcoffee';"
        "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, delivery_method, endpoint_uri, audience,"
        " service_account_id, place) VALUES ('forthcoffee', 'inside', 2, '', 'inside', 'backend', 0)");
  }
  static v1::PollEventsRequest Ask(bool at_once) {
    v1::PollEventsRequest request;
    request.set_name("directories/forthcoffee/eventReceivers/inside");
    request.set_return_immediately(at_once);
    return request;
  }
  absl::Status Poll(const v1::PollEventsRequest& request, v1::PollEventsResponse& response,
                    const Principal& principal = {kForth, "backend"}) {
    return Call(principal, &Receivers::PollEvents, request, &response);
  }
  void Disable(const std::string& user) {
    Sql(
        absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}'; UPDATE hearth.users SET disabled = true"
                     " WHERE directory_id = 'forthcoffee' AND user_id = '",
                     user, "'"));
  }
  void AwaitWaiting(size_t polls) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (environment().poll_hub().size() != polls && absl::Now() < until) absl::SleepFor(absl::Milliseconds(5));
    ASSERT_EQ(environment().poll_hub().size(), polls);
  }
};

TEST_F(PollRpcTest, AnswersAtOnceWhenAsked) {
  Start();
  v1::PollEventsResponse response;
  EXPECT_THAT(Poll(Ask(/*at_once=*/true), response), IsOk());
  EXPECT_EQ(response.sets_size(), 0);
}

TEST_F(PollRpcTest, WaitsForWhatHappensAndTakesTheAcknowledgement) {
  Start();
  v1::PollEventsResponse response;
  absl::Status status;
  std::thread poller([&] { status = Poll(Ask(/*at_once=*/false), response); });
  AwaitWaiting(1);
  Disable("user1");
  poller.join();
  ASSERT_THAT(status, IsOk());
  ASSERT_EQ(response.sets_size(), 1);
  v1::PollEventsRequest next = Ask(/*at_once=*/true);
  next.add_acks(response.sets(0).event_id());
  EXPECT_THAT(Poll(next, response), IsOk());
  EXPECT_EQ(response.sets_size(), 0);
}

TEST_F(PollRpcTest, AVerificationEventWakesWhoWaits) {
  Start();
  v1::PollEventsResponse response;
  absl::Status status;
  std::thread poller([&] { status = Poll(Ask(/*at_once=*/false), response); });
  AwaitWaiting(1);
  v1::VerifyEventReceiverRequest verify;
  verify.set_name(Ask(true).name());
  v1::VerifyEventReceiverResponse verified;
  EXPECT_THAT(Call(ForthAdmin(), &Receivers::VerifyEventReceiver, verify, &verified), IsOk());
  poller.join();
  ASSERT_THAT(status, IsOk());
  ASSERT_EQ(response.sets_size(), 1);
  EXPECT_EQ(response.sets(0).event_id(), verified.event_id());
}

TEST_F(PollRpcTest, ACallerWhoLeavesIsForgotten) {
  Start();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + TokenFor({kForth, "backend"}));
  std::thread poller([&] {
    v1::PollEventsResponse response;
    EXPECT_EQ(Receivers(Channel()).PollEvents(&context, Ask(false), &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  AwaitWaiting(1);
  context.TryCancel();
  poller.join();
  AwaitWaiting(0);
}

TEST_F(PollRpcTest, AStoppingServerAnswersThoseWhoWait) {
  Start();
  v1::PollEventsResponse response;
  absl::Status status;
  std::thread poller([&] { status = Poll(Ask(/*at_once=*/false), response); });
  AwaitWaiting(1);
  StopServer();
  poller.join();
  EXPECT_THAT(status, IsOk());
}

TEST_F(PollRpcTest, WhoMayNotReadEventsOrIsOfAnotherDirectoryIsRefused) {
  Start();
  v1::PollEventsResponse response;
  EXPECT_THAT(Poll(Ask(true), response, {kForth, "user1"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Poll(Ask(true), response, ForthAdmin()), HasReason(v1::ERROR_REASON_NOT_THE_POLLER));
  EXPECT_EQ(Audit(kForth).back(),
            (AuditRow{"event_receiver.poll", "refused", "NOT_THE_POLLER", "forthcoffee/global-administrator",
                      "directories/forthcoffee/eventReceivers/inside"}));
  EXPECT_THAT(Poll(Ask(true), response, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(PollRpcTest, WithoutAnIssuerThereAreNoTokens) {
  config.event_issuer.clear();
  Start();
  v1::PollEventsResponse response;
  EXPECT_THAT(Poll(Ask(true), response), HasReason(v1::ERROR_REASON_NO_EVENT_ISSUER));
}

}  // namespace
}  // namespace hearth::test
