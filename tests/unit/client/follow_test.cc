// Following what happens: through failures, from where it stopped, and never in silence.
#include "hearth/client/follow.h"

#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/unit/client/fake_hearth.h"

namespace hearth::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kSilence = absl::Milliseconds(300);

class FollowTest : public ::testing::Test {
 protected:
  FollowTest() {
    following_.pause = absl::Milliseconds(5);
    following_.broke_off = [this](const absl::Status& status) { breaks_.push_back(status); };
  }
  Client NewClient() const {
    Options options;
    options.server = hearth_.address();
    options.plaintext = true;
    options.silence = kSilence;
    return *Client::Create(options);
  }
  void Respond(const std::string& place) {
    v1::WatchEventsResponse response;
    response.set_resume_token(place);
    hearth_.Answer(response);
  }
  void Give(const std::vector<std::string>& ids) {
    v1::PollEventsResponse response;
    for (const std::string& id : ids) response.add_sets()->set_event_id(id);
    hearth_.Answer(response);
  }
  // Follows from the place "begin" until `last` was read.
  absl::Status FollowTo(const std::string& last, absl::Duration work = absl::ZeroDuration()) {
    v1::WatchEventsRequest request;
    request.set_resume_token("begin");
    return FollowEvents(
        NewClient(), request,
        [&](const v1::WatchEventsResponse& response) {
          read_.push_back(response.resume_token());
          absl::SleepFor(work);
          return response.resume_token() != last;
        },
        following_);
  }
  absl::Status TakeTo(const std::string& last) {
    v1::PollEventsRequest request;
    request.set_name("directories/forthcoffee/eventReceivers/inside");
    request.set_return_immediately(true);
    return FollowTokens(
        NewClient(), request,
        [&](const v1::EventToken& token) {
          read_.push_back(token.event_id());
          return token.event_id() != last;
        },
        following_);
  }
  // From where each call resumed.
  std::vector<std::string> Places() const {
    std::vector<std::string> places;
    for (const auto& call : hearth_.calls()) {
      places.push_back(static_cast<const v1::WatchEventsRequest&>(*call.request).resume_token());
    }
    return places;
  }
  std::vector<std::string> AcksOf(size_t call) const {
    const auto calls = hearth_.calls();
    const auto& acks = static_cast<const v1::PollEventsRequest&>(*calls.at(call).request).acks();
    return {acks.begin(), acks.end()};
  }

  FakeHearth hearth_;
  FollowOptions following_;
  std::vector<std::string> read_;
  std::vector<absl::Status> breaks_;
};

TEST_F(FollowTest, OpensTheStreamAgainWhereItEndedOrBrokeOff) {
  Respond("a");
  hearth_.Answer(grpc::Status(grpc::StatusCode::INTERNAL, "a proxy's word for it"));
  Respond("b");
  hearth_.Answer(grpc::Status::OK);
  Respond("c");
  EXPECT_TRUE(FollowTo("c").ok());
  EXPECT_THAT(read_, ElementsAre("a", "b", "c"));
  EXPECT_THAT(Places(), ElementsAre("begin", "a", "b"));
  EXPECT_THAT(breaks_, SizeIs(1)) << "that a stream ends is nothing amiss";
}

TEST_F(FollowTest, WhatTheReaderDidNotTakeComesAgain) {
  Respond("a");
  hearth_.Hang();  // Until the reader has left: what follows is the next stream's.
  EXPECT_TRUE(FollowTo("a").ok());
  Respond("b");
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone"));
  Respond("c");
  EXPECT_TRUE(FollowTo("c").ok());
  EXPECT_THAT(Places(), ElementsAre("begin", "begin", "b"));
}

TEST_F(FollowTest, WhatIsRefusedIsNotAskedForAgain) {
  for (const auto& [code, reason] : {std::pair{grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_MISSING"},
                                     std::pair{grpc::StatusCode::OUT_OF_RANGE, "EVENTS_EXPIRED"},
                                     std::pair{grpc::StatusCode::INVALID_ARGUMENT, "RESUME_TOKEN_INVALID"},
                                     std::pair{grpc::StatusCode::UNAUTHENTICATED, "TOKEN_INVALID"}}) {
    hearth_.Answer(Refusal(code, "No.", reason));
    EXPECT_EQ(Error::From(FollowTo("never")).reason, reason);
    hearth_.Answer(Refusal(code, "No.", reason));
    EXPECT_EQ(Error::From(TakeTo("never")).reason, reason);
  }
  EXPECT_THAT(hearth_.calls(), SizeIs(8));
  EXPECT_THAT(breaks_, IsEmpty());
}

TEST_F(FollowTest, WaitsAfterAFailureAsLongAsIsAskedFor) {
  following_.pause = absl::Milliseconds(150);
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"));
  hearth_.Answer(RefusalWithDelay(grpc::StatusCode::RESOURCE_EXHAUSTED, std::chrono::milliseconds(400)));
  hearth_.Answer(grpc::Status::OK);  // Without any response: no loop either.
  Respond("a");
  EXPECT_TRUE(FollowTo("a").ok());
  const auto calls = hearth_.calls();
  ASSERT_THAT(calls, SizeIs(4));
  EXPECT_GE(calls[1].when - calls[0].when, std::chrono::milliseconds(150));
  EXPECT_GE(calls[2].when - calls[1].when, std::chrono::milliseconds(400));
  EXPECT_GE(calls[3].when - calls[2].when, std::chrono::milliseconds(150));
}

// A server that is stuck keeps its connections: nothing but the missing beat shows it.
TEST_F(FollowTest, AStreamThatIsSilentIsOpenedAgain) {
  Respond("a");
  hearth_.Hang();
  Respond("b");
  EXPECT_TRUE(FollowTo("b").ok());
  EXPECT_THAT(Places(), ElementsAre("begin", "a"));
  ASSERT_THAT(breaks_, SizeIs(1));
  EXPECT_TRUE(absl::IsUnavailable(breaks_[0])) << breaks_[0];
  EXPECT_THAT(std::string(breaks_[0].message()), HasSubstr("Nothing came for 300ms"));
}

TEST_F(FollowTest, TimeThatTheReaderTakesIsNotSilence) {
  Respond("a");
  Respond("b");
  EXPECT_TRUE(FollowTo("b", 2 * kSilence).ok());
  EXPECT_THAT(hearth_.calls(), SizeIs(1));
}

TEST_F(FollowTest, AStreamThatPromisesNoBeatMayBeSilent) {
  hearth_.Hang();
  CallOptions options;
  options.timeout = 3 * kSilence;
  const absl::Status status = NewClient().CallStreaming<v1::BatchResetPasswordsResponse>(
      v1::BatchResetPasswordsRequest(), [](const v1::BatchResetPasswordsResponse&) { return true; }, options);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

TEST_F(FollowTest, EndsWhenItIsCancelledAlsoWhileItWaits) {
  following_.pause = absl::Hours(1);
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"));
  std::thread other([&] {
    while (hearth_.calls().empty()) absl::SleepFor(absl::Milliseconds(5));
    absl::SleepFor(absl::Milliseconds(50));
    following_.call.cancellation.Cancel();
  });
  EXPECT_TRUE(absl::IsCancelled(FollowTo("never")));
  other.join();
}

TEST_F(FollowTest, TokensAreAcknowledgedOnceTheyAreTaken) {
  Give({"1", "2"});
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"));
  Give({});
  Give({"3", "4", "5"});
  EXPECT_TRUE(TakeTo("4").ok());
  EXPECT_THAT(read_, ElementsAre("1", "2", "3", "4"));
  ASSERT_THAT(hearth_.calls(), SizeIs(5));
  EXPECT_THAT(AcksOf(0), IsEmpty());
  EXPECT_THAT(AcksOf(1), ElementsAre("1", "2"));
  EXPECT_THAT(AcksOf(2), ElementsAre("1", "2")) << "the call before failed";
  EXPECT_THAT(AcksOf(3), IsEmpty());
  EXPECT_THAT(AcksOf(4), ElementsAre("3")) << "4 was not taken";
  EXPECT_FALSE(static_cast<const v1::PollEventsRequest&>(*hearth_.calls()[0].request).return_immediately());
  EXPECT_EQ(hearth_.last<v1::PollEventsRequest>().max_events(), 0);
}

}  // namespace
}  // namespace hearth::client
