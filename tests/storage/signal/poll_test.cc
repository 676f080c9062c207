// Polls, through desk and hub, over an outlet that keeps what it was given.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/event/event_store.h"
#include "server/signal/poll_desk.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What came of a poll. Shared with its outlet, which the desk or the hub own.
class Answered {
 public:
  void Set(const v1::PollEventsResponse& response) {
    absl::MutexLock lock(&mutex_);
    response_ = response;
  }
  void End(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    status_ = status;
  }
  void Leave() {
    absl::MutexLock lock(&mutex_);
    gone_ = true;
  }
  bool gone() {
    absl::MutexLock lock(&mutex_);
    return gone_;
  }
  bool ended() {
    absl::MutexLock lock(&mutex_);
    return status_.has_value();
  }
  absl::StatusOr<v1::PollEventsResponse> Await() {
    absl::MutexLock lock(&mutex_);
    const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return status_.has_value(); };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&over), absl::Seconds(20))) return absl::UnknownError("no answer");
    if (!status_->ok()) return *status_;
    return response_;
  }

 private:
  absl::Mutex mutex_;
  v1::PollEventsResponse response_;
  std::optional<absl::Status> status_;
  bool gone_ = false;
};

class TestOutlet final : public Outlet {
 public:
  explicit TestOutlet(std::shared_ptr<Answered> answered) : answered_(std::move(answered)) {}
  bool ready() const override { return true; }
  bool gone() const override { return answered_->gone(); }
  void Send(const google::protobuf::Message& response) override {
    answered_->Set(static_cast<const v1::PollEventsResponse&>(response));
  }
  void End(const absl::Status& status) override { answered_->End(status); }
  void OnChange(std::function<void()>) override {}

 private:
  const std::shared_ptr<Answered> answered_;
};

class PollTest : public Fixture {
 protected:
  PollTest() {
    Sql("UPDATE hearth.service_accounts SET permissions = '{events.watch}' WHERE directory_id = 'forthcoffee';"
        "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, delivery_method, endpoint_uri, audience,"
        " service_account_id, place) VALUES ('forthcoffee', 'inside', 2, '', 'inside', 'backend', 0)");
  }

  void Disable(const std::string& user, bool disabled = true) {
    Sql(absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}'; UPDATE hearth.users SET disabled = ",
                     disabled ? "true" : "false", " WHERE directory_id = 'forthcoffee' AND user_id = '", user, "'"));
    std::string last;
    const auto give_places = [&](Tx& tx) {
      SequenceEvents(tx, last);
      return absl::OkStatus();
    };
    ASSERT_THAT(database().WriteAlone(absl::Now() + absl::Seconds(20), give_places), IsOk());
  }
  static v1::PollEventsRequest Ask() {
    v1::PollEventsRequest request;
    request.set_name("directories/forthcoffee/eventReceivers/inside");
    request.set_return_immediately(true);
    return request;
  }
  // Begins a poll.
  absl::Status Begin(const v1::PollEventsRequest& request, std::shared_ptr<Answered> answered,
                     absl::Duration time = absl::Seconds(20), const Principal& caller = {kForth, "backend"}) {
    hearth::Call call = By(caller, request);
    call.deadline = absl::Now() + time;
    return desk_.PollEvents(call, request, std::make_unique<TestOutlet>(std::move(answered)));
  }
  absl::StatusOr<v1::PollEventsResponse> Poll(const v1::PollEventsRequest& request,
                                              const Principal& caller = {kForth, "backend"}) {
    const auto answered = std::make_shared<Answered>();
    const absl::Status begun = Begin(request, answered, absl::Seconds(20), caller);
    if (!begun.ok()) return begun;
    return answered->Await();
  }
  // The people that the tokens are about.
  static std::vector<std::string> About(const v1::PollEventsResponse& response) {
    std::vector<std::string> people;
    for (const v1::EventToken& set : response.sets()) {
      const std::vector<std::string> parts = absl::StrSplit(set.jws(), '.');
      std::string claims;
      EXPECT_TRUE(absl::WebSafeBase64Unescape(parts.at(1), &claims));
      const auto parsed = nlohmann::json::parse(claims);
      EXPECT_EQ(parsed["jti"], set.event_id());
      EXPECT_EQ(parsed["aud"], "inside");
      const auto& subject = parsed["sub_id"];
      people.push_back((subject.contains("user") ? subject["user"]["id"] : subject["id"]).get<std::string>());
    }
    return people;
  }
  Rows State(const std::string& columns) { return Sql("SELECT " + columns + " FROM hearth.event_receivers"); }

  const EventTokens tokens_{&keyring(), "https://hearth.example"};
  PollHub hub_{&database(), &tokens_};
  PollDesk desk_{&database(), &tokens_, &hub_};
  const std::string user1_ = "directories/forthcoffee/users/user1", user2_ = "directories/forthcoffee/users/user2";
};

TEST_F(PollTest, GivesWhatIsOutstandingUntilItIsAcknowledged) {
  Disable("user1");
  Disable("user2");
  const auto first = Poll(Ask());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(About(*first), ElementsAre(user1_, user2_));
  EXPECT_FALSE(first->more_available());
  const auto again = Poll(Ask());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->sets(0).event_id(), first->sets(0).event_id()) << "held until acknowledged, under its id";

  v1::PollEventsRequest acknowledge = Ask();
  acknowledge.add_acks(first->sets(1).event_id());
  EXPECT_THAT(About(*Poll(acknowledge)), ElementsAre(user1_)) << "the later one alone";
  EXPECT_THAT(State("place, settled"), ElementsAre(ElementsAre("0", "{2}")));
  acknowledge.add_acks(first->sets(0).event_id());
  EXPECT_THAT(About(*Poll(acknowledge)), IsEmpty());
  EXPECT_THAT(State("place, settled, problem"), ElementsAre(ElementsAre("2", "{}", "")));
}

TEST_F(PollTest, AtMostAsManyAsWereAskedFor) {
  Disable("user1");
  Disable("user2");
  v1::PollEventsRequest request = Ask();
  request.set_max_events(1);
  const auto one = Poll(request);
  ASSERT_THAT(one, IsOk());
  EXPECT_THAT(About(*one), ElementsAre(user1_));
  EXPECT_TRUE(one->more_available());
  request.set_max_events(0);
  request.add_acks(one->sets(0).event_id());
  request.set_return_immediately(false);
  const auto none = Poll(request);  // Does not wait either.
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(About(*none), IsEmpty());
  EXPECT_THAT(State("place"), ElementsAre(ElementsAre("1")));
  request.set_max_events(-1);
  EXPECT_THAT(Poll(request), ViolatesField("max_events"));
}

TEST_F(PollTest, WhatIsRefusedDoesNotComeAgainAndIsShown) {
  Disable("user1");
  const std::string id = Poll(Ask())->sets(0).event_id();
  v1::PollEventsRequest request = Ask();
  v1::EventError& error = *request.add_set_errors();
  error.set_event_id(id);
  error.set_err("invalid_audience");
  EXPECT_THAT(About(*Poll(request)), IsEmpty());
  EXPECT_THAT(State("place, problem"),
              ElementsAre(ElementsAre("1", "the receiver refused event " + id + ": invalid_audience")));
}

TEST_F(PollTest, SettlingIsInTheAuditAndLookingIsNot) {
  Disable("user1");
  const std::string id = Poll(Ask())->sets(0).event_id();
  EXPECT_THAT(Audit(kForth), IsEmpty());
  v1::PollEventsRequest request = Ask();
  request.add_acks(id);
  ASSERT_THAT(Poll(request), IsOk());
  ASSERT_THAT(Poll(request), IsOk());  // No news.
  ASSERT_EQ(Audit(kForth).size(), 1u);
  EXPECT_EQ(Audit(kForth)[0].action, "event_receiver.poll");
}

TEST_F(PollTest, AVerificationEventComesFirstAndItsAcknowledgementCounts) {
  Disable("user1");
  Sql("UPDATE hearth.event_receivers SET verification_id = '6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10'");
  v1::PollEventsRequest request = Ask();
  const auto given = Poll(request);
  ASSERT_THAT(given, IsOk());
  EXPECT_THAT(About(*given), ElementsAre("directories/forthcoffee/eventReceivers/inside", user1_));
  request.add_acks(given->sets(0).event_id());
  EXPECT_THAT(About(*Poll(request)), ElementsAre(user1_));
  EXPECT_THAT(State("verification_id IS NULL, verified_time IS NULL"), ElementsAre(ElementsAre("t", "f")));
}

TEST_F(PollTest, OneThatIsPausedIsGivenNothing) {
  Disable("user1");
  Sql("UPDATE hearth.event_receivers SET paused = true");
  EXPECT_THAT(About(*Poll(Ask())), IsEmpty());
}

TEST_F(PollTest, TypesThatWereNotAskedForMoveThePlace) {
  Sql("UPDATE hearth.event_receivers SET types = '{5}'");  // ACCOUNT_ENABLED
  Disable("user1");
  Disable("user1", false);
  EXPECT_EQ(Poll(Ask())->sets_size(), 1);
  EXPECT_THAT(State("place"), ElementsAre(ElementsAre("1")));
}

TEST_F(PollTest, WhatIsGoneIsSaidToBeGone) {
  Disable("user1");
  Disable("user2");
  Sql("DELETE FROM hearth.events WHERE directory_id = 'forthcoffee' AND sequence = 1;"
      " UPDATE hearth.event_streams SET removed = 1");
  EXPECT_THAT(About(*Poll(Ask())), ElementsAre(user2_));
  EXPECT_THAT(State("place, problem"), ElementsAre(ElementsAre("1", kEventsLost)));
}

TEST_F(PollTest, OneThatIsPostedToAndOneThatIsNotThereCannotAsk) {
  Sql("UPDATE hearth.event_receivers SET delivery_method = 1, endpoint_uri = 'https://portal.example',"
      " service_account_id = NULL");
  EXPECT_THAT(Poll(Ask()), HasReason(v1::ERROR_REASON_RECEIVER_IS_POSTED_TO));
  Sql("DELETE FROM hearth.event_receivers");
  EXPECT_THAT(Poll(Ask()), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

// An administrator may watch all events of the directory; and would hide them from the receiver by acknowledging them here.
TEST_F(PollTest, NobodyPollsButTheServiceAccountOfTheReceiver) {
  Disable("user1");
  v1::PollEventsRequest request = Ask();
  request.add_acks(Poll(request)->sets(0).event_id());
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'other', 'Another', '{events.watch}')");
  for (const Principal& caller : {ForthAdmin(), Principal{kForth, "other"}}) {
    EXPECT_THAT(Poll(request, caller), HasReason(v1::ERROR_REASON_NOT_THE_POLLER)) << caller.subject;
  }
  EXPECT_THAT(State("place, settled"), ElementsAre(ElementsAre("0", "{}")));
  Sql("UPDATE hearth.event_receivers SET service_account_id = NULL");
  EXPECT_THAT(Poll(request), HasReason(v1::ERROR_REASON_NOT_THE_POLLER)) << "bound to nobody";
}

TEST_F(PollTest, AWaitingPollEndsWhenTheReceiverIsAnothers) {
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'other', 'Another', '{events.watch}')");
  v1::PollEventsRequest request = Ask();
  request.set_return_immediately(false);
  const auto answered = std::make_shared<Answered>();
  ASSERT_THAT(Begin(request, answered), IsOk());
  Sql("UPDATE hearth.event_receivers SET service_account_id = 'other'");
  EXPECT_THAT(answered->Await(), HasReason(v1::ERROR_REASON_NOT_THE_POLLER));
}

TEST_F(PollTest, WhoComesLaterUnderTheIdOfADeletedAccountIsNotThePoller) {
  Sql("DELETE FROM hearth.service_accounts WHERE directory_id = 'forthcoffee' AND service_account_id = 'backend';"
      "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'backend', 'Another', '{events.watch}')");
  EXPECT_THAT(Poll(Ask()), HasReason(v1::ERROR_REASON_NOT_THE_POLLER));
}

TEST_F(PollTest, APollWaitsForWhatHappens) {
  v1::PollEventsRequest request = Ask();
  request.set_return_immediately(false);
  const auto answered = std::make_shared<Answered>();
  ASSERT_THAT(Begin(request, answered), IsOk());
  EXPECT_EQ(hub_.size(), 1u);
  EXPECT_FALSE(answered->ended());
  Disable("user1");
  hub_.Wake();
  EXPECT_THAT(About(*answered->Await()), ElementsAre(user1_));
  EXPECT_EQ(hub_.size(), 0u);
}

TEST_F(PollTest, AWaitingPollIsAnsweredEmptyBeforeItsDeadline) {
  v1::PollEventsRequest request = Ask();
  request.set_return_immediately(false);
  const auto answered = std::make_shared<Answered>();
  const absl::Time deadline = absl::Now() + absl::Seconds(2);
  ASSERT_THAT(Begin(request, answered, absl::Seconds(2)), IsOk());
  EXPECT_THAT(About(*answered->Await()), IsEmpty());
  EXPECT_LT(absl::Now(), deadline);
}

TEST_F(PollTest, WhoMayNotKnowAnyMoreIsNotTold) {
  v1::PollEventsRequest request = Ask();
  request.set_return_immediately(false);
  const auto answered = std::make_shared<Answered>();
  ASSERT_THAT(Begin(request, answered), IsOk());
  Sql("UPDATE hearth.service_accounts SET permissions = '{}' WHERE directory_id = 'forthcoffee'");
  Disable("user1");
  EXPECT_THAT(answered->Await(), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(PollTest, WaitingPollsAreBounded) {
  PollHub hub(&database(), &tokens_, {.in_all = 3, .of_directory = 2});
  PollDesk desk(&database(), &tokens_, &hub);
  v1::PollEventsRequest request = Ask();
  request.set_return_immediately(false);
  std::vector<std::shared_ptr<Answered>> waiting;
  const auto begin = [&] {
    waiting.push_back(std::make_shared<Answered>());
    return desk.PollEvents(By({kForth, "backend"}, request), request, std::make_unique<TestOutlet>(waiting.back()));
  };
  EXPECT_THAT(begin(), IsOk());
  EXPECT_THAT(begin(), IsOk());
  EXPECT_THAT(begin(), HasReason(v1::ERROR_REASON_OVERLOADED));
  waiting[0]->Leave();
  EXPECT_FALSE(waiting[0]->Await().ok());
  EXPECT_THAT(begin(), IsOk()) << "the place of one who left";
  hub.Stop();
  EXPECT_THAT(waiting[1]->Await(), IsOk()) << "answered empty, so that it asks elsewhere";
  EXPECT_THAT(begin(), HasReason(v1::ERROR_REASON_SHUTTING_DOWN));
}

}  // namespace
}  // namespace hearth::test
