// The proof of a password: what may come between it and what it opens, and what its time tells.
#include "server/credential/password_proof.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/audit/audit_store.h"
#include "server/credential/credential_desk.h"
#include "server/directory/user_store.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

static_assert(std::is_same_v<decltype(PasswordClaim::password), Secret>, "what is wiped after use");

const Principal kService{kForth, "backend"};
constexpr char kPassword[] = "the right password of user1";
constexpr char kUpn[] = "user1@forthcoffee.com";

class PasswordProofTest : public Fixture {
 protected:
  PasswordProofTest() { Give("user1", kPassword); }

  void Give(const std::string& user, const std::string& password) {
    const auto write = [&](Tx& tx) {
      const CredentialBinding binding{kForth, user, FindCredentialVersion(tx, kForth, user) + 1};
      const auto hash = hasher_.Hash(binding, Secret(password), absl::InfiniteFuture());
      EXPECT_TRUE(ReplaceCredential(tx, binding, *hash, PasswordTerms{}).has_value());
      return absl::OkStatus();
    };
    EXPECT_THAT(database().Write({kForth}, absl::Now() + absl::Seconds(20), write), IsOk());
  }
  absl::Status Verify(const std::string& password) {
    v1::VerifyPasswordRequest request;
    request.set_user_principal_name(kUpn);
    request.set_password(password);
    return desk_.VerifyPassword(By(kService, request), request).status();
  }
  int Failures() {
    const Rows rows = Sql("SELECT consecutive_failures FROM hearth.sign_in_counts WHERE user_id = 'user1'");
    return rows.empty() ? 0 : std::stoi(rows[0][0]);
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
};

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
TEST_F(PasswordProofTest, EveryRefusalHasRunTheSameStatements) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Verify(absl::StrCat("guess number ", i)), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
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
  EXPECT_EQ(first["audit_append_evenly"], 1);
  EXPECT_GE(first.size(), 6u);
}

TEST_F(PasswordProofTest, ATryThatCannotBeHashedInTimeIsNotCounted) {
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

TEST_F(PasswordProofTest, WhatWasProvedCountsOnlyAsLongAsItStands) {
  auto proven = Prove();
  ASSERT_THAT(proven, IsOk());
  const absl::Time before = proven->user.sessions_valid_after;
  Sql("UPDATE hearth.users SET sessions_valid_after = now() + interval '1 second' WHERE user_id = 'user1'");
  ASSERT_THAT(Settle(*proven), IsOk());
  EXPECT_GT(proven->user.sessions_valid_after, before) << "sessions that were cut meanwhile";
  EXPECT_EQ(Failures(), 0);

  const std::string where = " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'";
  proven = Prove();
  ASSERT_THAT(proven, IsOk());
  Sql("UPDATE hearth.users SET disabled = true" + where);
  EXPECT_THAT(Settle(*proven), IsOk());
  EXPECT_THAT(CheckUsable(*proven), HasReason(v1::ERROR_REASON_USER_DISABLED)) << "as the person now is";
  EXPECT_EQ(Failures(), 0) << "the password was right";
  Sql("UPDATE hearth.users SET disabled = false" + where);

  proven = Prove();
  ASSERT_THAT(proven, IsOk());
  Sql("UPDATE hearth.users SET delete_time = now()" + where);
  EXPECT_THAT(Settle(*proven), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("UPDATE hearth.users SET delete_time = NULL" + where);
  EXPECT_EQ(Failures(), 1) << "it opened nothing: the try stays counted";
  EXPECT_THAT(Settle(*proven), IsOk());

  proven = Prove();
  ASSERT_THAT(proven, IsOk());
  Give("user1", "the password after the reset");
  EXPECT_THAT(Settle(*proven), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("DELETE FROM hearth.credentials WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  EXPECT_THAT(Settle(*proven), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << "as when the home goes elsewhere";
}

// The reset holds the person's row when the password has been hashed, and commits before the verification goes on.
TEST_F(PasswordProofTest, AnOldPasswordIsNotAcceptedAfterTheResetThatItMet) {
  absl::Status verified;
  std::atomic<bool> answered = false;
  std::thread verification;
  const absl::Status reset = database().Write({kForth}, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
    LockUser(tx, kForth, "user1");
    verification = std::thread([&] {
      verified = Verify(kPassword);
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

}  // namespace
}  // namespace hearth::test
