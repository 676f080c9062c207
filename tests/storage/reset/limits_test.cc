// Floods, and what administrators can do about limits.
#include <algorithm>
#include <atomic>
#include <functional>

#include "absl/time/clock.h"
#include "server/base/ids.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LimitsTest : public ResetFixture {
 protected:
  LimitsTest() { AllowSelfService(); }

  absl::StatusOr<v1::GetResetLimitsResponse> Limits(const std::string& user, const Principal& caller = ForthAdmin()) {
    v1::GetResetLimitsRequest request;
    request.set_name(UserName(kForth, user));
    return limit_desk_.GetResetLimits(By(caller, request), request);
  }
  absl::StatusOr<v1::ClearResetLimitsResponse> Clear(const std::string& user, const Principal& caller = ForthAdmin()) {
    v1::ClearResetLimitsRequest request;
    request.set_name(UserName(kForth, user));
    return limit_desk_.ClearResetLimits(By(caller, request), request);
  }
};

// A43, R13: few mails, the same answers, others none the worse, and the audit tells once.
TEST_F(LimitsTest, AFloodForOneVictimMakesFiveMailsAndHarmsNobodyElse) {
  for (int i = 0; i < 300; ++i)
    ASSERT_THAT(Ask(Wish(i % 3 == 0 ? "USER1@forthcoffee.com" : "user1@forthcoffee.com")), IsOk());
  ASSERT_THAT(Ask(Wish("user2@forthcoffee.com")), IsOk());
  Relay();
  std::map<std::string, int> mails;
  for (const WaitingMail& mail : Mails()) ++mails[mail.to];
  EXPECT_EQ(mails["user1@forthcoffee.com"], 5);
  EXPECT_EQ(mails["user2@forthcoffee.com"], 1);
  EXPECT_THAT(Outcomes(), SizeIs(7)) << "five mails, one block, and the other person";
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.reset_intents WHERE done_time IS NULL"), IsEmpty());
}

// The same flood from a thousand callers at once, while two relays work on it.
TEST_F(LimitsTest, TenThousandRequestsOfAThousandCallersAreWorthNoMore) {
  constexpr int kCallers = 1000, kRequests = 10 * kCallers, kBatch = 250, kThreads = 4;
  Sql(
      absl::StrCat("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
                   " SELECT 'forthcoffee', 'front-' || i, 'Front end', '{resets.request}' FROM generate_series(0, ",
                   kCallers - 1, ") i"));
  const v1::RequestResetRequest victim = Wish("user1@forthcoffee.com"), other = Wish("user2@forthcoffee.com");
  std::vector<Call> callers;
  for (int i = 0; i < kCallers; ++i) callers.push_back(By({kForth, absl::StrCat("front-", i)}, victim));

  std::atomic<int> asking = kThreads, refused = 0;
  const auto ask = [&](int thread) {
    for (int batch = thread; batch < kRequests / kBatch; batch += kThreads) {
      std::vector<Call> calls(kBatch + 1);
      std::vector<hearth::Ask<v1::RequestResetRequest>> asks;
      for (int i = 0; i < kBatch; ++i) {
        calls[i] = callers[(batch * kBatch + i) % kCallers];
        calls[i].id = NewUuid4();
        calls[i].deadline = absl::Now() + absl::Seconds(20);
        asks.push_back({&calls[i], &victim});
      }
      calls[kBatch] = calls[0];
      calls[kBatch].id = NewUuid4();
      if (batch == kRequests / kBatch / 2) asks.push_back({&calls[kBatch], &other});
      for (const auto& answer : request_desk_.RequestReset(asks)) refused += answer.ok() ? 0 : 1;
    }
    --asking;
  };
  IntentRelay second(&database(), &keyring(), &random_);
  const auto work = [&](IntentRelay& relay) {
    while (true) {
      const bool all_asked = asking == 0;
      const auto taken = relay.Work(absl::Now() + absl::Seconds(20));
      ASSERT_THAT(taken, IsOk());
      if (*taken == 0 && all_asked) return;
      if (*taken == 0) absl::SleepFor(absl::Milliseconds(5));
    }
  };
  std::vector<std::function<void()>> together = {[&] { work(relay_); }, [&] { work(second); }};
  for (int thread = 0; thread < kThreads; ++thread) together.emplace_back([&ask, thread] { ask(thread); });
  RunTogether(together);

  EXPECT_EQ(refused, 0) << "everybody gets the same answer";
  EXPECT_EQ(Count("reset_intents"), std::to_string(kRequests + 1));
  EXPECT_EQ(Count("reset_intents WHERE done_time IS NULL"), "0");
  std::map<std::string, int> mails;
  for (const WaitingMail& mail : Mails()) ++mails[mail.to];
  EXPECT_EQ(mails["user1@forthcoffee.com"], 5);
  EXPECT_EQ(mails["user2@forthcoffee.com"], 1);
  std::vector<std::string> outcomes = Outcomes();
  EXPECT_THAT(outcomes, SizeIs(7));
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "refused RESET_LIMIT_REACHED"), 1) << "one row of the block";
}

TEST_F(LimitsTest, NobodyIsCountedAsAnybodyIs) {
  for (int i = 0; i < 8; ++i) AskFor("nobody@forthcoffee.com");
  EXPECT_THAT(Outcomes(), ElementsAre("refused NOT_FOUND", "refused NOT_FOUND", "refused NOT_FOUND",
                                      "refused NOT_FOUND", "refused NOT_FOUND", "refused RESET_LIMIT_REACHED"));
}

// A74: principal name and addresses are one budget.
TEST_F(LimitsTest, ByWhateverNameAPersonHasOneBudget) {
  Sql("UPDATE hearth.users SET mail = 'one@mail.example', alternate_mails = '{two@mail.example}'"
      " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  for (const char* name : {"user1@forthcoffee.com", "one@mail.example", "two@mail.example", "User1@Forthcoffee.com",
                           "TWO@mail.example", "one@MAIL.example", "two@mail.example"}) {
    AskFor(name);
  }
  EXPECT_THAT(Mails(), SizeIs(5));
}

TEST_F(LimitsTest, AFloodDoesNotTouchThePasswordOrTheSessions) {
  GivePassword(kForth, "user1");
  const auto before = Sql("SELECT version, change_time FROM hearth.credentials");
  const auto sessions =
      Sql("SELECT sessions_valid_after, disabled, revision FROM hearth.users WHERE user_id = 'user1'");
  for (int i = 0; i < 20; ++i) AskFor("user1@forthcoffee.com");
  EXPECT_EQ(Sql("SELECT version, change_time FROM hearth.credentials"), before);
  EXPECT_EQ(Sql("SELECT sessions_valid_after, disabled, revision FROM hearth.users WHERE user_id = 'user1'"), sessions);
}

TEST_F(LimitsTest, WrongCodesBeyondTheLimitSendThePersonToTheAdministrators) {
  SetPolicy(absl::StrCat(R"({"self_service": "SELF_SERVICE_ALL", "link_base_uri": ")", kPage,
                         R"(", "failed_proofs": {"count": 2}})"));
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string wrong = Newest("code") == "00000000" ? "00000001" : "00000000";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Verify(handle, wrong).ok());
  EXPECT_EQ(Count("reset_tokens"), "0") << "what was mailed is dead";
  AskFor("user1@forthcoffee.com");
  EXPECT_EQ(Count("reset_tokens"), "0");
  EXPECT_EQ(Count("reset_requests"), "1");
}

TEST_F(LimitsTest, AdministratorsSeeAndClearWhatIsCounted) {
  for (int i = 0; i < 7; ++i) AskFor("user1@forthcoffee.com");
  const auto limits = Limits("user1");
  ASSERT_THAT(limits, IsOk());
  ASSERT_EQ(limits->limits_size(), 1);
  EXPECT_EQ(limits->limits(0).kind(), v1::RESET_LIMIT_KIND_REQUESTS);
  EXPECT_EQ(limits->limits(0).count(), 5);
  EXPECT_TRUE(limits->limits(0).has_blocked_until_time());
  ASSERT_THAT(Clear("user1"), IsOk());
  EXPECT_EQ(Limits("user1")->limits_size(), 0);
  AskFor("user1@forthcoffee.com");
  EXPECT_THAT(Mails(), SizeIs(6));
}

TEST_F(LimitsTest, ClearingTakesTheAuthorityThatAResetTakes) {
  const Principal helpdesk = Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR);
  EXPECT_THAT(Clear("global-administrator", helpdesk), HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(Clear("helpdesk-administrator", helpdesk), HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
  EXPECT_THAT(Clear("visitor"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
  EXPECT_THAT(Clear("nobody"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(LimitsTest, ASuccessfulResetClearsThem) {
  for (int i = 0; i < 3; ++i) AskFor("user1@forthcoffee.com");
  ASSERT_THAT(Complete(Newest("link")), IsOk());
  EXPECT_EQ(Limits("user1")->limits_size(), 0);
  for (int i = 0; i < 3; ++i) AskFor("user1@forthcoffee.com");
  ASSERT_THAT(AdminReset("user1"), IsOk());
  EXPECT_EQ(Limits("user1")->limits_size(), 0);
}

}  // namespace
}  // namespace hearth::test
