// The rule the system exists for, in every cell: each caller of three directories, each way to name each person, each deed. The server
// is asked over gRPC, and each answer is compared with the oracle's, by verdict and by reason.
#include <atomic>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/error.h"
#include "tests/rpc/cells.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr size_t kMostFailures = 20;  // Told in full; the rest are counted.

class HomeRuleTest : public ServerFixture {
 protected:
  HomeRuleTest() {
    Sql(MorePeopleSql());
    Start();
    Channel();
    actors_ = AllActors(sql_);
    for (const char* directory : {kForth, kContoso, kPlatform}) addresses_[directory] = AllAddresses(sql_, directory);
    for (const OracleActor& actor : actors_) tokens_[{actor.directory, actor.id}] = TokenFor(PrincipalOf(actor));
  }

  // Gives everybody who is homed where they are listed a password: their id and some more.
  void GivePasswords() {
    for (const auto& row :
         Sql("SELECT directory_id, user_id FROM hearth.users WHERE home_directory_id = directory_id")) {
      passwords_[{row[0], row[1]}] = absl::StrCat("the old password of ", row[1]);
      const auto hash = environment().hasher().Hash({row[0], row[1], 1}, Secret(passwords_[{row[0], row[1]}]),
                                                    absl::Now() + absl::Seconds(20));
      ASSERT_THAT(hash, IsOk());
      Sql(absl::StrCat(
          "INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, pepper_key_id, "
          "must_change)"
          " VALUES ('",
          row[0], "', '", row[1], "', '", row[0], "', 1, '", hash->phc, "', '", hash->pepper_key_id, "', false)"));
    }
  }

  std::vector<Cell> Cells() {
    std::vector<Cell> cells;
    for (const OracleActor& actor : actors_) {
      for (const Address& address : addresses_[actor.directory]) cells.push_back({&actor, &address});
    }
    return cells;
  }

  // Compares one answer with the oracle's.
  void Expect(Deed deed, const OracleActor& actor, const Address& address, const std::string& answer) {
    const std::string expected = Verdict(deed, actor, address.target);
    absl::MutexLock lock(&mutex_);
    ++cells_[answer];
    if (answer == expected || ++failures_ > kMostFailures) return;
    ADD_FAILURE() << actor.directory << "/" << actor.id << " and " << address.text() << ": " << answer << " instead of "
                  << expected;
  }

  // "OK", or the reason.
  static std::string AnswerOf(const absl::Status& status) {
    if (status.ok()) return "OK";
    const auto reason = ReasonOf(status);
    return reason.has_value() ? ReasonName(*reason) : status.ToString();
  }

  template <class Stub, class Request, class Response>
  absl::Status CallAs(const OracleActor& actor,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, Response* response) {
    return CallWith(tokens_.at({actor.directory, actor.id}), method, request, response);
  }

  // CheckResetPassword: its answer, and the message that the reset is to fail with.
  std::pair<std::string, std::string> Check(const OracleActor& actor, const Address& address) {
    v1::CheckResetPasswordResponse response;
    const absl::Status status =
        CallAs(actor, &Reset::CheckResetPassword, Naming<v1::CheckResetPasswordRequest>(address), &response);
    if (!status.ok()) return {AnswerOf(status), std::string(status.message())};
    if (response.allowed()) return {"OK", ""};
    return {ReasonName(response.reason()), response.message()};
  }

  // The directory other than the caller's that is to see a refusal in its audit; empty when there is none.
  static std::string OtherDirectoryOf(const OracleActor& actor, const Address& address, const std::string& reason) {
    if (reason == "NOT_HOME_DIRECTORY") return OtherOf(actor.directory);
    if (reason != "FOREIGN_DIRECTORY") return "";
    for (const std::string directory : {kForth, kContoso, kPlatform}) {
      const bool named = address.name.starts_with(absl::StrCat("directories/", directory, "/"));
      const bool by_domain = address.principal_name.ends_with("@" + DomainOf(directory)) ||
                             address.principal_name.ends_with(absl::StrCat("@", directory, ".net"));
      if (named || by_domain) return directory;
    }
    return "";
  }

  // What the password of the person is now; for those who have none, any.
  std::string PasswordOf(const OracleActor& actor, const Address& address) {
    const auto known = passwords_.find({actor.directory, address.target.id});
    return address.target.listed && known != passwords_.end() ? known->second : "a password of nobody";
  }

  void ExpectEveryAnswerCameUp(const std::vector<std::string>& answers) {
    for (const std::string& answer : answers) EXPECT_GT(cells_[answer], 0) << answer;
    EXPECT_LE(failures_, kMostFailures) << "cells that differ in all: " << failures_;
  }

  const RunSql sql_ = [this](const std::string& sql) { return Sql(sql); };
  std::vector<OracleActor> actors_;
  std::map<std::string, std::vector<Address>> addresses_;
  std::map<std::pair<std::string, std::string>, std::string> tokens_;
  std::map<std::pair<std::string, std::string>, std::string> passwords_;

  absl::Mutex mutex_;
  std::map<std::string, int> cells_;
  size_t failures_ = 0;
};

TEST_F(HomeRuleTest, TheDryRunAnswersAsTheRuleSays) {
  const std::string before = PeopleChecksum(sql_);
  ForEachTogether(Cells(), [&](const OracleActor& actor, const Address& address) {
    Expect(Deed::kCheckReset, actor, address, Check(actor, address).first);
  });
  ExpectEveryAnswerCameUp({"OK", "CALLER_NOT_ACTIVE", "FOREIGN_DIRECTORY", "PERMISSION_MISSING", "NOT_FOUND",
                           "NOT_HOME_DIRECTORY", "HOME_OUTSIDE_HEARTH", "OWN_ACCOUNT", "TARGET_ROLE_PROTECTED",
                           "TARGET_UNIT_RESTRICTED", "OUTSIDE_ADMINISTRATIVE_UNIT"});
  EXPECT_EQ(PeopleChecksum(sql_), before);
}

// The reset agrees with the dry run in every cell, refuses without a trace on any person, and is audited in both directories.
TEST_F(HomeRuleTest, TheResetAnswersAsTheRuleSaysAndARefusalLeavesNoTrace) {
  GivePasswords();
  std::map<std::string, int> expected_audit;  // "directory actor reason": rows
  const auto reset = [&](const OracleActor& actor, const Address& address) {
    const auto [verdict, message] = Check(actor, address);
    for (const bool given : {false, true}) {
      auto request = Naming<v1::ResetPasswordRequest>(address);
      if (given) request.set_given("chosen for somebody else");
      v1::ResetPasswordResponse response;
      const absl::Status status = CallAs(actor, &Reset::ResetPassword, request, &response);
      const std::string answer = AnswerOf(status);
      Expect(given ? Deed::kResetGiven : Deed::kReset, actor, address, answer);
      EXPECT_EQ(answer, verdict) << address.text() << ": the dry run said something else";
      EXPECT_EQ(std::string(status.message()), message) << address.text();
      const std::string event = absl::StrCat(actor.directory, "/", actor.id, " ", status.ok() ? "" : answer);
      const std::string other = OtherDirectoryOf(actor, address, answer);
      absl::MutexLock lock(&mutex_);
      ++expected_audit[absl::StrCat(actor.directory, " ", event)];
      if (!other.empty()) ++expected_audit[absl::StrCat(other, " ", event)];
    }
  };
  const SplitCells cells = Split(Cells(), Deed::kReset);
  std::string checksum = PeopleChecksum(sql_);
  ForEachTogether(cells.refused, reset);
  EXPECT_EQ(PeopleChecksum(sql_), checksum) << "a refused reset left a trace";
  for (const Cell& cell : cells.allowed) {
    reset(*cell.actor, *cell.address);
    const std::string after = PeopleChecksum(sql_);
    EXPECT_NE(after, checksum) << cell.address->text();
    checksum = after;
  }
  std::map<std::string, int> audit;
  for (const auto& row : Sql("SELECT directory_id, actor_directory || '/' || actor, reason, count(*) FROM hearth.audit"
                             " WHERE action = 'password.reset' GROUP BY 1, 2, 3")) {
    audit[absl::StrCat(row[0], " ", row[1], " ", row[2])] = std::stoi(row[3]);
  }
  EXPECT_EQ(audit, expected_audit);
  ExpectEveryAnswerCameUp({"OK", "CALLER_NOT_ACTIVE", "FOREIGN_DIRECTORY", "PERMISSION_MISSING", "NOT_FOUND",
                           "NOT_HOME_DIRECTORY", "HOME_OUTSIDE_HEARTH", "OWN_ACCOUNT", "TARGET_ROLE_PROTECTED",
                           "TARGET_UNIT_RESTRICTED", "OUTSIDE_ADMINISTRATIVE_UNIT"});
}

TEST_F(HomeRuleTest, OnlyTheHomeAnswersAboutAPassword) {
  GivePasswords();
  ForEachTogether(Cells(), [&](const OracleActor& actor, const Address& address) {
    auto request = Naming<v1::VerifyPasswordRequest>(address);
    request.set_password(PasswordOf(actor, address));
    v1::VerifyPasswordResponse response;
    Expect(Deed::kVerifyPassword, actor, address,
           AnswerOf(CallAs(actor, &Passwords::VerifyPassword, request, &response)));
  });
  ExpectEveryAnswerCameUp({"OK", "PASSWORD_NOT_ACCEPTED", "USER_DISABLED", "PERMISSION_MISSING", "FOREIGN_DIRECTORY"});
}

TEST_F(HomeRuleTest, OnlyTheHomeChangesAPassword) {
  GivePasswords();
  std::atomic<int> changes = 0;
  const auto change = [&](const OracleActor& actor, const Address& address) {
    std::string password = PasswordOf(actor, address);
    auto request = Naming<v1::ChangePasswordRequest>(address);
    request.set_current_password(password);
    request.set_new_password(absl::StrCat("chosen by themselves ", ++changes));
    v1::ChangePasswordResponse response;
    const absl::Status status = CallAs(actor, &Passwords::ChangePassword, request, &response);
    Expect(Deed::kChangePassword, actor, address, AnswerOf(status));
    if (status.ok()) passwords_[{actor.directory, address.target.id}] = request.new_password();
  };
  const SplitCells cells = Split(Cells(), Deed::kChangePassword);
  ForEachTogether(cells.refused, change);
  for (const Cell& cell : cells.allowed) change(*cell.actor, *cell.address);
  ExpectEveryAnswerCameUp({"OK", "PASSWORD_NOT_ACCEPTED", "USER_DISABLED", "PERMISSION_MISSING", "FOREIGN_DIRECTORY",
                           "NOT_HOME_DIRECTORY", "HOME_OUTSIDE_HEARTH"});
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials WHERE home_directory_id <> directory_id")[0][0], "0");
}

TEST_F(HomeRuleTest, GuestsAreShownToTheDirectoryThatListsThem) {
  ForEachTogether(Cells(), [&](const OracleActor& actor, const Address& address) {
    if (address.name.empty()) return;
    v1::GetGuestUserResponse response;
    const auto status = CallAs(actor, &Guest::GetGuestUser, Naming<v1::GetGuestUserRequest>(address), &response);
    Expect(Deed::kGetGuest, actor, address, AnswerOf(status));
    if (status.ok()) {
      EXPECT_EQ(response.guest_user().name(), address.name);
    }
  });
  ExpectEveryAnswerCameUp({"OK", "NOT_FOUND", "PERMISSION_MISSING", "FOREIGN_DIRECTORY", "CALLER_NOT_ACTIVE"});
}

TEST_F(HomeRuleTest, HomesAreToldToEveryCaller) {
  ForEachTogether(Cells(), [&](const OracleActor& actor, const Address& address) {
    if (address.principal_name.empty()) return;
    v1::ResolveHomeDirectoryRequest request;
    request.set_user_principal_name(address.principal_name);
    v1::ResolveHomeDirectoryResponse response;
    const auto status = CallAs(actor, &Guest::ResolveHomeDirectory, request, &response);
    Expect(Deed::kResolveHome, actor, address, AnswerOf(status));
    if (!status.ok() || !address.target.listed) return;
    static const std::map<HomeKind, v1::Home::Kind> kinds = {
        {HomeKind::kHere, v1::Home::KIND_THIS_DIRECTORY},
        {HomeKind::kElsewhere, v1::Home::KIND_OTHER_DIRECTORY},
        {HomeKind::kOutsideHearth, v1::Home::KIND_EXTERNAL_ISSUER}};
    EXPECT_EQ(response.home().kind(), kinds.at(address.target.home)) << address.text();
  });
  ExpectEveryAnswerCameUp({"OK", "HOME_NOT_FOUND", "CALLER_NOT_ACTIVE"});
}

TEST_F(HomeRuleTest, WhatADirectoryKeepsOfAPersonFollowsTheSameMatrix) {
  const auto disable = [&](const OracleActor& actor, const Address& address) {
    if (address.name.empty()) return;
    v1::DisableUserResponse response;
    const auto request = Naming<v1::DisableUserRequest>(address);
    Expect(Deed::kDisable, actor, address, AnswerOf(CallAs(actor, &Directories::DisableUser, request, &response)));
  };
  const SplitCells cells = Split(Cells(), Deed::kDisable);
  const std::string before = PeopleChecksum(sql_);
  ForEachTogether(cells.refused, disable);
  EXPECT_EQ(PeopleChecksum(sql_), before);
  for (const Cell& cell : cells.allowed) {
    disable(*cell.actor, *cell.address);
    if (cell.address->target.disabled) continue;
    Sql(absl::StrCat("UPDATE hearth.users SET disabled = false WHERE directory_id = '", cell.actor->directory,
                     "' AND user_id = '", cell.address->target.id, "'"));
  }
  ExpectEveryAnswerCameUp({"OK", "NOT_FOUND", "PERMISSION_MISSING", "FOREIGN_DIRECTORY", "OWN_ACCOUNT",
                           "TARGET_ROLE_PROTECTED", "TARGET_UNIT_RESTRICTED", "OUTSIDE_ADMINISTRATIVE_UNIT"});
}

}  // namespace
}  // namespace hearth::test
