// Streams of events: what is told, to whom, and from where they go on.
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hearth/v1/audit_service.grpc.pb.h"
#include "server/trail/sweep.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

// A stream that is read in a thread of its own.
class Watcher {
 public:
  Watcher(std::shared_ptr<grpc::Channel> channel, const Principal& principal, v1::WatchEventsRequest request)
      : stub_(std::move(channel)) {
    if (request.parent().empty()) request.set_parent("directories/" + principal.directory);
    context_.AddMetadata("authorization", "Bearer " + TokenFor(principal));
    reader_ = stub_.WatchEvents(&context_, request);
    thread_ = std::thread([this] { Read(); });
  }
  ~Watcher() {
    context_.TryCancel();
    if (thread_.joinable()) thread_.join();
  }

  // Waits until so many events were read, and returns them as (type, person).
  std::vector<std::pair<int, std::string>> Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return events_.size() >= count || ended_; };
    mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
    std::vector<std::pair<int, std::string>> told;
    for (const v1::Event& event : events_) told.emplace_back(event.type(), event.user());
    return told;
  }
  // Waits for the first response; its resume token.
  std::string AwaitOpen() {
    absl::MutexLock lock(&mutex_);
    const auto open = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return responses_ > 0 || ended_; };
    mutex_.AwaitWithTimeout(absl::Condition(&open), absl::Seconds(20));
    return token_;
  }
  // Waits for the end that the server makes; a stream that it leaves open is cancelled, and that is its status.
  absl::Status AwaitEnd() {
    {
      absl::MutexLock lock(&mutex_);
      if (!mutex_.AwaitWithTimeout(absl::Condition(&ended_), absl::Seconds(20))) context_.TryCancel();
    }
    thread_.join();
    absl::MutexLock lock(&mutex_);
    return status_;
  }
  std::vector<v1::Event> events() {
    absl::MutexLock lock(&mutex_);
    return events_;
  }
  std::string token() {
    absl::MutexLock lock(&mutex_);
    return token_;
  }

 private:
  void Read() {
    v1::WatchEventsResponse response;
    while (reader_->Read(&response)) {
      absl::MutexLock lock(&mutex_);
      ++responses_;
      token_ = response.resume_token();
      events_.insert(events_.end(), response.events().begin(), response.events().end());
    }
    const absl::Status status = FromGrpc(reader_->Finish());
    absl::MutexLock lock(&mutex_);
    status_ = status;
    ended_ = true;
  }

  v1::AuditService::Stub stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader_;
  std::thread thread_;
  absl::Mutex mutex_;
  int responses_ = 0;
  bool ended_ = false;
  std::string token_;
  std::vector<v1::Event> events_;
  absl::Status status_;
};

class WatchTest : public ServerFixture {
 protected:
  WatchTest() { Start(); }
  static v1::WatchEventsRequest From(const std::string& token = "", bool oldest = false) {
    v1::WatchEventsRequest request;
    request.set_resume_token(token);
    request.set_from_oldest(oldest);
    return request;
  }
  // Disables, or enables, somebody of Forth Coffee.
  void Disable(const std::string& user, bool disabled = true) {
    Sql(absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}'; UPDATE hearth.users SET disabled = ",
                     disabled ? "true" : "false", " WHERE directory_id = 'forthcoffee' AND user_id = '", user, "'"));
  }
  static constexpr int kDisabled = v1::EVENT_TYPE_ACCOUNT_DISABLED, kEnabled = v1::EVENT_TYPE_ACCOUNT_ENABLED;
  const std::string user1_ = "directories/forthcoffee/users/user1", user2_ = "directories/forthcoffee/users/user2";
};

TEST_F(WatchTest, TellsWhatHappensFromNowOn) {
  Disable("user2");
  Watcher before(Channel(), ForthAdmin(), From("", /*oldest=*/true));
  EXPECT_THAT(before.Await(1), ElementsAre(Pair(kDisabled, user2_)));
  Watcher watcher(Channel(), ForthAdmin(), From());
  EXPECT_NE(watcher.AwaitOpen(), "");
  Disable("user1");
  EXPECT_THAT(watcher.Await(1), ElementsAre(Pair(kDisabled, user1_)));
  EXPECT_THAT(before.Await(2), ElementsAre(Pair(kDisabled, user2_), Pair(kDisabled, user1_)));
}

TEST_F(WatchTest, EachDirectoryIsToldOfItsOwn) {
  Watcher forth(Channel(), ForthAdmin(), From()), contoso(Channel(), ContosoAdmin(), From());
  forth.AwaitOpen(), contoso.AwaitOpen();
  Disable("user2");
  Disable("user1");  // Contoso's visitor.
  EXPECT_THAT(contoso.Await(1), ElementsAre(Pair(kDisabled, "directories/contoso/users/visitor")));
  EXPECT_THAT(forth.Await(2), ElementsAre(Pair(kDisabled, user2_), Pair(kDisabled, user1_)));
}

// The platform's stream is that of its own people; directories are told of theirs, and the operator is not.
TEST_F(WatchTest, ThePlatformIsToldOfItsOwnPeopleAndOfNobodyElse) {
  Watcher platform(Channel(), Operator(), From()), forth(Channel(), ForthAdmin(), From());
  platform.AwaitOpen(), forth.AwaitOpen();
  Disable("user1");
  EXPECT_THAT(forth.Await(1), ElementsAre(Pair(kDisabled, user1_)));
  Sql("SET hearth.directories = '{platform}'; UPDATE hearth.users SET disabled = true"
      " WHERE directory_id = 'platform' AND user_id = 'global-administrator'");
  EXPECT_THAT(platform.Await(1), ElementsAre(Pair(kDisabled, "directories/platform/users/global-administrator")));
  EXPECT_THAT(forth.Await(1), ElementsAre(Pair(kDisabled, user1_)));
}

TEST_F(WatchTest, NeitherPlatformNorDirectoryWatchesTheOther) {
  v1::WatchEventsRequest platform, forth;
  platform.set_parent("directories/platform");
  forth.set_parent("directories/forthcoffee");
  Watcher curious(Channel(), ForthAdmin(), platform);
  EXPECT_THAT(curious.AwaitEnd(), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  Watcher mighty(Channel(), Operator(), forth);
  EXPECT_THAT(mighty.AwaitEnd(), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  const AuditRow tried{"events.watch", "refused", "FOREIGN_DIRECTORY", "platform/operator", "directories/forthcoffee"};
  EXPECT_THAT(Audit(kForth), testing::Contains(tried)) << "the directory sees who tried";
  EXPECT_THAT(Audit(kPlatform), testing::Contains(tried));
}

TEST_F(WatchTest, ResumeTokensOfThePlatformAndOfADirectoryAreNotTheOthers) {
  const auto token_of = [this](const Principal& principal) {
    Watcher watcher(Channel(), principal, From());
    return watcher.AwaitOpen();
  };
  const std::string forth = token_of(ForthAdmin()), platform = token_of(Operator());
  Watcher resumed(Channel(), Operator(), From(platform));
  EXPECT_NE(resumed.AwaitOpen(), "") << "its own is good";
  Watcher by_operator(Channel(), Operator(), From(forth)), by_directory(Channel(), ForthAdmin(), From(platform));
  EXPECT_THAT(by_operator.AwaitEnd(), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID));
  EXPECT_THAT(by_directory.AwaitEnd(), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID));
}

TEST_F(WatchTest, GoesOnFromWhereItBrokeOff) {
  std::string token;
  {
    Watcher watcher(Channel(), ForthAdmin(), From());
    watcher.AwaitOpen();
    Disable("user1");
    watcher.Await(1);
    token = watcher.token();
  }
  Disable("user2");
  Disable("user1", false);
  Stop();
  Start();
  Watcher watcher(Channel(), ForthAdmin(), From(token));
  EXPECT_THAT(watcher.Await(2), ElementsAre(Pair(kDisabled, user2_), Pair(kEnabled, user1_)));
}

// Almost a week, through a sweep, a restart, and more events than go into one response, one read or one round.
TEST_F(WatchTest, WhoStopsForLongMissesNothingAndIsToldNothingTwice) {
  constexpr int kBefore = 3, kMeanwhile = 11'000;
  const auto happen = [this](int count) {
    Sql(
        absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}';"
                     "DO $$ BEGIN FOR i IN 1..",
                     count,
                     " LOOP UPDATE hearth.users SET disabled = NOT disabled WHERE directory_id = 'forthcoffee'"
                     " AND user_id = 'user1'; END LOOP; END $$"));
  };
  std::vector<v1::Event> told;
  std::string token;
  {
    Watcher watcher(Channel(), ForthAdmin(), From("", /*oldest=*/true));
    happen(kBefore);
    watcher.Await(kBefore);
    told = watcher.events();
    token = watcher.token();
  }
  happen(kMeanwhile);
  Stop();
  Sql("UPDATE hearth.events SET create_time = now() - interval '6 days 23 hours'");
  ASSERT_THAT(SweepTrail(database(), absl::Now() + absl::Seconds(20)), IsOk());
  Start();
  Watcher watcher(Channel(), ForthAdmin(), From(token));
  watcher.Await(kMeanwhile);
  for (const v1::Event& event : watcher.events()) told.push_back(event);
  ASSERT_EQ(told.size(), static_cast<size_t>(kBefore + kMeanwhile));
  std::set<std::string> ids;
  for (size_t i = 0; i < told.size(); ++i) {
    ASSERT_EQ(told[i].sequence(), static_cast<int64_t>(i) + 1);
    EXPECT_TRUE(ids.insert(told[i].event_id()).second);
  }
}

TEST_F(WatchTest, OnlyTheTypesThatWereAskedFor) {
  v1::WatchEventsRequest request;
  request.add_types(v1::EVENT_TYPE_ACCOUNT_ENABLED);
  Watcher watcher(Channel(), ForthAdmin(), request);
  watcher.AwaitOpen();
  Disable("user1");
  Disable("user1", false);
  EXPECT_THAT(watcher.Await(1), ElementsAre(Pair(kEnabled, user1_)));
}

TEST_F(WatchTest, ManyEventsComeInOrderAndWithoutGaps) {
  Watcher watcher(Channel(), ForthAdmin(), From());
  watcher.AwaitOpen();
  constexpr int kRounds = 350;
  Sql(absl::StrCat(
      "SET hearth.directories = '{forthcoffee,contoso}';"
      "DO $$ BEGIN FOR i IN 1..",
      kRounds,
      " LOOP UPDATE hearth.users SET disabled = i % 2 = 1 WHERE directory_id = 'forthcoffee' AND user_id = 'user1';"
      " END LOOP; END $$"));
  watcher.Await(kRounds);
  const auto events = watcher.events();
  ASSERT_EQ(events.size(), static_cast<size_t>(kRounds));
  for (int i = 0; i < kRounds; ++i) {
    EXPECT_EQ(events[i].sequence(), events[0].sequence() + i);
    EXPECT_EQ(events[i].type(), i % 2 == 0 ? kDisabled : kEnabled);
    EXPECT_EQ(events[i].txn(), events[0].txn());
  }
}

TEST_F(WatchTest, ARevokedRoleEndsTheStreamBeforeAnythingMoreIsTold) {
  const Principal reader = Admin(kForth, v1::ROLE_SECURITY_ADMINISTRATOR);
  Watcher watcher(Channel(), reader, From());
  watcher.AwaitOpen();
  Unassign(kForth, reader.subject, v1::ROLE_SECURITY_ADMINISTRATOR);
  Disable("user1");
  EXPECT_THAT(watcher.AwaitEnd(), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(watcher.events(), testing::IsEmpty());
}

TEST_F(WatchTest, ASuspensionEndsTheStreamBeforeAnythingMoreIsTold) {
  Watcher watcher(Channel(), ForthAdmin(), From());
  watcher.AwaitOpen();
  Sql("UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = 'forthcoffee'");
  Disable("user1");
  EXPECT_THAT(watcher.AwaitEnd(), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_THAT(watcher.events(), testing::IsEmpty());
}

TEST_F(WatchTest, WhoMayNotWatchDoesNot) {
  Watcher nobody(Channel(), {kForth, "user1"}, From());
  EXPECT_THAT(nobody.AwaitEnd(), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  v1::WatchEventsRequest foreign;
  foreign.set_parent("directories/contoso");
  Watcher stranger(Channel(), ForthAdmin(), foreign);
  EXPECT_THAT(stranger.AwaitEnd(), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(WatchTest, TokensOfOthersAndOfNobodyAreRefused) {
  std::string token;
  {
    Watcher watcher(Channel(), ContosoAdmin(), From());
    token = watcher.AwaitOpen();
  }
  Watcher stolen(Channel(), ForthAdmin(), From(token));
  EXPECT_THAT(stolen.AwaitEnd(), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID));
  Watcher forged(Channel(), ForthAdmin(), From("AAAAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_THAT(forged.AwaitEnd(), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID));
}

TEST_F(WatchTest, WhatIsNotKeptAnyMoreIsSaidToBeGone) {
  Watcher watcher(Channel(), ForthAdmin(), From());
  const std::string token = watcher.AwaitOpen();
  Disable("user1");
  watcher.Await(1);
  Sql("DELETE FROM hearth.events; UPDATE hearth.event_streams SET removed = last");
  Watcher late(Channel(), ForthAdmin(), From(token));
  EXPECT_THAT(late.AwaitEnd(), HasReason(v1::ERROR_REASON_EVENTS_EXPIRED));
}

// A backup was restored, or a copy that lagged took over: whoever was further is told so before anything else, whether the stream is shorter now, as long
// again, or longer.
TEST_F(WatchTest, ATokenOfWhatDidNotHappenIsSaidToBeGone) {
  Disable("user1");
  Watcher watcher(Channel(), ForthAdmin(), From("", /*oldest=*/true));
  watcher.Await(1);
  const std::string token = watcher.token();
  const auto told = [&] {
    Watcher late(Channel(), ForthAdmin(), From(token));
    EXPECT_THAT(late.AwaitEnd(), HasReason(v1::ERROR_REASON_EVENTS_EXPIRED));
    EXPECT_THAT(late.events(), testing::IsEmpty());
  };
  Sql("DELETE FROM hearth.events; UPDATE hearth.event_streams SET last = 0");
  told();
  Disable("user2");
  Watcher(Channel(), ForthAdmin(), From("", /*oldest=*/true)).Await(1);
  told();
  Disable("user2", false);
  Watcher(Channel(), ForthAdmin(), From("", /*oldest=*/true)).Await(2);
  told();
}

// However many streams there are; and what is told while nobody listens is told.
TEST_F(WatchTest, OneConnectionListensForAllStreamsAndIsReplacedWhenItBreaks) {
  const auto listeners = [this] {
    return Sql(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
        "'hearthd-listener'");
  };
  Watcher first(Channel(), ForthAdmin(), From()), second(Channel(), ForthAdmin(), From()),
      third(Channel(), ContosoAdmin(), From());
  first.AwaitOpen(), second.AwaitOpen(), third.AwaitOpen();
  const Rows before = listeners();
  ASSERT_EQ(before.size(), 1u);
  Sql(absl::StrCat("SELECT pg_terminate_backend(", before[0][0], ")"));
  Disable("user1");
  EXPECT_THAT(first.Await(1), ElementsAre(Pair(kDisabled, user1_)));
  EXPECT_THAT(second.Await(1), ElementsAre(Pair(kDisabled, user1_)));
  EXPECT_THAT(third.Await(1), ElementsAre(Pair(kDisabled, "directories/contoso/users/visitor")));
  const absl::Time until = absl::Now() + absl::Seconds(20);
  Rows after;
  do {
    absl::SleepFor(absl::Milliseconds(20));
    after = listeners();
  } while ((after.empty() || after == before) && absl::Now() < until);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_NE(after, before);
}

TEST_F(WatchTest, AStoppingServerEndsItsStreams) {
  Watcher watcher(Channel(), ForthAdmin(), From());
  watcher.AwaitOpen();
  StopServer();
  EXPECT_THAT(watcher.AwaitEnd(), HasReason(v1::ERROR_REASON_SHUTTING_DOWN));
}

// The same change, made by the RPC: what it tells is written with it, and the audit is sealed by the running server.
TEST_F(WatchTest, ARealResetIsToldAtHomeAndAbroadAndIsInTheSealedAudit) {
  Watcher forth(Channel(), ForthAdmin(), From()), contoso(Channel(), ContosoAdmin(), From());
  forth.AwaitOpen(), contoso.AwaitOpen();
  v1::ResetPasswordRequest request;
  request.set_user_principal_name("user1@forthcoffee.com");
  v1::ResetPasswordResponse response;
  ASSERT_THAT(Call(ForthAdmin(), &Reset::ResetPassword, request, &response), IsOk());
  EXPECT_THAT(contoso.Await(1),
              ElementsAre(Pair(v1::EVENT_TYPE_SESSIONS_REVOKED, "directories/contoso/users/visitor")));
  EXPECT_THAT(forth.Await(3), testing::UnorderedElementsAre(Pair(v1::EVENT_TYPE_CREDENTIAL_CHANGED, user1_),
                                                            Pair(v1::EVENT_TYPE_CREDENTIAL_CHANGE_REQUIRED, user1_),
                                                            Pair(v1::EVENT_TYPE_SESSIONS_REVOKED, user1_)));
  v1::ListAuditEventsRequest list;
  list.set_parent("directories/forthcoffee");
  list.set_filter("action = password.reset");
  v1::ListAuditEventsResponse page;
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (page.audit_events_size() == 0 && absl::Now() < until) {
    ASSERT_THAT(Call(ForthAdmin(), &v1::AuditService::Stub::ListAuditEvents, list, &page), IsOk());
  }
  ASSERT_EQ(page.audit_events_size(), 1);
  EXPECT_EQ(page.audit_events(0).personal().target(), user1_);
}

}  // namespace
}  // namespace hearth::test
