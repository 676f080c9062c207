// ImportCredentials over the network: hashes of other systems, from the stream to the first sign-in.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;

constexpr char kBcrypt[] = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";  // Of "U*U".
constexpr char kSsha[] = "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr";                          // Of "testing123".

// Made with Python's hashlib.
constexpr char kLongPassword[] = "a long password of old";
constexpr char kLong[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$TItQKj7P5Cpgpe5oKjXUV2Glxw3+7QBK6070jHjqrZ4";

// The same of "café" with an accent of its own, which we compose.
constexpr char kTypedPassword[] = "a cafe\xcc\x81 password of old";
constexpr char kTyped[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$iF2Os71RLJG6LEJh6xpDOdSrTxuImDGMoWY+bVCUV7A";
constexpr char kComposedPassword[] = "a caf\xc3\xa9 password of old";
constexpr char kComposed[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$LjMSOzZbShlXF11nk+6/BFJi/iHk0mePPrHCIrT/ZbI";

class ImportTest : public PasswordFixture {
 protected:
  using Row = v1::ImportCredentialsRequest::Row;

  static v1::ImportCredentialsRequest Message(bool validate_only = false) {
    v1::ImportCredentialsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_validate_only(validate_only);
    return request;
  }
  static Row& Add(v1::ImportCredentialsRequest& request, int64_t row, const std::string& user,
                  const std::string& hash) {
    Row& added = *request.add_rows();
    added.set_row(row);
    user.find('@') == std::string::npos ? added.set_name("directories/forthcoffee/users/" + user)
                                        : added.set_user_principal_name(user);
    added.set_password_hash(hash);
    return added;
  }

  absl::Status Import(const std::vector<v1::ImportCredentialsRequest>& messages,
                      const Principal& caller = ForthAdmin()) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + TokenFor(caller));
    Passwords stub(Channel());
    report_.Clear();
    const auto writer = stub.ImportCredentials(&context, &report_);
    for (const auto& message : messages) writer->Write(message);
    writer->WritesDone();
    return FromGrpc(writer->Finish());
  }
  absl::Status ImportOne(const std::string& user, const std::string& hash) {
    auto message = Message();
    Add(message, 1, user, hash);
    return Import({message});
  }
  // The reason with which a row was refused; empty when it was not.
  std::string ReasonOfRow(int64_t row) {
    for (const auto& refused : report_.refusals()) {
      google::rpc::ErrorInfo info;
      for (const auto& detail : refused.refusal().details()) {
        if (refused.row() == row && detail.UnpackTo(&info)) return info.reason();
      }
    }
    return "";
  }
  std::string Counts() {
    return absl::StrCat(report_.imported_count(), " ", report_.unchanged_count(), " ", report_.refused_count());
  }
  std::string StoredOf(const std::string& user) {
    const auto rows =
        Sql("SELECT phc FROM hearth.credentials WHERE directory_id = 'forthcoffee' AND user_id = '" + user + "'");
    return rows.empty() ? "" : rows[0][0];
  }
  void AwaitUpgrade(const std::string& user) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (StoredOf(user).find("$argon2id$") != 0 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
    EXPECT_EQ(StoredOf(user).find("$argon2id$"), 0u) << user;
  }

  v1::ImportCredentialsResponse report_;
};

TEST_F(ImportTest, AnImportedPasswordVerifiesAndGivesWayToOneOfOurs) {
  ASSERT_THAT(ImportOne("user1", kBcrypt), IsOk());
  EXPECT_EQ(Counts(), "1 0 0");
  EXPECT_THAT(Audit(kForth).back(),
              (AuditRow{"password.import", "allowed", "", "forthcoffee/global-administrator", kUser1}));
  EXPECT_EQ(StoredOf("user1").find("$2a$"), std::string::npos) << "it is sealed";
  EXPECT_THAT(Verify(kUser1, "not it"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  ASSERT_THAT(Verify(kUser1, "U*U"), IsOk());
  EXPECT_EQ(verified_.credential_version(), 1);
  AwaitUpgrade("user1");
  EXPECT_THAT(Verify(kUser1, "U*U"), IsOk());
  EXPECT_THAT(Verify(kUser1, "U*U*"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(ImportTest, EveryRowHasItsOwnOutcomeAndTheStreamGoesOn) {
  Give("contractor", "the lever of the espresso machine");
  auto first = Message(), second = Message();
  Add(first, 10, "user1@forthcoffee.com", kBcrypt);
  Add(first, 11, "nobody", kBcrypt);
  Add(first, 12, "visitor", kBcrypt);
  Add(first, 13, "user2@contoso.com", kBcrypt);
  Add(first, 14, "user2", "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  Add(second, 15, "contractor", kSsha);
  Add(second, 16, "global-administrator", kSsha);
  Add(second, 17, "user2", kSsha).set_require_change_at_next_sign_in(true);
  second.add_rows()->CopyFrom(second.rows(0));
  second.mutable_rows(3)->set_row(18);
  second.mutable_rows(3)->set_name("directories/contoso/users/user1");
  ASSERT_THAT(Import({first, second}), IsOk());
  EXPECT_EQ(Counts(), "2 0 7");
  EXPECT_EQ(ReasonOfRow(11), "NOT_FOUND");
  EXPECT_EQ(ReasonOfRow(12), "NOT_HOME_DIRECTORY");
  EXPECT_EQ(ReasonOfRow(13), "FOREIGN_DIRECTORY");
  EXPECT_EQ(ReasonOfRow(14), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOfRow(15), "ALREADY_EXISTS");
  EXPECT_EQ(ReasonOfRow(16), "OWN_ACCOUNT");
  EXPECT_EQ(ReasonOfRow(18), "FOREIGN_DIRECTORY");
  EXPECT_THAT(Verify(kUser1, "U*U"), IsOk());
  ASSERT_THAT(Verify("directories/forthcoffee/users/user2", "testing123"), IsOk());
  EXPECT_TRUE(verified_.change_required());
  EXPECT_THAT(Verify("directories/forthcoffee/users/contractor", "the lever of the espresso machine"), IsOk());
}

// Passwords in the clear are given to ResetPassword, whose rules judge them.
TEST_F(ImportTest, APlaintextIsRefusedAndQuotedNowhere) {
  constexpr char kPlain[] = "the lever of the espresso machine";
  ASSERT_THAT(ImportOne("user1", kPlain), IsOk());
  EXPECT_EQ(Counts(), "0 0 1");
  EXPECT_EQ(ReasonOfRow(report_.refusals(0).row()), "INVALID_FIELDS");
  EXPECT_EQ(report_.SerializeAsString().find(kPlain), std::string::npos);
  EXPECT_EQ(StoredOf("user1"), "");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit a WHERE a::text LIKE '%espresso machine%'")[0][0], "0");
}

TEST_F(ImportTest, ARunThatIsGivenAgainChangesNothing) {
  auto message = Message();
  Add(message, 1, "user1", kBcrypt);
  Add(message, 2, "user2", kSsha);
  ASSERT_THAT(Import({message}), IsOk());
  const std::string stored = StoredOf("user1");
  Add(message, 3, "contractor", kSsha);
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "1 2 0");
  EXPECT_EQ(StoredOf("user1"), stored);
  auto other = Message();
  Add(other, 1, "user1", kSsha);
  ASSERT_THAT(Import({other}), IsOk());
  EXPECT_EQ(ReasonOfRow(1), "ALREADY_EXISTS") << "another hash is no repeat";
  EXPECT_EQ(StoredOf("user1"), stored);
}

// A run that broke off is given again when people have signed in already.
TEST_F(ImportTest, ARepeatIsKnownAfterTheHashGaveWayAndNoMoreAfterAReset) {
  ASSERT_THAT(ImportOne("user1", kBcrypt), IsOk());
  ASSERT_THAT(Verify(kUser1, "U*U"), IsOk());
  AwaitUpgrade("user1");
  const std::string stored = StoredOf("user1");
  ASSERT_THAT(ImportOne("user1", kBcrypt), IsOk());
  EXPECT_EQ(Counts(), "0 1 0");
  EXPECT_EQ(StoredOf("user1"), stored);
  Give("user1", "a password by a reset");
  ASSERT_THAT(ImportOne("user1", kBcrypt), IsOk());
  EXPECT_EQ(ReasonOfRow(1), "ALREADY_EXISTS");
  EXPECT_THAT(Verify(kUser1, "a password by a reset"), IsOk());
}

TEST_F(ImportTest, AnImportedPasswordCountsAmongThePastOnes) {
  Sql("INSERT INTO hearth.password_policies (directory_id, policy, history) VALUES ('forthcoffee', '{\"history\": 5}', "
      "5)");
  ASSERT_THAT(ImportOne("user1", kLong), IsOk());
  ASSERT_THAT(Change(kUser1, kLongPassword, "another long password"), IsOk());
  EXPECT_THAT(Change(kUser1, "another long password", kLongPassword),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "RECENTLY_USED"));
  EXPECT_THAT(Change(kUser1, "another long password", "a third and long password"), IsOk());
}

TEST_F(ImportTest, APastPasswordIsKnownAgainAsItWasTyped) {
  Sql("INSERT INTO hearth.password_policies (directory_id, policy, history) VALUES ('forthcoffee', '{\"history\": 5}', "
      "5)");
  ASSERT_THAT(ImportOne("user1", kTyped), IsOk());
  ASSERT_THAT(Change(kUser1, kTypedPassword, "another long password"), IsOk());
  EXPECT_THAT(Change(kUser1, "another long password", kTypedPassword),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "RECENTLY_USED"));
  auto reset = ResetOf(kUser1);
  reset.set_given(kTypedPassword);
  EXPECT_THAT(DoReset(reset), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "RECENTLY_USED"));
  // Of one that was composed already where it was hashed, whichever way it is typed.
  ASSERT_THAT(ImportOne("user2", kComposed), IsOk());
  const std::string user2 = "directories/forthcoffee/users/user2";
  ASSERT_THAT(Change(user2, kComposedPassword, "another long password"), IsOk());
  EXPECT_THAT(Change(user2, "another long password", kTypedPassword),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "RECENTLY_USED"));
}

TEST_F(ImportTest, RefusedRowsAreInTheAuditOfBothDirectories) {
  auto message = Message();
  Add(message, 1, "visitor", kSsha);
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Audit(kForth).back().reason, "NOT_HOME_DIRECTORY");
  EXPECT_EQ(Audit(kForth).back(), Audit(kContoso).back());
}

TEST_F(ImportTest, HashesThatCostMuchMoreThanOursAreRefused) {
  auto message = Message();
  Add(message, 1, "user1", "$2a$13$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  Add(message, 2, "user2",
      absl::StrCat("$argon2id$v=19$m=", 3 * config.argon2.memory_kib + 1,
                   ",t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "0 0 2");
  EXPECT_EQ(ReasonOfRow(1), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOfRow(2), "INVALID_FIELDS");
  EXPECT_EQ(StoredOf("user1"), "");
}

TEST_F(ImportTest, ReportsFitIntoAMessage) {
  auto message = Message();
  Add(message, 1, "visitor", kSsha);
  Add(message, 2, "user2", "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  ASSERT_THAT(Import({message}), IsOk());
  for (const auto& refused : report_.refusals()) EXPECT_LT(refused.ByteSizeLong(), 1000u) << refused.row();
}

TEST_F(ImportTest, ACallTakesAtMostSoManyRows) {
  std::vector<v1::ImportCredentialsRequest> messages;
  for (int i = 0; i <= 4000; ++i) {
    if (i % 100 == 0) messages.push_back(Message(/*validate_only=*/true));
    Add(messages.back(), i, "nobody", "x");
  }
  EXPECT_THAT(Import(messages), ViolatesField("rows"));
}

TEST_F(ImportTest, ADryRunReportsTheSameAndChangesNothing) {
  auto message = Message(/*validate_only=*/true);
  Add(message, 1, "user1", kBcrypt);
  Add(message, 2, "nobody", kBcrypt);
  Add(message, 3, "user2", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=");
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "1 0 2");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit_events WHERE action = 'password.import'")[0][0], "0");
}

TEST_F(ImportTest, WhatWasCommittedBeforeABadMessageStays) {
  auto good = Message(), bad = Message();
  Add(good, 1, "user1", kBcrypt);
  Add(bad, 2, "user2", std::string(3000, 'a'));
  EXPECT_THAT(Import({good, bad}), ViolatesField("rows[0].password_hash"));
  EXPECT_NE(StoredOf("user1"), "");
  bad = Message();
  Add(bad, 2, "user2", kBcrypt);
  bad.set_parent("directories/contoso");
  EXPECT_THAT(Import({good, bad}), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_EQ(StoredOf("user2"), "");
  EXPECT_THAT(Import({}), ViolatesField("parent")) << "no message at all";
}

TEST_F(ImportTest, TakesAPermissionThatOnlyGlobalAdministratorsHave) {
  auto message = Message();
  Add(message, 1, "user1", kBcrypt);
  for (const Principal& caller :
       {Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR), Principal{kForth, "user1"}, kBackend}) {
    EXPECT_THAT(Import({message}, caller),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "passwords.import"));
  }
  EXPECT_THAT(Import({message}, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_EQ(StoredOf("user1"), "");
}

TEST_F(ImportTest, ASealedHashThatWasMovedVerifiesNothing) {
  ASSERT_THAT(ImportOne("user1", kBcrypt), IsOk());
  ASSERT_THAT(ImportOne("user2", kSsha), IsOk());
  Sql("UPDATE hearth.credentials t SET phc = s.phc FROM hearth.credentials s WHERE t.user_id = 'user2' AND s.user_id = "
      "'user1'");
  EXPECT_THAT(Verify("directories/forthcoffee/users/user2", "U*U"), HasReason(v1::ERROR_REASON_INTERNAL));
}

// A80: the lock does not ask where a hash came from.
TEST_F(ImportTest, GuessesAtImportedPasswordsLock) {
  ASSERT_THAT(ImportOne("user1", kSsha), IsOk());
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Verify(kUser1, absl::StrCat("guess ", i)), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  }
  EXPECT_THAT(Verify(kUser1, "testing123"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(ImportTest, AThousandRowsInTenMessages) {
  std::vector<v1::ImportCredentialsRequest> messages;
  for (int i = 0; i < 1000; ++i) {
    if (i % 100 == 0) messages.push_back(Message());
    Add(messages.back(), i, absl::StrCat("nobody-", i), kSsha);
  }
  ASSERT_THAT(Import(messages), IsOk());
  EXPECT_EQ(Counts(), "0 0 1000");
  EXPECT_EQ(report_.refusals(999).row(), 999);
}

TEST_F(ImportTest, ACallerWhoGoesAwayLeavesNoWorkerWaiting) {
  for (int i = 0; i < 20; ++i) {  // More than there are workers for long runs.
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + TokenFor(ForthAdmin()));
    Passwords stub(Channel());
    v1::ImportCredentialsResponse response;
    const auto writer = stub.ImportCredentials(&context, &response);
    auto message = Message();
    Add(message, 1, "nobody", kSsha);
    if (i % 2 == 0) writer->Write(message);
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // Those whose callers are gone still stand in the queue, or are the directory's run, for a moment.
  const absl::Time end = absl::Now() + absl::Seconds(20);
  absl::Status status = ImportOne("user1", kBcrypt);
  while (absl::IsResourceExhausted(status) && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
    status = ImportOne("user1", kBcrypt);
  }
  EXPECT_THAT(status, IsOk());
}

}  // namespace
}  // namespace hearth::test
