// Wrong passwords: who is counted, what locks, and what unlocks.
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/audit/audit_store.h"
#include "server/base/resource_name.h"
#include "server/credential/credential_desk.h"
#include "server/credential/sign_in_desk.h"
#include "server/credential/sign_in_sweep.h"
#include "server/directory/user_store.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

static_assert(std::is_same_v<decltype(PasswordClaim::password), Secret>, "what is wiped after use");

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

  // The two halves of a verification, for what comes in between.
  absl::StatusOr<ProvenPassword> Prove() {
    v1::VerifyPasswordRequest request;
    request.set_user_principal_name(kUpn);
    return proof_.Prove(By(kService, request),
                        {.target = TargetNameOf(request), .password = Secret(kPassword), .source = ""});
  }
  absl::Status Settle(ProvenPassword& proven) {
    return database().Write({kForth}, absl::Now() + absl::Seconds(20),
                            [&](Tx& tx) { return PasswordProof::Settle(tx, proven); });
  }

  Hasher hasher_{&keyring(), {.memory_kib = 64, .iterations = 1}, 2};
  Rehasher rehasher_{&database(), &hasher_};
  SystemRandom random_;
  NewPasswords new_passwords_{&database(), &hasher_, &keyring(), &random_, nullptr};
  CredentialDesk desk_{&database(), &hasher_, &rehasher_, &keyring(), &new_passwords_};
  PasswordProof proof_{&database(), &hasher_, &keyring()};
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

// How often each statement ran, in the only connection of `one`.
std::map<std::string, int> Ran(Database& one) {
  std::map<std::string, int> ran;
  EXPECT_THAT(one.Read({kForth}, absl::Now() + absl::Seconds(20),
                       [&](Tx& tx) {
                         for (const auto& row :
                              tx.ExecPlain("SELECT name, generic_plans + custom_plans FROM pg_prepared_statements")) {
                           ran[row[0].as<std::string>()] = row[1].as<int>();
                         }
                         return absl::OkStatus();
                       }),
              IsOk());
  return ran;
}

// What a statement more would tell by its time: whose name is known, who is a guest, whose domain is elsewhere.
TEST_F(SignInDeskTest, EveryRefusalHasRunTheSameStatements) {
  Guess("user1", 10);
  Give("contractor", "the right password of a contractor");
  Database one({.conninfo = app_conninfo(), .connections = 1});
  Rehasher rehasher(&one, &hasher_);
  NewPasswords new_passwords(&one, &hasher_, &keyring(), &random_, nullptr);
  CredentialDesk desk(&one, &hasher_, &rehasher, &keyring(), &new_passwords);
  std::map<std::string, int> first;
  for (const char* name : {"contractor@forthcoffee.com",  // Another password.
                           kUpn,                          // Locked.
                           "user2@forthcoffee.com",       // Without a password.
                           "nobody@forthcoffee.com",      // Unknown.
                           "deleted@forthcoffee.com",     //
                           "user1@contoso.com",           // A guest, whose home is told of the try.
                           "external@example.org",        // A guest whose home is outside.
                           "nobody@contoso.com",          // Of another's domain.
                           "nobody@nowhere.example"}) {
    v1::VerifyPasswordRequest request;
    request.set_user_principal_name(name);
    request.set_password("a guess that was never made");
    const Call& call = By(kService, request);
    const std::map<std::string, int> before = Ran(one);
    const absl::Status status = desk.VerifyPassword(call, request).status();
    ASSERT_THAT(status, HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << name;
    ASSERT_THAT(RecordRefusal(one, call, status), IsOk());
    std::map<std::string, int> ran;
    for (const auto& [statement, times] : Ran(one)) {
      const auto earlier = before.find(statement);
      const int more = times - (earlier == before.end() ? 0 : earlier->second);
      if (more > 0) ran[statement] = more;
    }
    if (first.empty()) first = ran;
    EXPECT_EQ(ran, first) << name;
  }
  EXPECT_EQ(first["audit_append"], 1);
  EXPECT_GE(first.size(), 6u);
}

TEST_F(SignInDeskTest, ATryThatCannotBeHashedInTimeIsNotCounted) {
  Hasher slow(&keyring(), {.memory_kib = 128 * 1024, .iterations = 2}, 2);
  PasswordProof proof(&database(), &slow, &keyring());
  v1::VerifyPasswordRequest request;
  request.set_user_principal_name(kUpn);
  Call call = By(kService, request);
  call.deadline = absl::Now() + slow.hash_time() / 2;
  EXPECT_THAT(proof.Prove(call, {.target = TargetNameOf(request), .password = Secret("a guess"), .source = ""}),
              HasReason(v1::ERROR_REASON_DEADLINE_PASSED));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.sign_in_counts")[0][0], "0");
}

TEST_F(SignInDeskTest, WhatWasProvedCountsOnlyAsLongAsItStands) {
  auto proven = Prove();
  ASSERT_THAT(proven, IsOk());
  const absl::Time before = proven->user.sessions_valid_after;
  Sql("UPDATE hearth.users SET sessions_valid_after = now() + interval '1 second' WHERE user_id = 'user1'");
  ASSERT_THAT(Settle(*proven), IsOk());
  EXPECT_GT(proven->user.sessions_valid_after, before) << "sessions that were cut meanwhile";
  EXPECT_EQ(Lockout().consecutive_failures(), 0);

  for (const auto& [change, back, reason] : std::vector<std::tuple<const char*, const char*, v1::ErrorReason>>{
           {"disabled = true", "disabled = false", v1::ERROR_REASON_USER_DISABLED},
           {"delete_time = now()", "delete_time = NULL", v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED}}) {
    const std::string where = " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'";
    proven = Prove();
    ASSERT_THAT(proven, IsOk()) << change;
    Sql(absl::StrCat("UPDATE hearth.users SET ", change, where));
    EXPECT_THAT(Settle(*proven), HasReason(reason)) << change;
    Sql(absl::StrCat("UPDATE hearth.users SET ", back, where));
    EXPECT_EQ(Lockout().consecutive_failures(), 1) << "it opened nothing: the try stays counted";
    EXPECT_THAT(Settle(*proven), IsOk()) << change;
  }

  proven = Prove();
  ASSERT_THAT(proven, IsOk());
  Give("user1", "the password after the reset");
  EXPECT_THAT(Settle(*proven), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("DELETE FROM hearth.credentials WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  EXPECT_THAT(Settle(*proven), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << "as when the home goes elsewhere";
}

// The reset holds the person's row when the password has been hashed, and commits before the verification goes on.
TEST_F(SignInDeskTest, AnOldPasswordIsNotAcceptedAfterTheResetThatItMet) {
  absl::Status verified;
  std::atomic<bool> answered = false;
  std::thread verification;
  const absl::Status reset = database().Write({kForth}, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
    LockUser(tx, kForth, "user1");
    verification = std::thread([&] {
      verified = Verify("user1", kPassword);
      answered = true;
    });
    const std::string waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while (!answered && Sql(waits).empty()) absl::SleepFor(absl::Milliseconds(2));
    const CredentialBinding binding{kForth, "user1", 2};
    const auto hash = hasher_.Hash(binding, Secret("the password after the reset"), absl::InfiniteFuture());
    EXPECT_TRUE(ReplaceCredential(tx, binding, *hash, PasswordTerms{}).has_value());
    CutSessions(tx, kForth, "user1");
    return absl::OkStatus();
  });
  verification.join();
  ASSERT_THAT(reset, IsOk());
  EXPECT_THAT(verified, HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(SignInDeskTest, AnotherDirectoryHasCountsOfItsOwn) {
  Guess("user1", 10);
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.sign_in_counts WHERE directory_id <> 'forthcoffee'"), IsEmpty());
}

}  // namespace
}  // namespace hearth::test
