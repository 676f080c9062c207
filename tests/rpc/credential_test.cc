// Verifying and changing passwords.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "google/protobuf/util/time_util.h"
#include "server/storage/tx.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

constexpr char kPassword[] = "the password of a barista";
constexpr char kNew[] = "another password of mine";
const Principal kSelf{kForth, "user1"};

class CredentialTest : public PasswordFixture {
 protected:
  // The whole status of VerifyPassword, to compare bytes.
  grpc::Status VerifyStatus(const v1::VerifyPasswordRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + TokenFor(kBackend));
    v1::VerifyPasswordResponse response;
    Passwords stub(Channel());
    return stub.VerifyPassword(&context, request, &response);
  }

  // What follows a call without its caller waiting for it.
  void AwaitChange(const std::string& query, const std::string& before) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (Sql(query)[0][0] == before && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
    EXPECT_NE(Sql(query)[0][0], before);
  }
};

TEST_F(CredentialTest, TheRightPasswordVerifies) {
  Give("user1", kPassword);
  ASSERT_THAT(Verify(kUser1, kPassword), IsOk());
  EXPECT_EQ(verified_.name(), kUser1);
  EXPECT_FALSE(verified_.change_required());
  EXPECT_FALSE(verified_.has_expire_time());
  EXPECT_EQ(verified_.credential_version(), 1);
  EXPECT_EQ(verified_.sessions_valid_after_time().SerializeAsString(),
            response_.sessions_valid_after_time().SerializeAsString());
  EXPECT_THAT(Audit(kForth).back(), (AuditRow{"password.verify", "allowed", "", "forthcoffee/backend", kUser1}));
}

TEST_F(CredentialTest, EveryOtherAnswerIsTheSameBytes) {
  Give("user1", kPassword);
  std::vector<v1::VerifyPasswordRequest> requests(1);
  requests[0].set_name(kUser1);
  for (const char* user : {"user2", "visitor", "partner", "pending", "external", "deleted", "nobody", "backend"}) {
    requests.emplace_back().set_name(absl::StrCat("directories/forthcoffee/users/", user));
  }
  for (const char* name : {"user1@forthcoffee.com", "nobody@forthcoffee.com", "user1@contoso.com", "user2@contoso.com",
                           "nobody@contoso.com", "nobody@nowhere.example"}) {
    requests.emplace_back().set_user_principal_name(name);
  }
  // Somebody whose sign-in is locked is not told from the others, either.
  Give("contractor", kPassword);
  requests.emplace_back().set_name("directories/forthcoffee/users/contractor");
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Verify(requests.back().name(), absl::StrCat("guess ", i)),
                HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
  requests.back().set_password(kPassword);
  const grpc::Status locked = VerifyStatus(requests.back());
  EXPECT_EQ(Audit(kForth).back().reason, "SIGN_IN_LOCKED");
  const grpc::Status first = [&] {
    requests[0].set_password("a wrong password");
    return VerifyStatus(requests[0]);
  }();
  EXPECT_EQ(first.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(FromGrpc(first), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(locked.error_code(), first.error_code());
  EXPECT_EQ(locked.error_message(), first.error_message());
  EXPECT_EQ(locked.error_details(), first.error_details());
  for (auto& request : requests) {
    for (const char* password : {"a wrong password", "x", "with\ncontrol characters", "soft\xc2\xad hyphen"}) {
      request.set_password(password);
      const grpc::Status status = VerifyStatus(request);
      EXPECT_EQ(status.error_code(), first.error_code()) << request.ShortDebugString();
      EXPECT_EQ(status.error_message(), first.error_message()) << request.ShortDebugString();
      EXPECT_EQ(status.error_details(), first.error_details()) << request.ShortDebugString();
    }
  }
}

TEST_F(CredentialTest, AGuestsPasswordIsVerifiedAtHomeOnly) {
  Give("user1", kPassword);
  v1::VerifyPasswordRequest request;
  v1::VerifyPasswordResponse response;
  request.set_user_principal_name("user1@forthcoffee.com");
  request.set_password(kPassword);
  EXPECT_THAT(Call(kBackend, &Passwords::VerifyPassword, request, &response), IsOk());
  EXPECT_THAT(Call({kContoso, "backend"}, &Passwords::VerifyPassword, request, &response),
              HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  request.set_name("directories/forthcoffee/users/user1");
  EXPECT_THAT(Call({kContoso, "backend"}, &Passwords::VerifyPassword, request, &response),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(CredentialTest, NobodyVerifiesWithoutThePermissionNotEvenAnAdministratorOrThePerson) {
  Give("user1", kPassword);
  v1::VerifyPasswordRequest request;
  v1::VerifyPasswordResponse response;
  request.set_name(kUser1);
  request.set_password(kPassword);
  for (const Principal& caller :
       {ForthAdmin(), kSelf, Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)}) {
    EXPECT_THAT(Call(caller, &Passwords::VerifyPassword, request, &response),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "passwords.verify"));
  }
}

TEST_F(CredentialTest, TheStateOfTheAccountIsToldToTheRightPasswordOnly) {
  Give("user1", kPassword);
  Sql("UPDATE hearth.users SET disabled = true WHERE user_id = 'user1'");
  EXPECT_THAT(Verify(kUser1, kPassword), HasReason(v1::ERROR_REASON_USER_DISABLED));
  EXPECT_THAT(Verify(kUser1, "a wrong password"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("UPDATE hearth.users SET disabled = false, delete_time = now() WHERE user_id = 'user1'");
  EXPECT_THAT(Verify(kUser1, kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("UPDATE hearth.users SET delete_time = NULL WHERE user_id = 'user1'");
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk()) << "restored with the password";
}

TEST_F(CredentialTest, AHashThatWasMovedVerifiesNothing) {
  Give("user1", kPassword);
  Give("user2", "the password of a barista");
  Sql("UPDATE hearth.credentials t SET phc = s.phc FROM hearth.credentials s WHERE t.user_id = 'user2' AND s.user_id = "
      "'user1'");
  EXPECT_THAT(Verify("directories/forthcoffee/users/user2", kPassword),
              HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  Sql("UPDATE hearth.credentials SET version = 7 WHERE user_id = 'user1'");
  EXPECT_THAT(Verify(kUser1, kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED))
      << "an old hash put back is of another version";
}

TEST_F(CredentialTest, ADamagedHashIsAFailureOfTheServerNotAWrongPassword) {
  Give("user1", kPassword);
  Sql("UPDATE hearth.credentials SET phc = "
      "'$argon2id$v=19$m=4194304,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'");
  const absl::Status status = Verify(kUser1, kPassword);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(std::string(status.message()).find("argon"), std::string::npos);
  EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INTERNAL));
}

TEST_F(CredentialTest, ThePersonChangesTheirPasswordWithProofOfTheCurrentOne) {
  Give("user1", kPassword);
  ASSERT_THAT(Change(kUser1, kPassword, kNew, kSelf), IsOk());
  EXPECT_EQ(changed_.name(), kUser1);
  EXPECT_EQ(changed_.credential_version(), 2);
  EXPECT_GT(google::protobuf::util::TimeUtil::TimestampToMicroseconds(changed_.sessions_valid_after_time()),
            google::protobuf::util::TimeUtil::TimestampToMicroseconds(response_.sessions_valid_after_time()));
  EXPECT_THAT(Verify(kUser1, kPassword), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify(kUser1, kNew), IsOk());
  EXPECT_THAT(Change(kUser1, kPassword, "a third password here", kSelf),
              HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(VersionOf("user1"), "2");
}

TEST_F(CredentialTest, ATemporaryPasswordIsChangedIntoOneThatStays) {
  ASSERT_THAT(DoReset(ResetOf(kUser1)), IsOk());
  ASSERT_THAT(Change(kUser1, response_.generated_password(), kNew), IsOk());
  ASSERT_THAT(Verify(kUser1, kNew), IsOk());
  EXPECT_FALSE(verified_.change_required());
  EXPECT_FALSE(verified_.has_expire_time());
}

TEST_F(CredentialTest, SomebodyElseCannotChangeThePassword) {
  Give("user1", kPassword);
  for (const Principal& caller : {Principal{kForth, "user2"}, ForthAdmin()}) {
    EXPECT_THAT(Change(kUser1, kPassword, kNew, caller),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "passwords.verify"));
  }
  EXPECT_THAT(Change(kUser1, kPassword, kNew, {kContoso, "user1"}), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(CredentialTest, AGuestWhoCallsForThemselvesIsSentHome) {
  const std::string visitor = "directories/contoso/users/visitor";
  EXPECT_THAT(Change(visitor, kPassword, kNew, {kContoso, "visitor"}),
              Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "forthcoffee.com"));
  EXPECT_THAT(Change("directories/contoso/users/external", kPassword, kNew, {kContoso, "external"}),
              Refuses(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH, "issuer", kExternalIssuer));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
}

TEST_F(CredentialTest, ANewPasswordMeetsTheRulesAndIsNotTheCurrentOne) {
  Give("user1", kPassword);
  EXPECT_THAT(Change(kUser1, kPassword, "fourteen chars"),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
  EXPECT_THAT(Change(kUser1, kPassword, kPassword),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "SAME_AS_CURRENT"));
  EXPECT_THAT(Change(kUser1, "a wrong password", "a wrong password"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED))
      << "whether it is the current one is told to its holder only";
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk());
}

TEST_F(CredentialTest, ADisabledPersonChangesNothing) {
  Give("disabled", kPassword);
  EXPECT_THAT(Change("directories/forthcoffee/users/disabled", kPassword, kNew),
              HasReason(v1::ERROR_REASON_USER_DISABLED));
  EXPECT_EQ(VersionOf("disabled"), "1");
}

TEST_F(CredentialTest, AChangeAskedForAgainIsAnsweredAgainThoughThePasswordIsNoLongerTheCurrentOne) {
  const std::string id = "0b7c2a54-31c1-4f8f-8a5e-6d3f8a1b2c3d";
  Give("user1", kPassword);
  ASSERT_THAT(Change(kUser1, kPassword, kNew, kSelf, id), IsOk());
  const std::string first = changed_.SerializeAsString();
  ASSERT_THAT(Change(kUser1, kPassword, kNew, kSelf, id), IsOk());
  EXPECT_EQ(changed_.SerializeAsString(), first);
  EXPECT_EQ(VersionOf("user1"), "2");
  EXPECT_THAT(Change(kUser1, kPassword, "yet another password", kSelf, id),
              HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(CredentialTest, OfTwoChangesAtOnceOneWins) {
  Give("user1", kPassword);
  Channel();
  std::vector<absl::Status> statuses(4);
  std::vector<std::function<void()>> calls;
  for (size_t i = 0; i < statuses.size(); ++i) {
    calls.emplace_back([&, i] {
      v1::ChangePasswordRequest request;
      v1::ChangePasswordResponse response;
      request.set_name(kUser1);
      request.set_current_password(kPassword);
      request.set_new_password(absl::StrCat("the password number ", i));
      statuses[i] = Call(kSelf, &Passwords::ChangePassword, request, &response);
    });
  }
  RunTogether(calls);
  int won = 0;
  for (size_t i = 0; i < statuses.size(); ++i) {
    if (!statuses[i].ok()) {
      EXPECT_THAT(statuses[i], HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
      continue;
    }
    ++won;
    EXPECT_THAT(Verify(kUser1, absl::StrCat("the password number ", i)), IsOk());
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(VersionOf("user1"), "2");
}

// What the gate refuses of one directory has to be written to its audit, however long that takes.
TEST_F(CredentialTest, TheRefusalsOfOneDirectoryHoldUpNobodyElse) {
  Give("user1", kPassword);
  std::vector<std::thread> flood;
  absl::Status modest;
  const auto wait = [&](Tx& tx) {
    tx.ExecPlain("SELECT 1 FROM hearth.directories WHERE directory_id = 'contoso' FOR UPDATE");
    for (int i = 0; i < 2; ++i) {
      flood.emplace_back([this] {
        v1::VerifyPasswordRequest request;
        v1::VerifyPasswordResponse response;
        request.set_name("directories/contoso/users/user1");
        EXPECT_THAT(Call({kContoso, "backend"}, &Passwords::VerifyPassword, request, &response),
                    HasReason(v1::ERROR_REASON_INVALID_FIELDS));
      });
    }
    const std::string waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE '%audit_events%'";
    for (int i = 0; i < 2000 && Sql(waits).empty(); ++i) absl::SleepFor(absl::Milliseconds(2));
    EXPECT_FALSE(Sql(waits).empty()) << "nothing waits for the audit";
    for (int i = 0; i < 5 && modest.ok(); ++i) modest = Verify(kUser1, kPassword);
    return absl::OkStatus();
  };
  EXPECT_THAT(database().Write({kContoso}, absl::Now() + absl::Seconds(60), wait), IsOk());
  for (std::thread& thread : flood) thread.join();
  EXPECT_THAT(modest, IsOk());
  EXPECT_EQ(Audit(kContoso).back().reason, "INVALID_FIELDS");
}

TEST_F(CredentialTest, AHashWithCheaperParametersIsReplacedAtTheNextSignIn) {
  Give("user1", kPassword);
  const std::string weak = Sql("SELECT phc FROM hearth.credentials")[0][0];
  Stop();
  config.argon2.memory_kib *= 2;
  Start();
  ASSERT_THAT(Verify(kUser1, kPassword), IsOk());
  AwaitChange("SELECT phc FROM hearth.credentials", weak);
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk());
}

// Servers that know a key before any uses it read each other's hashes throughout.
TEST_F(CredentialTest, KeysRotateWithoutACallThatFails) {
  const std::string path = testing::TempDir() + "rotating-keys-" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary) << std::ifstream(config.keys_file, std::ios::binary).rdbuf();
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const auto restart = [&] {
    Stop();
    config.keys_file = path;
    Start();
  };
  Give("user1", kPassword);
  Give("user2", kPassword);
  const std::string user2 = "directories/forthcoffee/users/user2";
  const std::string id = "0b7c2a54-31c1-4f8f-8a5e-6d3f8a1b2c3d";
  ASSERT_THAT(Change(user2, kPassword, kNew, kBackend, id), IsOk());
  ASSERT_TRUE(Keyring::Add(path).ok());
  restart();
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk());
  EXPECT_EQ(Sql("SELECT DISTINCT pepper_key_id FROM hearth.credentials"), (Rows{{"k1"}}));
  ASSERT_TRUE(Keyring::Promote(path).ok());
  restart();
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk());
  AwaitChange("SELECT pepper_key_id FROM hearth.credentials WHERE user_id = 'user1'", "k1");
  EXPECT_THAT(Verify(kUser1, kPassword), IsOk()) << "under the new key";
  EXPECT_EQ(Sql("SELECT pepper_key_id FROM hearth.credentials WHERE user_id = 'user2'"), (Rows{{"k1"}}));
  EXPECT_THAT(Change(user2, kPassword, kNew, kBackend, id), IsOk()) << "what was asked before is found again";
  EXPECT_THAT(Verify(user2, kNew), IsOk());
  // A server that was not restarted yet, and knows the key from the first step.
  ASSERT_THAT(Change(kUser1, kPassword, "a password under the new key", kBackend), IsOk());
  unlink(path.c_str());
}

TEST_F(CredentialTest, AServerDoesNotStartWithASampleForAPepper) {
  const std::string path = testing::TempDir() + "sample-keys-" + std::to_string(getpid());
  std::ofstream(path) << "k1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  config.keys_file = path;
  const SystemClock clock;
  SystemRandom random;
  const auto environment = Environment::Create(config, &clock, &random);
  EXPECT_EQ(environment.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(environment.status().message()).find("sample"), std::string::npos);
  EXPECT_FALSE(ConfigDefects(config).empty());
  unlink(path.c_str());
}

}  // namespace
}  // namespace hearth::test
