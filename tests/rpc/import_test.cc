// ImportCredentials over the network: hashes of other systems, from the stream to the first sign-in.
#include "tests/rpc/import_fixture.h"

namespace hearth::test {
namespace {

// Made with Python's hashlib.
constexpr char kLongPassword[] = "a long password of old";
constexpr char kLong[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$TItQKj7P5Cpgpe5oKjXUV2Glxw3+7QBK6070jHjqrZ4";

// The same of "café" with an accent of its own, which we compose.
constexpr char kTypedPassword[] = "a cafe\xcc\x81 password of old";
constexpr char kTyped[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$iF2Os71RLJG6LEJh6xpDOdSrTxuImDGMoWY+bVCUV7A";
constexpr char kComposedPassword[] = "a caf\xc3\xa9 password of old";
constexpr char kComposed[] = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$LjMSOzZbShlXF11nk+6/BFJi/iHk0mePPrHCIrT/ZbI";

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

TEST_F(ImportTest, WhatWasCommittedBeforeABadMessageStays) {
  auto good = Message(), bad = Message();
  Add(good, 1, "user1", kBcrypt);
  EXPECT_THAT(Import({good, bad}), ViolatesField("rows"));
  EXPECT_NE(StoredOf("user1"), "");
  for (int i = 0; i <= 100; ++i) Add(bad, i, "user2", kBcrypt);
  EXPECT_THAT(Import({good, bad}), ViolatesField("rows")) << "more than a message may bring";
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
