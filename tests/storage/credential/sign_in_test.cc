// Wrong passwords: who is counted, what locks, and what unlocks.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/base/resource_name.h"
#include "server/credential/credential_desk.h"
#include "server/credential/sign_in_desk.h"
#include "server/credential/sign_in_sweep.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Principal kService{kForth, "backend"};
constexpr char kPassword[] = "the right password of user1";
constexpr char kUpn[] = "user1@forthcoffee.com";

class SignInDeskTest : public Fixture {
 protected:
  SignInDeskTest() { Give("user1", kPassword); }

  void Give(const std::string& user, const std::string& password) {
    EXPECT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20),
                                 [&](Tx& tx) {
                                   const CredentialBinding binding{kForth, user,
                                                                   FindCredentialVersion(tx, kForth, user) + 1};
                                   const auto hash = hasher_.Hash(binding, Secret(password), absl::InfiniteFuture());
                                   EXPECT_TRUE(ReplaceCredential(tx, binding, *hash, PasswordTerms{}).has_value());
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }

  absl::Status Verify(const std::string& name, const std::string& password, const std::string& source = "",
                      bool explicit_verdict = false) {
    v1::VerifyPasswordRequest request;
    name.find('@') == std::string::npos ? request.set_name(UserName(kForth, name))
                                        : request.set_user_principal_name(name);
    request.set_password(password);
    request.set_source(source);
    request.set_explicit_verdict(explicit_verdict);
    const Call& call = By(kService, request);
    const absl::Status status = desk_.VerifyPassword(call, request).status();
    noted_ = call.note->reason;
    return status;
  }
  absl::Status Change(const std::string& current, const std::string& wanted) {
    v1::ChangePasswordRequest request;
    request.set_user_principal_name(kUpn);
    request.set_current_password(current);
    request.set_new_password(wanted);
    return desk_.ChangePassword(By(kService, request), request).status();
  }
  // Tries passwords that were never tried before.
  void Guess(const std::string& name, int times, const std::string& source = "") {
    for (int i = 0; i < times; ++i) {
      ASSERT_THAT(Verify(name, absl::StrCat("guess number ", ++guesses_), source),
                  HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
    }
  }
  v1::GetSignInLockoutResponse Lockout(const std::string& user = "user1") {
    v1::GetSignInLockoutRequest request;
    request.set_name(UserName(kForth, user));
    const auto response = sign_in_.GetSignInLockout(By(ForthAdmin(), request), request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(v1::GetSignInLockoutResponse());
  }
  absl::Status Clear(const std::string& user, const Principal& caller = ForthAdmin()) {
    v1::ClearSignInLockoutRequest request;
    request.set_name(UserName(kForth, user));
    return sign_in_.ClearSignInLockout(By(caller, request), request).status();
  }
  // As if so much time had gone by.
  void Pass(const std::string& span) {
    Sql(absl::StrCat("UPDATE hearth.sign_in_counts SET familiar_locked_until = familiar_locked_until - interval '",
                     span, "', unfamiliar_locked_until = unfamiliar_locked_until - interval '", span,
                     "', update_time = update_time - interval '", span,
                     "'; UPDATE hearth.familiar_sources SET last_time = last_time - interval '", span, "'"));
  }

  Hasher hasher_{&keyring(), {.memory_kib = 64, .iterations = 1}, 2};
  Rehasher rehasher_{&database(), &hasher_};
  SystemRandom random_;
  NewPasswords new_passwords_{&database(), &hasher_, &keyring(), &random_, nullptr};
  CredentialDesk desk_{&database(), &hasher_, &rehasher_, &keyring(), &new_passwords_};
  SignInDesk sign_in_{&database(), &keyring()};
  std::string noted_;  // The reason that the audit gives in the caller's stead.
  int guesses_ = 0;
};

TEST_F(SignInDeskTest, TenWrongOnesLockAlsoForTheRightOneAndNobodyIsTold) {
  Guess("user1", 10);
  EXPECT_THAT(Verify("user1", kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(noted_, "SIGN_IN_LOCKED") << "but the audit";
  EXPECT_EQ(Lockout().unfamiliar().failures(), 10);
  EXPECT_EQ(Lockout().unfamiliar().lockouts(), 1);
  EXPECT_TRUE(Lockout().unfamiliar().has_locked_until_time());
  Pass("61 seconds");
  EXPECT_THAT(Verify("user1", kPassword), IsOk());
  EXPECT_EQ(Lockout().consecutive_failures(), 0);
}

TEST_F(SignInDeskTest, TheExplicitVerdictTellsOfTheLockWhateverThePasswordAndWhoeverIsMeant) {
  for (const char* name : {"user1", "user2", "visitor", "nobody", "nobody@forthcoffee.com", "user2@contoso.com"}) {
    Guess(name, 10);
    for (const char* password : {kPassword, "guess number 1", "never tried before"}) {
      const absl::Status status = Verify(name, password, "", /*explicit_verdict=*/true);
      EXPECT_THAT(status, HasReason(v1::ERROR_REASON_SIGN_IN_LOCKED)) << name;
    }
  }
  EXPECT_THAT(Verify("contractor", "wrong", "", /*explicit_verdict=*/true),
              HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(SignInDeskTest, TheExplicitVerdictTakesUsersRead) {
  Sql("UPDATE hearth.service_accounts SET permissions = '{passwords.verify}' WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(Verify("user1", kPassword, "", true),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.read"));
  EXPECT_THAT(Verify("user1", kPassword), IsOk());
}

// A73, A74: one budget, however a person is named.
TEST_F(SignInDeskTest, ByWhateverNameAPersonHasOneBudget) {
  for (const char* name : {"user1", kUpn, "User1@ForthCoffee.com", "USER1@FORTHCOFFEE.COM", "user1"}) Guess(name, 2);
  EXPECT_THAT(Verify(kUpn, kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.sign_in_counts")[0][0], "1");
}

TEST_F(SignInDeskTest, NobodyIsCountedAsAnybodyIs) {
  Guess("nobody@forthcoffee.com", 5);
  Guess("NOBODY@forthcoffee.com", 5);
  EXPECT_THAT(Verify("Nobody@Forthcoffee.com", "x", "", true), HasReason(v1::ERROR_REASON_SIGN_IN_LOCKED));
  EXPECT_EQ(Sql("SELECT user_id FROM hearth.sign_in_counts"), (Rows{{""}}));
}

TEST_F(SignInDeskTest, AStaleDeviceThatRepeatsOneWrongPasswordLocksNobodyOut) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_THAT(Verify("user1", "the password before"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
  EXPECT_EQ(Lockout().unfamiliar().failures(), 1);
  EXPECT_THAT(Verify("user1", kPassword), IsOk());
}

TEST_F(SignInDeskTest, StrangersDoNotLockOutWhoComesFromAFamiliarPlace) {
  ASSERT_THAT(Verify("user1", kPassword, "laptop"), IsOk());
  Guess("user1", 10, "elsewhere");
  EXPECT_THAT(Verify("user1", kPassword, "elsewhere"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify("user1", kPassword, "laptop"), IsOk());
  EXPECT_THAT(Verify("user1", kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << "without a source";
  Guess("user1", 10, "laptop");
  EXPECT_TRUE(Lockout().familiar().has_locked_until_time());
}

TEST_F(SignInDeskTest, APlaceIsFamiliarToOnePersonAndForAWhile) {
  Give("user2", kPassword);
  ASSERT_THAT(Verify("user1", kPassword, "laptop"), IsOk());
  Guess("user2", 10, "laptop");
  EXPECT_EQ(Lockout("user2").unfamiliar().failures(), 10);
  Pass("31 days");
  Guess("user1", 1, "laptop");
  EXPECT_EQ(Lockout().unfamiliar().failures(), 1);
}

TEST_F(SignInDeskTest, OfTwoHundredGuessesAtOnceTenAreTried) {
  std::vector<std::function<void()>> guesses;
  for (int i = 0; i < 200; ++i) {
    guesses.emplace_back([this, i] {
      v1::VerifyPasswordRequest request;
      request.set_user_principal_name(kUpn);
      request.set_password(absl::StrCat("guess of a thread ", i));
      EXPECT_THAT(desk_.VerifyPassword(By(kService, request), request),
                  HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
    });
  }
  RunTogether(guesses);
  EXPECT_EQ(Lockout().unfamiliar().failures(), 10);
  EXPECT_EQ(Lockout().unfamiliar().lockouts(), 1);
}

TEST_F(SignInDeskTest, OfManyDevicesAtOnceWithTheRightPasswordNoneIsLockedOut) {
  std::vector<std::function<void()>> devices;
  for (int i = 0; i < 40; ++i)
    devices.emplace_back([this] {
      v1::VerifyPasswordRequest request;
      request.set_user_principal_name(kUpn);
      request.set_password(kPassword);
      EXPECT_THAT(desk_.VerifyPassword(By(kService, request), request), IsOk());
    });
  RunTogether(devices);
  EXPECT_EQ(Lockout().consecutive_failures(), 0);
}

// A76, A78.
TEST_F(SignInDeskTest, TheCurrentPasswordOfAChangeIsNoOracle) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Change(absl::StrCat("guess ", i), "another password altogether"),
                HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
  EXPECT_THAT(Change(kPassword, "another password altogether"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify("user1", kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Pass("61 seconds");
  EXPECT_THAT(Change(kPassword, "another password altogether"), IsOk());
  EXPECT_EQ(Lockout().consecutive_failures(), 0) << "a new password begins anew";
}

// A right current password is no failure, whatever becomes of the new one: nobody is locked out for choosing badly.
TEST_F(SignInDeskTest, ARightPasswordEndsTheCountThoughItOpensNothing) {
  constexpr char kGood[] = "another password altogether";
  const auto set_policy = [&](const std::string& policy) {
    Sql(absl::StrCat("INSERT INTO hearth.password_policies (directory_id, policy, history) VALUES ('forthcoffee', '",
                     policy, "', 5) ON CONFLICT (directory_id) DO UPDATE SET policy = EXCLUDED.policy, history = 5"));
  };
  Give("user1", "the password of before");
  set_policy(R"({"history": 5})");
  Give("user1", kPassword);
  const std::vector<std::pair<std::string, std::string>> bad = {{"CONTAINS_NAME", "user1 qzvx 77 pmtkg"},
                                                                {"SAME_AS_CURRENT", kPassword},
                                                                {"RECENTLY_USED", "the password of before"}};
  for (const auto& [rule, wanted] : bad) {
    Guess("user1", 9);
    EXPECT_THAT(Change(kPassword, wanted), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", rule));
    EXPECT_EQ(Lockout().consecutive_failures(), 0) << rule;
    EXPECT_FALSE(Lockout().unfamiliar().has_locked_until_time()) << rule;
    EXPECT_THAT(Sql("SELECT tried FROM hearth.sign_in_counts WHERE user_id = 'user1'"), ElementsAre(ElementsAre("\\x")))
        << "nothing of the right password stays: " << rule;
  }
  set_policy(R"({"min_age": "86400s"})");
  Guess("user1", 9);
  EXPECT_THAT(Change(kPassword, kGood), HasReason(v1::ERROR_REASON_PASSWORD_TOO_YOUNG));
  EXPECT_EQ(Lockout().consecutive_failures(), 0);
  Sql("UPDATE hearth.credentials SET must_change = true, expire_time = now() - interval '1 hour'");
  for (const auto& attempt : {std::function([&] { return Verify("user1", kPassword, "laptop"); }),
                              std::function([&] { return Change(kPassword, kGood); })}) {
    Guess("user1", 9);
    EXPECT_THAT(attempt(), HasReason(v1::ERROR_REASON_TEMPORARY_PASSWORD_EXPIRED));
    EXPECT_EQ(Lockout().consecutive_failures(), 0);
  }
  Sql("UPDATE hearth.credentials SET expire_time = NULL, must_change = false");
  Sql("UPDATE hearth.users SET disabled = true WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  Guess("user1", 9);
  EXPECT_THAT(Verify("user1", kPassword, "laptop"), HasReason(v1::ERROR_REASON_USER_DISABLED));
  EXPECT_EQ(Lockout().consecutive_failures(), 0);
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.familiar_sources")[0][0], "0") << "nobody came in from there";
}

// Of a locked sign-in nothing is compared, so nothing is taken back: it would tell that the password was right.
TEST_F(SignInDeskTest, ARightPasswordWhileLockedChangesNoCount) {
  Guess("user1", 10);
  EXPECT_THAT(Change(kPassword, kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify("user1", kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(Lockout().consecutive_failures(), 10);
  EXPECT_EQ(Lockout().unfamiliar().lockouts(), 1);
}

TEST_F(SignInDeskTest, AfterAHundredInARowOnlyANewPasswordOrAnAdministratorHelps) {
  Guess("user1", 1);
  Sql("UPDATE hearth.sign_in_counts SET consecutive_failures = 99");
  Guess("user1", 1);
  Pass("1000 days");
  EXPECT_THAT(Verify("user1", kPassword, "", true),
              Refuses(v1::ERROR_REASON_SIGN_IN_LOCKED, "until", "a new password"));
  EXPECT_TRUE(Lockout().password_locked());
  Give("user1", "the password after the reset");
  EXPECT_THAT(Verify("user1", "the password after the reset"), IsOk());

  Guess("user1", 1);
  Sql("UPDATE hearth.sign_in_counts SET consecutive_failures = 100");
  ASSERT_THAT(Clear("user1"), IsOk());
  EXPECT_THAT(Verify("user1", "the password after the reset"), IsOk());
  EXPECT_EQ(Audit(kForth).back().action, "password.verify");
}

TEST_F(SignInDeskTest, ClearingTakesTheAuthorityToReset) {
  Guess("user1", 10);
  EXPECT_THAT(Clear("global-administrator", Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(Clear("visitor"), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
  EXPECT_THAT(Clear("global-administrator"), HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
  EXPECT_THAT(Clear("user1", Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(Verify("user1", kPassword), IsOk());
}

// Whoever may clear a lockout on a unit may see it, and sees no other.
TEST_F(SignInDeskTest, AHelpDeskOfAUnitSeesItsMembersOnly) {
  const Principal help_desk{kForth, "user2"};
  Assign(kForth, "user2", v1::ROLE_HELPDESK_ADMINISTRATOR, "north");
  Guess("user1", 10);
  v1::GetSignInLockoutRequest request;
  request.set_name(UserName(kForth, "user1"));
  EXPECT_THAT(sign_in_.GetSignInLockout(By(help_desk, request), request),
              HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  MakeUnit(kForth, "north", /*restricted=*/false, {"user1"});
  const auto seen = sign_in_.GetSignInLockout(By(help_desk, request), request);
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->consecutive_failures(), 10);
  EXPECT_THAT(Clear("user1", help_desk), IsOk());
}

TEST_F(SignInDeskTest, OfPeopleHomedElsewhereNothingIsShownAsIfItWereCounted) {
  v1::GetSignInLockoutRequest request;
  for (const auto& [user, reason] : {std::pair{"visitor", v1::ERROR_REASON_NOT_HOME_DIRECTORY},
                                     std::pair{"external", v1::ERROR_REASON_HOME_OUTSIDE_HEARTH}}) {
    request.set_name(UserName(kForth, user));
    EXPECT_THAT(sign_in_.GetSignInLockout(By(ForthAdmin(), request), request), HasReason(reason)) << user;
    EXPECT_THAT(Clear(user), HasReason(reason)) << user;
  }
}

TEST_F(SignInDeskTest, TheDirectorysPolicyCounts) {
  v1::UpdateSignInPolicyRequest request;
  request.mutable_sign_in_policy()->set_name("directories/forthcoffee/signInPolicy");
  request.mutable_sign_in_policy()->set_lockout_threshold(3);
  request.mutable_sign_in_policy()->mutable_lockout_duration()->set_seconds(600);
  const auto updated = sign_in_.UpdateSignInPolicy(By(ForthAdmin(), request), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->sign_in_policy().etag(), "1");
  EXPECT_EQ(updated->sign_in_policy().max_lockout_duration().seconds(), 3600);
  request.mutable_sign_in_policy()->set_etag("0");
  EXPECT_THAT(sign_in_.UpdateSignInPolicy(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  Guess("user1", 3);
  Pass("599 seconds");
  EXPECT_THAT(Verify("user1", kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Pass("2 seconds");
  EXPECT_THAT(Verify("user1", kPassword), IsOk());
}

TEST_F(SignInDeskTest, WhatIsStoredTellsNeitherNamesNorPasswordsNorPlaces) {
  Guess("nobody@forthcoffee.com", 1, "a place in Rome");
  ASSERT_THAT(Verify("user1", kPassword, "a place in Rome"), IsOk());
  const std::string all =
      Sql("SELECT string_agg(c::text, '') || (SELECT string_agg(s::text, '') FROM"
          " hearth.familiar_sources s) FROM hearth.sign_in_counts c")[0][0];
  for (const char* text : {"nobody", "guess", "Rome", "6e6f626f6479", "526f6d65"}) {
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  }
  EXPECT_THAT(Sql("SELECT tried FROM hearth.sign_in_counts WHERE user_id = 'user1'"), ElementsAre(ElementsAre("\\x")))
      << "nothing of the right password stays";
}

TEST_F(SignInDeskTest, ASweepForgetsNobodyAndThePeopleWhoAreGone) {
  Guess("nobody@forthcoffee.com", 1);
  Guess("user1", 1);
  Guess("user2", 1);
  Sql("DELETE FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  ASSERT_THAT(SweepSignIns(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.sign_in_counts")[0][0], "3");
  Pass("25 hours");
  ASSERT_THAT(SweepSignIns(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_THAT(Sql("SELECT user_id FROM hearth.sign_in_counts"), ElementsAre(ElementsAre("user1")));
  Pass("1000 days");
  ASSERT_THAT(SweepSignIns(database(), absl::Now() + absl::Seconds(20)), IsOk());
  EXPECT_EQ(Lockout().consecutive_failures(), 1) << "a row of failures ends with a success, not with time";
}

TEST_F(SignInDeskTest, AnotherDirectoryHasCountsOfItsOwn) {
  Guess("user1", 10);
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.sign_in_counts WHERE directory_id <> 'forthcoffee'"), IsEmpty());
}

}  // namespace
}  // namespace hearth::test
