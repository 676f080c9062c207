#include "server/signal/courier.h"

#include <atomic>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "server/event/event_store.h"
#include "server/signal/receiver_store.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CourierTest : public Fixture {
 protected:
  CourierTest() { AddReceiver("portal"); }

  void AddReceiver(const std::string& id, const std::string& types = "{}") {
    Sql(absl::StrCat(
        "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, types, place)"
        " VALUES ('forthcoffee', '",
        id, "', 'https://", id, ".example/events', '", id, "', '", types, "', 0)"));
  }
  void Disable(const std::string& user, bool disabled = true) {
    Sql(absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}'; UPDATE hearth.users SET disabled = ",
                     disabled ? "true" : "false", " WHERE directory_id = 'forthcoffee' AND user_id = '", user, "'"));
    std::string last;
    ASSERT_THAT(database().WriteAlone(Soon(),
                                      [&](Tx& tx) {
                                        SequenceEvents(tx, last);
                                        return absl::OkStatus();
                                      }),
                IsOk());
  }
  // The next answers of receivers; after them 202.
  void Answer(absl::StatusOr<HttpsAnswer> answer) { answers_.push_back(std::move(answer)); }
  void Answer(long status) { answers_.push_back(HttpsAnswer{.status = status, .body = ""}); }
  void Answer400(const std::string& body) { answers_.push_back(HttpsAnswer{.status = 400, .body = body}); }
  // One turn.
  int Deliver(const CourierPace& pace = {}) {
    const auto post = [this](const std::string& uri, const std::string& token) {
      absl::SleepFor(slowness_);
      meanwhile_();
      const std::vector<std::string> parts = absl::StrSplit(token, '.');
      std::string claims;
      EXPECT_TRUE(absl::WebSafeBase64Unescape(parts.at(1), &claims));
      const auto parsed = nlohmann::json::parse(claims);
      const auto& subject = parsed["sub_id"];
      posted_.push_back(uri + " " +
                        (subject.contains("user") ? subject["user"]["id"] : subject["id"]).get<std::string>());
      ids_.push_back(parsed["jti"].get<std::string>());
      if (answers_.empty()) return absl::StatusOr<HttpsAnswer>(HttpsAnswer{.status = 202, .body = ""});
      auto answer = answers_.front();
      answers_.pop_front();
      return answer;
    };
    const auto done = SignalCourier(&database(), &tokens_, post, pace).DeliverTurn();
    EXPECT_THAT(done, IsOk());
    return done.value_or(-1);
  }
  // How many it takes, as a courier would.
  size_t Take(int most) {
    std::vector<ReceiverTurn> taken;
    const std::string lease = NewUuid4();
    EXPECT_THAT(database().WriteAlone(Soon(),
                                      [&](Tx& tx) {
                                        taken = TakeDeliveries(tx, most, lease, absl::Minutes(1));
                                        return absl::OkStatus();
                                      }),
                IsOk());
    return taken.size();
  }
  // Lets what waits for another attempt be due.
  void Later() { Sql("UPDATE hearth.event_receivers SET due_time = now()"); }
  Rows State(const std::string& columns) {
    return Sql("SELECT " + columns + " FROM hearth.event_receivers ORDER BY event_receiver_id");
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  const EventTokens tokens_{&keyring(), "https://hearth.example"};
  std::deque<absl::StatusOr<HttpsAnswer>> answers_;
  std::vector<std::string> posted_, ids_;
  absl::Duration slowness_ = absl::ZeroDuration();  // Of the receivers.
  std::function<void()> meanwhile_ = [] {};         // While a receiver is asked.
  const std::string user1_ = "https://portal.example/events directories/forthcoffee/users/user1";
  const std::string user2_ = "https://portal.example/events directories/forthcoffee/users/user2";
};

TEST_F(CourierTest, DeliversEachEventOnceInOrder) {
  EXPECT_EQ(Deliver(), 0);
  Disable("user1");
  Disable("user2");
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_, user2_));
  EXPECT_EQ(Deliver(), 0);
  EXPECT_THAT(State("place, attempts, problem"), ElementsAre(ElementsAre("2", "0", "")));
}

TEST_F(CourierTest, WhatIsNotAcceptedComesAgainUnderItsIdAndNothingOvertakesIt) {
  Disable("user1");
  Disable("user2");
  Answer(503);
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_));
  EXPECT_THAT(State("place, attempts, problem, due_time > now()"),
              ElementsAre(ElementsAre("0", "1", "the receiver answers with status 503", "t")));
  EXPECT_EQ(Deliver(), 0) << "not due yet";
  Later();
  Answer(absl::UnavailableError("no answer came from a public address in time"));
  Deliver();
  Later();
  Answer(302);  // A redirect is no success, and is not followed.
  Deliver();
  Later();
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(user1_, user1_, user1_, user1_, user2_));
  EXPECT_EQ(ids_[0], ids_[3]);
  EXPECT_NE(ids_[3], ids_[4]);
  EXPECT_THAT(State("place, attempts, problem"), ElementsAre(ElementsAre("2", "0", "")));
}

TEST_F(CourierTest, WhatWillNeverBeAcceptedIsPassedOverAndThatIsInTheAudit) {
  Disable("user1");
  Disable("user2");
  Answer400(R"({"err": "invalid_request", "description": "no such event"})");
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(user1_, user2_));
  const std::string problem = "the receiver refused event " + ids_[0] + ": invalid_request";
  EXPECT_THAT(State("place, attempts, problem"), ElementsAre(ElementsAre("2", "0", problem)));
  EXPECT_THAT(Audit(kForth),
              ElementsAre(AuditRow{"event_receiver.pass_over", "allowed", "", "forthcoffee/hearth.courier",
                                   "directories/forthcoffee/eventReceivers/portal"}));
}

TEST_F(CourierTest, WhatMayBeAcceptedLaterIsNotLost) {
  Disable("user1");
  for (const std::string body :
       {R"({"err": "invalid_key"})", R"({"err": "invalid_issuer"})", R"({"err": "invalid_audience"})",
        R"({"err": "authentication_failed"})", R"({"err": "access_denied"})", R"({"err": "other"})",
        "<h1>invalid_request</h1>", ""}) {
    posted_.clear();
    Answer400(body);
    EXPECT_EQ(Deliver(), 1) << body;
    EXPECT_THAT(posted_, ElementsAre(user1_)) << body;
    EXPECT_THAT(State("place, due_time > now(), starts_with(problem, 'the receiver answers with status 400')"),
                ElementsAre(ElementsAre("0", "t", "t")))
        << body;
    Later();
  }
  EXPECT_THAT(State("attempts"), ElementsAre(ElementsAre("8")));
  EXPECT_THAT(Audit(kForth), IsEmpty());
  Deliver();
  EXPECT_THAT(State("place, problem"), ElementsAre(ElementsAre("1", "")));
}

TEST_F(CourierTest, ARefusalIsShownUntilALaterEventIsAccepted) {
  Disable("user1");
  Answer400(R"({"err": "invalid_request"})");
  Deliver();
  const std::string problem = "the receiver refused event " + ids_[0] + ": invalid_request";
  Sql("UPDATE hearth.event_receivers SET types = '{5}'");  // ACCOUNT_ENABLED
  Disable("user2");
  EXPECT_EQ(Deliver(), 1) << "a turn in which nothing was to be posted";
  EXPECT_THAT(State("place, problem"), ElementsAre(ElementsAre("2", problem)));
  Disable("user2", false);
  Deliver();
  EXPECT_THAT(State("place, problem"), ElementsAre(ElementsAre("3", "")));
}

TEST_F(CourierTest, WhoHasLostTheLeasePassesNothingOver) {
  Disable("user1");
  Answer400(R"({"err": "invalid_request"})");
  meanwhile_ = [this] { Sql("UPDATE hearth.event_receivers SET lease = gen_random_uuid()"); };
  Deliver();
  EXPECT_THAT(State("place, problem"), ElementsAre(ElementsAre("0", "")));
  EXPECT_THAT(Audit(kForth), IsEmpty());
}

TEST_F(CourierTest, WhatCannotBeMadeATokenIsAFailureAndNotTheEnd) {
  Disable("user1");
  Disable("user2");
  Sql("UPDATE hearth.events SET type = 99 WHERE directory_id = 'forthcoffee' AND sequence = 2");
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_));
  EXPECT_THAT(State("place, attempts, lease IS NULL, due_time > now(), problem"),
              ElementsAre(ElementsAre("1", "1", "t", "t",
                                      "the next event cannot be made a token; the log of the server says why")));
  Sql("UPDATE hearth.events SET type = 4 WHERE type = 99");
  Later();
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(user1_, user2_));
  EXPECT_THAT(State("place, attempts, problem"), ElementsAre(ElementsAre("2", "0", "")));
}

TEST_F(CourierTest, OneThatIsAwayHoldsUpNoOther) {
  AddReceiver("other");
  Disable("user1");
  Answer(500);  // Of the first that is asked.
  EXPECT_EQ(Deliver(), 1);
  EXPECT_EQ(Deliver(), 1);
  EXPECT_EQ(posted_.size(), 2u);
  EXPECT_THAT(Sql("SELECT sum(place) FROM hearth.event_receivers"), ElementsAre(ElementsAre("1")));
}

TEST_F(CourierTest, WhatASlowOneAcceptedDoesNotComeAgainHoweverLongItTook) {
  Disable("user1");
  Disable("user2");
  slowness_ = absl::Milliseconds(1200);
  EXPECT_EQ(Deliver({.round = absl::Seconds(20), .patience = absl::Seconds(2)}), 1);
  EXPECT_THAT(State("place, lease IS NULL"), ElementsAre(ElementsAre("2", "t")));
}

TEST_F(CourierTest, ATurnEndsAndTheNextGoesOnWhereItEnded) {
  Disable("user1");
  Disable("user2");
  slowness_ = absl::Milliseconds(600);
  const CourierPace short_round{.round = absl::Milliseconds(500)};
  EXPECT_EQ(Deliver(short_round), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_));
  EXPECT_THAT(State("place"), ElementsAre(ElementsAre("1")));
  EXPECT_EQ(Deliver(short_round), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_, user2_));
}

TEST_F(CourierTest, OneOfADirectoryAtATimeHasItsTurn) {
  for (int i = 0; i < 8; ++i) AddReceiver(absl::StrCat("r", i));
  Disable("user1");
  for (int round = 0; round < 5; ++round) {
    std::atomic<size_t> taken = 0;
    RunTogether(std::vector<std::function<void()>>(4, [&] { taken += Take(1); }));
    EXPECT_EQ(taken, 1u);
    EXPECT_EQ(Take(16), 0u);
    Sql("UPDATE hearth.event_receivers SET lease = NULL, due_time = now()");
  }
  Sql("INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, place)"
      " VALUES ('contoso', 'portal', 'https://portal.example/events', 'portal', 0)");
  EXPECT_EQ(Take(16), 2u);
}

TEST_F(CourierTest, OnlyTheTypesThatWereAskedFor) {
  Sql("UPDATE hearth.event_receivers SET types = '{5}'");  // ACCOUNT_ENABLED
  Disable("user1");
  Disable("user1", false);
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(user1_));
  EXPECT_THAT(State("place"), ElementsAre(ElementsAre("2")));
}

TEST_F(CourierTest, AnotherDirectorysEventsGoElsewhere) {
  Sql("UPDATE hearth.event_receivers SET directory_id = 'contoso'");
  Disable("user2");
  EXPECT_EQ(Deliver(), 0);
  Disable("user1");  // Contoso's visitor.
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre("https://portal.example/events directories/contoso/users/visitor"));
}

TEST_F(CourierTest, WhoHoldsTheLeaseDelivers) {
  Disable("user1");
  Sql("UPDATE hearth.event_receivers SET lease = gen_random_uuid(), due_time = now() + interval '1 minute'");
  EXPECT_EQ(Deliver(), 0);
  EXPECT_THAT(posted_, IsEmpty());
  Later();  // The holder died.
  EXPECT_EQ(Deliver(), 1);
}

TEST_F(CourierTest, WhatIsGoneIsSaidToBeGone) {
  Disable("user1");
  Disable("user2");
  Sql("DELETE FROM hearth.events WHERE directory_id = 'forthcoffee' AND sequence = 1; UPDATE hearth.event_streams SET "
      "removed = 1");
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(user2_));
  EXPECT_THAT(State("problem"), ElementsAre(ElementsAre("events were removed before they could be delivered")));
}

TEST_F(CourierTest, NothingIsPostedToOneThatIsPausedUntilItGoesOn) {
  Sql("UPDATE hearth.event_receivers SET paused = true");
  Disable("user1");
  EXPECT_EQ(Deliver(), 0);
  Sql("UPDATE hearth.event_receivers SET paused = false");
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_));
}

TEST_F(CourierTest, NothingIsPostedForADirectoryThatIsSuspendedUntilItGoesOn) {
  Disable("user1");
  Sql("UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_EQ(Deliver(), 0);
  EXPECT_THAT(posted_, IsEmpty());
  Sql("UPDATE hearth.directories SET suspend_time = NULL WHERE directory_id = 'forthcoffee'");
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(posted_, ElementsAre(user1_));
}

TEST_F(CourierTest, NothingIsPostedToOneThatAsks) {
  Sql("UPDATE hearth.event_receivers SET delivery_method = 2, endpoint_uri = ''");
  Disable("user1");
  EXPECT_EQ(Deliver(), 0);
}

TEST_F(CourierTest, AVerificationEventGoesFirstUntilItIsAccepted) {
  Disable("user1");
  Sql("UPDATE hearth.event_receivers SET verification_id = '6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10'");
  const std::string verification = "https://portal.example/events directories/forthcoffee/eventReceivers/portal";
  Answer(503);
  Deliver();
  EXPECT_THAT(State("verification_id IS NULL, verified_time IS NULL, attempts"),
              ElementsAre(ElementsAre("f", "t", "1")));
  Later();
  Deliver();
  EXPECT_THAT(posted_, ElementsAre(verification, verification, user1_));
  EXPECT_EQ(ids_[1], "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  EXPECT_THAT(State("verification_id IS NULL, verified_time IS NULL, place"), ElementsAre(ElementsAre("t", "f", "1")));
  EXPECT_EQ(Deliver(), 0);
}

TEST_F(CourierTest, AVerificationEventThatIsAskedForDuringAPostThatFailsIsDueAtOnce) {
  Disable("user1");
  Answer(503);
  meanwhile_ = [this] {
    EXPECT_THAT(database().Write({kForth}, Soon(),
                                 [](Tx& tx) {
                                   EXPECT_TRUE(RequestVerification(tx, kForth, "portal", {NewUuid4(), ""}));
                                   return absl::OkStatus();
                                 }),
                IsOk());
  };
  EXPECT_EQ(Deliver(), 1);
  meanwhile_ = [] {};
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(State("verification_id IS NULL, verified_time IS NULL, place"), ElementsAre(ElementsAre("t", "f", "1")));
}

TEST_F(CourierTest, AVerificationEventIsDeliveredWhereNothingEverHappenedAndARefusalIsNoVerification) {
  Sql("UPDATE hearth.event_receivers SET verification_id = gen_random_uuid()");
  Answer400(R"({"err": "invalid_request"})");
  EXPECT_EQ(Deliver(), 1);
  EXPECT_THAT(State("verification_id IS NULL, verified_time IS NULL, problem"),
              ElementsAre(ElementsAre("t", "t", "the receiver refused event " + ids_[0] + ": invalid_request")));
}

TEST_F(CourierTest, PrivateAddressesAndPlainHttpAreNotCalled) {
  const auto post = PostOver({});
  for (const std::string uri :
       {"https://127.0.0.1:1/", "https://[::1]:1/", "https://169.254.169.254/latest", "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]:1/", "http://example.com/", "file:///etc/passwd"}) {
    const auto answer = post(uri, "x");
    EXPECT_EQ(answer.status().message(), "no answer came from a public address in time") << uri;
  }
}

}  // namespace
}  // namespace hearth::test
