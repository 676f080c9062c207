// Codes, links and the new password that they open.
#include <atomic>

#include "absl/strings/ascii.h"

#include "server/base/ids.h"
#include "server/reset/sweep.h"
#include "tests/storage/reset/reset_fixture.h"

namespace hearth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kNotAccepted = v1::ERROR_REASON_RESET_PROOF_NOT_ACCEPTED;

class ProofTest : public ResetFixture {
 protected:
  ProofTest() { AllowSelfService(); }

  // A code that is not that of the mail.
  static std::string OtherThan(const std::string& code) {
    std::string other = code;
    other[0] = other[0] == '9' ? '0' : static_cast<char>(other[0] + 1);
    return other;
  }
};

TEST_F(ProofTest, ALinkOpensTheDoorToANewPasswordOnce) {
  Sql("UPDATE hearth.users SET sessions_valid_after = now() - interval '1 day'");
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  const auto done = Complete(token);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->name(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(done->credential_version(), 1);
  EXPECT_THAT(Sql("SELECT sessions_valid_after > now() - interval '1 minute' FROM hearth.users"
                  " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'"),
              ElementsAre(ElementsAre("t")));
  EXPECT_FALSE(Person(kForth, "user1").must_change);
  EXPECT_THAT(Complete(token, "another password of mine"), HasReason(kNotAccepted));
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Audit(kForth), Contains(AuditRow{"reset.complete", "allowed", "", "forthcoffee/backend",
                                               "directories/forthcoffee/users/user1"}));
}

TEST_F(ProofTest, ACodeAndItsHandleMakeATokenThatDoesTheSame) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const auto verified = Verify(handle, Newest("code"));
  ASSERT_THAT(verified, IsOk());
  EXPECT_THAT(Verify(handle, Newest("code")), HasReason(kNotAccepted)) << "a code works once";
  EXPECT_THAT(Complete(verified->reset_token()), IsOk());
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Complete(verified->reset_token()), HasReason(kNotAccepted));
  EXPECT_THAT(Complete(Newest("link")), HasReason(kNotAccepted)) << "the link of the same mail is dead with it";
}

TEST_F(ProofTest, AllAddressesAreToldOfTheNewPassword) {
  Sql("UPDATE hearth.users SET mail = 'one@mail.example', alternate_mails = '{two@mail.example,three@mail.example}'"
      " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  AskFor("user1@forthcoffee.com");
  ASSERT_THAT(Complete(Newest("link")), IsOk());
  std::vector<std::string> told;
  for (const WaitingMail& mail : MailsOf(v1::MAIL_TEMPLATE_PASSWORD_CHANGED)) {
    told.push_back(mail.to);
    EXPECT_FALSE(mail.values.contains("administrator"));
    for (const auto& [name, value] : mail.values) EXPECT_EQ(value.find(kNewPassword), std::string::npos);
  }
  EXPECT_THAT(told, ElementsAre("one@mail.example", "two@mail.example", "three@mail.example"));
}

TEST_F(ProofTest, OnlyTheNewestRequestsProofsWork) {
  const std::string old_handle = AskFor("user1@forthcoffee.com");
  const std::string old_token = Newest("link"), old_code = Newest("code");
  const std::string handle = AskFor("user1@forthcoffee.com");
  EXPECT_THAT(Complete(old_token), HasReason(kNotAccepted));
  EXPECT_THAT(Verify(old_handle, old_code), HasReason(kNotAccepted));
  EXPECT_THAT(Verify(old_handle, Newest("code")), HasReason(kNotAccepted)) << "a code belongs to its handle";
  EXPECT_THAT(Verify(handle, Newest("code")), IsOk());
}

// A46: password, address, home, state or role changed: dead. What is only for show does not matter.
TEST_F(ProofTest, AnyChangeOfThePersonThatMattersKillsWhatWasMailed) {
  const std::string of_user = " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'";
  for (const std::string& change :
       {"UPDATE hearth.users SET mail = 'new@mail.example'" + of_user,
        "UPDATE hearth.users SET alternate_mails = '{new@mail.example}'" + of_user,
        "UPDATE hearth.users SET user_principal_name = 'renamed@forthcoffee.com'" + of_user,
        "UPDATE hearth.users SET disabled = true" + of_user, "UPDATE hearth.users SET delete_time = now()" + of_user,
        std::string("INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES"
                    " ('forthcoffee', 'user1', 'reports_reader')")}) {
    Sql("DELETE FROM hearth.reset_limits");
    const std::string handle = AskFor("user1@forthcoffee.com");
    const std::string token = Newest("link"), code = Newest("code");
    Sql(change);
    EXPECT_THAT(Complete(token), HasReason(kNotAccepted)) << change;
    EXPECT_THAT(Verify(handle, code), HasReason(kNotAccepted)) << change;
    Sql("UPDATE hearth.users SET mail = '', alternate_mails = '{}', disabled = false, delete_time = NULL,"
        " user_principal_name = 'user1@forthcoffee.com'" +
        of_user);
  }
  EXPECT_EQ(VersionOf("user1"), "0");
  Unassign(kForth, "user1", v1::ROLE_REPORTS_READER);
  Sql("DELETE FROM hearth.reset_limits");
  AskFor("user1@forthcoffee.com");
  Sql("UPDATE hearth.users SET display_name = 'Somebody new to see'" + of_user);
  EXPECT_THAT(Complete(Newest("link")), IsOk());
}

TEST_F(ProofTest, AResetByAnAdministratorKillsWhatWasMailed) {
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  ASSERT_THAT(AdminReset("user1"), IsOk());
  EXPECT_THAT(Complete(token), HasReason(kNotAccepted));
  EXPECT_EQ(Count("reset_tokens"), "0");
}

TEST_F(ProofTest, AProofIsDeadWhenItsTimeIsOverByTheDatabasesClockWithoutAnySweep) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link"), code = Newest("code");
  EXPECT_THAT(Sql("SELECT link_expire_time - create_time, code_expire_time - create_time FROM hearth.reset_tokens"),
              ElementsAre(ElementsAre("01:00:00", "00:10:00")));
  Sql("UPDATE hearth.reset_tokens SET code_expire_time = now()");
  EXPECT_THAT(Verify(handle, code), HasReason(kNotAccepted));
  Sql("UPDATE hearth.reset_tokens SET link_expire_time = now()");
  EXPECT_THAT(Complete(token), HasReason(kNotAccepted));
  Sql("UPDATE hearth.reset_tokens SET link_expire_time = now() + interval '1 second'");
  EXPECT_THAT(Complete(token), IsOk());
}

TEST_F(ProofTest, AVerifiedTokenLivesTenMinutes) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const auto verified = Verify(handle, Newest("code"));
  ASSERT_THAT(verified, IsOk());
  EXPECT_THAT(Sql("SELECT verified_expire_time BETWEEN now() + interval '9 minutes' AND now() + interval '10 minutes'"
                  " FROM hearth.reset_tokens"),
              ElementsAre(ElementsAre("t")));
  Sql("UPDATE hearth.reset_tokens SET verified_expire_time = now()");
  EXPECT_THAT(Complete(verified->reset_token()), HasReason(kNotAccepted));
}

TEST_F(ProofTest, TheSweepTakesWhatIsOverAndLeavesWhatLives) {
  AskFor("user1@forthcoffee.com");
  AskFor("user2@forthcoffee.com");
  Sql("UPDATE hearth.reset_tokens SET link_expire_time = now() - interval '1 second',"
      " code_expire_time = now() - interval '1 second' WHERE user_id = 'user1'");
  Sql("UPDATE hearth.reset_intents SET create_time = now() - interval '25 hours' WHERE handle_digest ="
      " (SELECT handle_digest FROM hearth.reset_intents ORDER BY 1 LIMIT 1)");
  ASSERT_THAT(SweepResets(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.reset_tokens"), ElementsAre(ElementsAre("user2")));
  EXPECT_EQ(Count("reset_intents"), "1");
  EXPECT_THAT(Complete(Newest("link")), IsOk());
}

// A55, A51: tokens that are nearly right.
TEST_F(ProofTest, AnythingButTheTokenItselfIsRefusedAlike) {
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  std::vector<std::string> wrong = {
      "",          token.substr(1),      token.substr(0, 42),   token + "A", token + "=",
      " " + token, std::string(43, 'A'), std::string(43, '\0'), "null",      std::string(1 << 20, 'A')};
  for (size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    wrong.push_back(other);
    other[i] = absl::ascii_isupper(static_cast<unsigned char>(token[i]))
                   ? absl::ascii_tolower(static_cast<unsigned char>(token[i]))
                   : absl::ascii_toupper(static_cast<unsigned char>(token[i]));
    if (other != token) wrong.push_back(other);
  }
  const absl::Status first = Complete(wrong[0]).status();
  for (const std::string& text : wrong)
    EXPECT_EQ(Complete(text).status(), first) << testing::PrintToString(text.substr(0, 50));
  EXPECT_THAT(first, HasReason(kNotAccepted));
  EXPECT_THAT(Complete(token, kNewPassword, {kContoso, "backend"}), HasReason(kNotAccepted)) << "of another directory";
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_THAT(Complete(token), IsOk());
}

TEST_F(ProofTest, APasswordThatBreaksTheRulesLeavesTheTokenGood) {
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  EXPECT_THAT(Complete(token, "too short"), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
  EXPECT_THAT(Complete("nonsense", "too short"), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"))
      << "and tells nothing of the token";
  EXPECT_THAT(Complete(token), IsOk());
}

// R10, A66: as many attempts as the policy says are compared, the right code fails after them, and all is counted before it is compared.
TEST_F(ProofTest, AfterSoManyWrongCodesTheRightOneFailsToo) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string code = Newest("code");
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Verify(handle, OtherThan(code)), HasReason(kNotAccepted));
  EXPECT_THAT(Verify(handle, code), HasReason(kNotAccepted));
  EXPECT_THAT(Sql("SELECT code_attempts FROM hearth.reset_intents"), ElementsAre(ElementsAre("5")));
  EXPECT_THAT(Complete(Newest("link")), IsOk()) << "the link of the same mail is none the worse";
}

TEST_F(ProofTest, FourWrongCodesAreForgiven) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string code = Newest("code");
  for (int i = 0; i < 4; ++i) EXPECT_THAT(Verify(handle, OtherThan(code)), HasReason(kNotAccepted));
  EXPECT_THAT(Verify(handle, code), IsOk());
}

TEST_F(ProofTest, OfAThousandWrongCodesAtOnceFiveAreCompared) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const std::string code = Newest("code");
  std::vector<std::function<void()>> guesses;
  for (int thread = 0; thread < 8; ++thread) {
    guesses.push_back([&] {
      for (int i = 0; i < 125; ++i) EXPECT_THAT(Verify(handle, OtherThan(code)), HasReason(kNotAccepted));
    });
  }
  RunTogether(guesses);
  EXPECT_THAT(Sql("SELECT code_attempts FROM hearth.reset_intents"), ElementsAre(ElementsAre("5")));
  EXPECT_THAT(Sql("SELECT count FROM hearth.reset_limits WHERE kind = 2"), ElementsAre(ElementsAre("5")));
}

// A85: what a stranger who asked for somebody can see of the rest of the flow.
TEST_F(ProofTest, AWrongCodeForSomebodyAndForNobodyLeaveTheSameTraces) {
  const std::string somebody = AskFor("user1@forthcoffee.com"), nobody = AskFor("nobody@forthcoffee.com");
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(Verify(somebody, OtherThan(Newest("code"))).status(), Verify(nobody, "12345678").status());
  }
  EXPECT_THAT(Sql("SELECT code_attempts FROM hearth.reset_intents"), ElementsAre(ElementsAre("5"), ElementsAre("5")));
  EXPECT_THAT(Sql("SELECT count FROM hearth.reset_limits WHERE kind = 2"),
              ElementsAre(ElementsAre("5"), ElementsAre("5")));
}

TEST_F(ProofTest, AHandleOfAnotherDirectoryOrOfNoneIsRefusedAlike) {
  const std::string handle = AskFor("user1@forthcoffee.com");
  const absl::Status foreign = Verify(handle, Newest("code"), {kContoso, "backend"}).status();
  EXPECT_THAT(foreign, HasReason(kNotAccepted));
  EXPECT_EQ(Verify(std::string(43, 'A'), Newest("code")).status(), foreign);
}

TEST_F(ProofTest, AVerificationThatIsRepeatedWithItsRequestIdGivesTheSameToken) {
  v1::VerifyResetCodeRequest request;
  request.set_handle(AskFor("user1@forthcoffee.com"));
  request.set_code(Newest("code"));
  request.set_request_id(NewUuid4());
  const auto first = proof_desk_.VerifyResetCode(By(kFrontEnd, request), request);
  const auto again = proof_desk_.VerifyResetCode(By(kFrontEnd, request), request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->reset_token(), again->reset_token());
}

// Administrators: the link to the first address, the code to the second, and both are needed.
class TwoProofsTest : public ProofTest {
 protected:
  TwoProofsTest() {
    Sql("UPDATE hearth.users SET mail = 'one@mail.example', alternate_mails = '{two@mail.example}'"
        " WHERE directory_id = 'forthcoffee' AND user_id = 'helpdesk-administrator'");
    handle_ = AskFor("helpdesk-administrator@forthcoffee.com");
    token_ = Newest("link");
    code_ = Newest("code");
  }
  absl::StatusOr<v1::VerifyResetCodeResponse> VerifyWithLink(const std::string& token, const std::string& code) {
    v1::VerifyResetCodeRequest request;
    request.set_link_token(token);
    request.set_code(code);
    return proof_desk_.VerifyResetCode(By(kFrontEnd, request), request);
  }

  std::string handle_, token_, code_;
};

TEST_F(TwoProofsTest, LinkAndCodeGoToTwoAddresses) {
  const auto mails = Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].kind, v1::MAIL_TEMPLATE_RESET_LINK);
  EXPECT_EQ(mails[0].to, "one@mail.example");
  EXPECT_EQ(mails[1].kind, v1::MAIL_TEMPLATE_RESET_CODE);
  EXPECT_EQ(mails[1].to, "two@mail.example");
}

TEST_F(TwoProofsTest, TheCodeDoesNotGoToTheMailboxOfTheLinkUnderAnotherTag) {
  Sql("UPDATE hearth.users SET alternate_mails = '{one+x@mail.example,two@mail.example}'"
      " WHERE directory_id = 'forthcoffee' AND user_id = 'helpdesk-administrator'");
  AskFor("helpdesk-administrator@forthcoffee.com");
  const auto mails = Mails();
  ASSERT_THAT(mails, SizeIs(4));
  EXPECT_EQ(mails[2].to, "one@mail.example");
  EXPECT_EQ(mails[3].to, "two@mail.example");
}

TEST_F(TwoProofsTest, NeitherAloneIsEnoughAndBothAre) {
  EXPECT_THAT(Complete(token_), HasReason(v1::ERROR_REASON_RESET_PROOF_MISSING));
  EXPECT_THAT(Verify(handle_, code_), HasReason(kNotAccepted));
  EXPECT_THAT(VerifyWithLink(std::string(43, 'A'), code_), HasReason(kNotAccepted));
  EXPECT_THAT(VerifyWithLink(token_, OtherThan(code_)), HasReason(kNotAccepted));
  EXPECT_EQ(VersionOf("helpdesk-administrator"), "0");
  const auto verified = VerifyWithLink(token_, code_);
  ASSERT_THAT(verified, IsOk());
  EXPECT_THAT(Complete(verified->reset_token()), IsOk());
  EXPECT_EQ(VersionOf("helpdesk-administrator"), "1");
}

TEST_F(TwoProofsTest, TheCodeBesideALinkHasItsAttemptsToo) {
  for (int i = 0; i < 5; ++i) EXPECT_THAT(VerifyWithLink(token_, OtherThan(code_)), HasReason(kNotAccepted));
  EXPECT_THAT(VerifyWithLink(token_, code_), HasReason(kNotAccepted));
}

// A63: one link, many at once. The password that verifies is the winner's.
TEST_F(ProofTest, OfManyRedemptionsAtOnceOneWins) {
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  std::atomic<int> winners = 0, refused = 0;
  std::vector<std::function<void()>> redemptions;
  for (int thread = 0; thread < 8; ++thread) {
    redemptions.push_back([&, thread] {
      for (int i = 0; i < 5; ++i) {
        const auto done = Complete(token, absl::StrCat("a password of number ", thread, " ", i));
        if (done.ok()) ++winners;
        if (ReasonOf(done.status()) == kNotAccepted) ++refused;
      }
    });
  }
  RunTogether(redemptions);
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(refused, 39);
  EXPECT_EQ(VersionOf("user1"), "1");
}

// A68: a redemption against what takes the person away; never a new password for somebody who is gone.
TEST_F(ProofTest, ARedemptionAndADisablingAtOnceNeverBothHaveTheLastWord) {
  for (int round = 0; round < 10; ++round) {
    Sql("DELETE FROM hearth.reset_limits");
    AskFor("user1@forthcoffee.com");
    const std::string token = Newest("link");
    const std::string before = VersionOf("user1");
    absl::Status done;
    RunTogether(
        {[&] { done = Complete(token).status(); },
         [&] {
           Sql("UPDATE hearth.users SET disabled = true WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
         }});
    EXPECT_EQ(done.ok(), VersionOf("user1") != before);
    EXPECT_THAT(Complete(token), HasReason(kNotAccepted));
    Sql("UPDATE hearth.users SET disabled = false WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  }
}

// The third wall: the schema holds no token for somebody homed elsewhere.
TEST_F(ProofTest, ATokenForSomebodyHomedElsewhereCannotBeStored) {
  const Scope contoso = {kContoso};
  const std::string insert =
      "INSERT INTO hearth.reset_tokens (directory_id, user_id, home_directory_id, link_digest, person_digest, "
      "needs_both,"
      " link_expire_time, code_expire_time) VALUES ('contoso', 'visitor', ";
  const std::string rest = ", sha256('a'), sha256('b'), false, now() + interval '1 hour', now())";
  EXPECT_EQ(SqlAsApp(&contoso, insert + "'forthcoffee'" + rest).status().message().substr(0, 5), "23514");
  EXPECT_EQ(SqlAsApp(&contoso, insert + "'contoso'" + rest).status().message().substr(0, 5), "23503");
}

}  // namespace
}  // namespace hearth::test
