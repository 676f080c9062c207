// ImportCredentials over the network: what becomes of each row, and what is said of it.
#include "tests/rpc/import_fixture.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;

class ImportRowsTest : public ImportTest {};

TEST_F(ImportRowsTest, EveryRowHasItsOwnOutcomeAndTheStreamGoesOn) {
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
TEST_F(ImportRowsTest, APlaintextIsRefusedAndQuotedNowhere) {
  constexpr char kPlain[] = "the lever of the espresso machine";
  ASSERT_THAT(ImportOne("user1", kPlain), IsOk());
  EXPECT_EQ(Counts(), "0 0 1");
  EXPECT_EQ(ReasonOfRow(report_.refusals(0).row()), "INVALID_FIELDS");
  EXPECT_EQ(report_.SerializeAsString().find(kPlain), std::string::npos);
  EXPECT_EQ(StoredOf("user1"), "");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit a WHERE a::text LIKE '%espresso machine%'")[0][0], "0");
}

TEST_F(ImportRowsTest, HashesThatCostMuchMoreThanOursAreRefused) {
  auto message = Message();
  Add(message, 1, "user1", "$2a$13$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  Add(message, 2, "user2",
      absl::StrCat("$argon2id$v=19$m=", 3 * config.argon2.memory_kib + 1,
                   ",t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "0 0 2");
  EXPECT_EQ(ReasonOfRow(1), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOfRow(2), "INVALID_FIELDS");
  EXPECT_EQ(ComplaintOfRow(1),
            "the bcrypt cost must be 4 to 12 (--import-bcrypt-cost of hearthd); the person needs a reset instead");
  EXPECT_THAT(ComplaintOfRow(2), HasSubstr(absl::StrCat("up to ", 3 * config.argon2.memory_kib, " KiB")));
  EXPECT_EQ(StoredOf("user1"), "");
}

// ZITADEL's default, where the deployment says so; the first sign-in makes it one of ours.
TEST_F(ImportRowsTest, BcryptOfCost14ComesInWhereTheDeploymentTakesIt) {
  // Of "at the cost of ZITADEL", by libxcrypt.
  constexpr char kCost14[] = "$2a$14$CCCCCCCCCCCCCCCCCCCCC.Qj0CROGl6BXt7ShgQouhvLxPoq1Les2";
  ASSERT_THAT(ImportOne("user1", kCost14), IsOk());
  EXPECT_EQ(Counts(), "0 0 1");
  Stop();
  config.import_bcrypt_cost = 14;
  Start();
  ASSERT_THAT(ImportOne("user1", kCost14), IsOk());
  EXPECT_EQ(Counts(), "1 0 0");
  ASSERT_THAT(ImportOne("user2", "$2a$15$CCCCCCCCCCCCCCCCCCCCC.Qj0CROGl6BXt7ShgQouhvLxPoq1Les2"), IsOk());
  EXPECT_EQ(ComplaintOfRow(1), "the bcrypt cost must be 4 to 14; the person needs a reset instead");
  EXPECT_THAT(Verify(kUser1, "not it"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Verify(kUser1, "at the cost of ZITADEL"), IsOk());
  AwaitUpgrade("user1");
}

TEST_F(ImportRowsTest, NoDeploymentCanTakeMoreThanIsEverCompared) {
  for (const auto& [cost, good] : {std::pair{3, false}, {4, true}, {12, true}, {14, true}, {15, false}, {-1, false}}) {
    config.import_bcrypt_cost = cost;
    const auto defects = ConfigDefects(config);
    const auto named = testing::Contains(HasSubstr("--import-bcrypt-cost must be between 4 and 14"));
    EXPECT_EQ(testing::Matches(named)(defects), !good) << cost;
  }
}

TEST_F(ImportRowsTest, ReportsFitIntoAMessage) {
  auto message = Message();
  Add(message, 1, "visitor", kSsha);
  Add(message, 2, "user2", "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  Add(message, 3, "no principal@name", std::string(2049, 'a'));
  Add(message, 4, "user2",
      "$argon2id$v=19$m=9999999,t=9999,p=9999$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "0 0 4");
  for (const auto& refused : report_.refusals()) EXPECT_LT(refused.ByteSizeLong(), 1000u) << refused.row();
}

// A file of a hundred thousand has a handful of those; they are its report, not its end.
TEST_F(ImportRowsTest, ARowOfWrongFormDoesNotKeepTheOthersBack) {
  auto message = Message();
  Add(message, 1, "user1", kBcrypt);
  Add(message, 2, "user2", std::string(2049, 'a'));
  Add(message, 3, "user2", "{SSHA}\xc3\xa4");
  Add(message, 4, "user 2@forthcoffee.com", kSsha);
  Add(message, 5, std::string(70, 'u') + "@forthcoffee.com", kSsha);
  Add(message, 6, std::string("user\0@forthcoffee.com", 21), kSsha);
  Add(message, 7, "a/b", kSsha);
  Add(message, 8, "user2", "");
  message.add_rows()->set_row(9);
  Add(message, 10, "", std::string(400'000, 'a'));
  Add(message, 11, "user2", kSsha);
  for (const bool dry : {true, false}) {
    message.set_validate_only(dry);
    ASSERT_THAT(Import({message}), IsOk());
    EXPECT_EQ(Counts(), "2 0 9");
    for (const int row : {2, 3, 8}) EXPECT_EQ(FieldsOfRow(row), "password_hash,") << row;
    for (const int row : {4, 5, 6}) EXPECT_EQ(FieldsOfRow(row), "user_principal_name,") << row;
    EXPECT_EQ(FieldsOfRow(7), "name,");
    EXPECT_EQ(FieldsOfRow(9), "target,password_hash,");
    EXPECT_EQ(FieldsOfRow(10), "name,password_hash,");
  }
  EXPECT_NE(StoredOf("user1"), "");
  EXPECT_NE(StoredOf("user2"), "");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit_events WHERE action = 'password.import'")[0][0], "11")
      << "of each row one, and none of the dry run";
}

TEST_F(ImportRowsTest, ACallTakesAtMostSoManyRows) {
  std::vector<v1::ImportCredentialsRequest> messages;
  for (int i = 0; i <= 4000; ++i) {
    if (i % 100 == 0) messages.push_back(Message(/*validate_only=*/true));
    Add(messages.back(), i, "nobody", "x");
  }
  EXPECT_THAT(Import(messages), ViolatesField("rows"));
}

TEST_F(ImportRowsTest, ADryRunReportsTheSameAndChangesNothing) {
  auto message = Message(/*validate_only=*/true);
  Add(message, 1, "user1", kBcrypt);
  Add(message, 2, "nobody", kBcrypt);
  Add(message, 3, "user2", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=");
  ASSERT_THAT(Import({message}), IsOk());
  EXPECT_EQ(Counts(), "1 0 2");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit_events WHERE action = 'password.import'")[0][0], "0");
}

// The same person twice, by either name, also in another message of the call.
TEST_F(ImportRowsTest, ADryRunCountsAsTheRunWould) {
  auto first = Message(/*validate_only=*/true), second = Message(/*validate_only=*/true);
  Add(first, 1, "user1", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=");
  Add(first, 2, "user1", kBcrypt);
  Add(first, 3, "USER1@forthcoffee.com", kSsha);
  Add(second, 4, "user1", kBcrypt);
  Add(second, 5, "user1", kBcrypt).set_require_change_at_next_sign_in(true);
  Add(second, 6, "user2", kSsha);
  for (const bool dry : {true, false}) {
    first.set_validate_only(dry);
    second.set_validate_only(dry);
    ASSERT_THAT(Import({first, second}), IsOk());
    EXPECT_EQ(Counts(), "2 1 3") << dry;
    EXPECT_EQ(ReasonOfRow(1), "INVALID_FIELDS") << dry;
    EXPECT_EQ(ReasonOfRow(3), "ALREADY_EXISTS") << dry;
    EXPECT_EQ(ReasonOfRow(5), "ALREADY_EXISTS") << dry;
  }
}

TEST_F(ImportRowsTest, AThousandRowsInTenMessages) {
  std::vector<v1::ImportCredentialsRequest> messages;
  for (int i = 0; i < 1000; ++i) {
    if (i % 100 == 0) messages.push_back(Message());
    Add(messages.back(), i, absl::StrCat("nobody-", i), kSsha);
  }
  ASSERT_THAT(Import(messages), IsOk());
  EXPECT_EQ(Counts(), "0 0 1000");
  EXPECT_EQ(report_.refusals(999).row(), 999);
}

}  // namespace
}  // namespace hearth::test
