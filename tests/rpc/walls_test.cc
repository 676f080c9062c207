// The three walls around a password, each switched off alone: the pure rule, row-level security, the schema. The others still hold.
// What the walls in the database refuse when only SQL is spoken is tested in tests/storage/directory/walls_test.cc.
#include "absl/strings/str_cat.h"
#include "server/credential/credential_store.h"
#include "server/directory/role_store.h"
#include "server/directory/user_store.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

// People whom Contoso lists and who are not at home there.
constexpr const char* kNotAtHome[] = {"visitor", "partner", "pending", "external"};

class WallsTest : public PasswordFixture {
 protected:
  // Everything that must stay as it is at Forth Coffee, whatever Contoso does.
  std::string ForthChecksum() {
    std::string all;
    for (const char* table : {"users", "credentials", "role_assignments", "domains", "directories", "trusted_issuers",
                              "service_accounts"}) {
      all += Sql(absl::StrCat("SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM hearth.", table,
                              " t WHERE directory_id = 'forthcoffee'"))[0][0];
    }
    return all;
  }

  // Runs in a transaction that serves Contoso, as the server's role.
  absl::Status AsContoso(const std::function<absl::Status(Tx&)>& body) {
    return database().Write({kContoso}, absl::Now() + absl::Seconds(20), body);
  }

  // What Contoso's administrator gets for every way to reset people of Forth Coffee.
  void ExpectContosoResetsNobodyElsewhere() {
    const std::string before = ForthChecksum();
    for (const char* user : kNotAtHome) {
      const auto reason =
          std::string(user) == "external" ? v1::ERROR_REASON_HOME_OUTSIDE_HEARTH : v1::ERROR_REASON_NOT_HOME_DIRECTORY;
      EXPECT_THAT(DoReset(ResetOf(absl::StrCat("directories/contoso/users/", user)), ContosoAdmin()), HasReason(reason))
          << user;
      EXPECT_EQ(VersionOf(user, kContoso), "0") << user;
    }
    for (const char* user : {"user1", "user2", "nobody"}) {
      EXPECT_THAT(DoReset(ResetOf(absl::StrCat("directories/forthcoffee/users/", user)), ContosoAdmin()),
                  HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    }
    v1::ResetPasswordRequest by_name;
    by_name.set_user_principal_name("user1@forthcoffee.com");
    EXPECT_THAT(DoReset(by_name, ContosoAdmin()), HasReason(v1::ERROR_REASON_NOT_HOME_DIRECTORY));
    by_name.set_user_principal_name("user2@forthcoffee.com");
    EXPECT_THAT(DoReset(by_name, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
    EXPECT_EQ(ForthChecksum(), before);
  }

  const PasswordHash hash_{
      "$argon2id$v=19$m=1024,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "k1"};
};

TEST_F(WallsTest, WithoutRowLevelSecurityTheRuleAndTheStatementsHold) {
  Give("user1", "the password of a barista");
  for (const auto& table :
       Sql("SELECT relname FROM pg_class WHERE relnamespace = 'hearth'::regnamespace AND relrowsecurity")) {
    Sql(absl::StrCat("ALTER TABLE hearth.", table[0], " DISABLE ROW LEVEL SECURITY"));
  }
  const Scope contoso = {kContoso};
  ASSERT_NE(SqlAsApp(&contoso, "SELECT 1 FROM hearth.users WHERE directory_id = 'forthcoffee'")->size(), 0u)
      << "the wall is off";
  ExpectContosoResetsNobodyElsewhere();
  v1::ListUsersRequest list;
  v1::ListUsersResponse listed;
  list.set_parent("directories/contoso");
  list.set_page_size(1000);
  ASSERT_THAT(Call(ContosoAdmin(), &Directories::ListUsers, list, &listed), IsOk());
  EXPECT_GT(listed.users_size(), 20);
  for (const auto& user : listed.users())
    EXPECT_THAT(user.name(), testing::StartsWith("directories/contoso/")) << "each statement states its directory";
  ASSERT_THAT(DoReset(ResetOf("directories/contoso/users/user1"), ContosoAdmin()), IsOk())
      << "the same id as Forth Coffee's user1";
  EXPECT_THAT(Verify(kUser1, "the password of a barista"), IsOk());
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(WallsTest, WithoutTheSchemasChecksTheRuleAndTheStatementHold) {
  for (const auto& constraint : Sql("SELECT conname FROM pg_constraint WHERE conrelid = 'hearth.credentials'::regclass "
                                    "AND contype IN ('c', 'f')")) {
    Sql(absl::StrCat("ALTER TABLE hearth.credentials DROP CONSTRAINT ", constraint[0]));
  }
  Sql("INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, pepper_key_id, "
      "must_change)"
      " VALUES ('contoso', 'visitor', 'forthcoffee', 1, 'x', 'k1', false); DELETE FROM hearth.credentials");  // The wall is off.
  ExpectContosoResetsNobodyElsewhere();
  for (const char* user : kNotAtHome) {
    EXPECT_THAT(
        AsContoso([&](Tx& tx) {
          EXPECT_FALSE(
              ReplaceCredential(tx, {kContoso, user, 1}, hash_, {.must_change = false, .lifetime = {}}).has_value())
              << user;
          return absl::OkStatus();
        }),
        IsOk());
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
}

// As if the rule had said yes: the store is asked directly, then the table itself.
TEST_F(WallsTest, WithoutTheRuleNoPasswordIsStoredForAPersonHomedElsewhere) {
  for (const char* user : kNotAtHome) {
    EXPECT_THAT(
        AsContoso([&](Tx& tx) {
          EXPECT_FALSE(
              ReplaceCredential(tx, {kContoso, user, 1}, hash_, {.must_change = false, .lifetime = {}}).has_value())
              << user;
          return absl::OkStatus();
        }),
        IsOk());
    for (const char* home : {"contoso", "forthcoffee"}) {
      const Scope both = {kContoso, kForth};
      const auto stored = SqlAsApp(
          &both, absl::StrCat("INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc,"
                              " pepper_key_id, must_change) VALUES ('contoso', '",
                              user, "', '", home, "', 1, 'x', 'k1', false)"));
      ASSERT_FALSE(stored.ok()) << user << " at " << home;
      const std::string expected = std::string(home) == "contoso" ? "23503" : "23514";  // Foreign key; check.
      EXPECT_EQ(stored.status().message().substr(0, 5), expected) << stored.status();
    }
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
}

TEST_F(WallsTest, APersonWithAPasswordCannotBeGivenAnotherHome) {
  Give("user1", "the password of a barista");
  const Scope forth = {kForth};
  for (const char* home :
       {"home_directory_id = 'contoso', home_issuer = NULL", "home_directory_id = NULL, home_issuer = 'https://x'"}) {
    const auto moved = SqlAsApp(
        &forth, absl::StrCat("UPDATE hearth.users SET invitation_state = 1, ", home, " WHERE user_id = 'user1'"));
    ASSERT_FALSE(moved.ok()) << home;
    EXPECT_EQ(moved.status().message().substr(0, 5), "23503") << moved.status();
  }
}

// As if the directory were missing from the statements, or were the wrong one: the scope of the transaction decides.
TEST_F(WallsTest, StatementsAboutAnotherDirectoryFindNothingThere) {
  Give("user1", "the password of a barista");
  const std::string before = ForthChecksum();
  RoleGrant grant;
  grant.holder.directory = kForth;
  grant.holder.id = "global-administrator";
  grant.role = "global_administrator";
  EXPECT_THAT(
      AsContoso([&](Tx& tx) {
        EXPECT_FALSE(FindUser(tx, kForth, "user1").has_value());
        EXPECT_FALSE(FindUserByPrincipalName(tx, kForth, "user1@forthcoffee.com").has_value());
        EXPECT_FALSE(LockUser(tx, kForth, "user1"));
        EXPECT_FALSE(FindCredential(tx, kForth, "user1").has_value());
        EXPECT_FALSE(
            ReplaceCredential(tx, {kForth, "user1", 2}, hash_, {.must_change = false, .lifetime = {}}).has_value());
        EXPECT_FALSE(
            ReplaceCredential(tx, {kForth, "user2", 1}, hash_, {.must_change = false, .lifetime = {}}).has_value());
        EXPECT_TRUE(ListUsers(tx, kForth, "", 100, true, std::nullopt).empty());
        EXPECT_FALSE(DeleteRole(tx, grant));
        SetDisabled(tx, kForth, "user1", true);
        MarkDeleted(tx, kForth, "user1");
        return absl::OkStatus();
      }),
      IsOk());
  const Scope contoso = {kContoso};
  // Not `disabled`: that Contoso's people are disabled is true of them as guests of Forth Coffee too, as it is that Contoso is deleted.
  for (const char* sql : {"UPDATE hearth.users SET display_name = 'x'", "UPDATE hearth.credentials SET phc = 'x'",
                          "DELETE FROM hearth.role_assignments", "UPDATE hearth.directories SET display_name = 'x'",
                          "DELETE FROM hearth.trusted_issuers"}) {
    EXPECT_THAT(SqlAsApp(&contoso, sql), IsOk()) << sql;
  }
  EXPECT_EQ(ForthChecksum(), before);
}

TEST_F(WallsTest, ATransactionThatStatesNoDirectoryReachesNobody) {
  for (const char* sql :
       {"SELECT 1 FROM hearth.users", "SELECT 1 FROM hearth.credentials", "UPDATE hearth.users SET disabled = true"}) {
    const auto rows = SqlAsApp(nullptr, sql);
    EXPECT_FALSE(rows.ok()) << sql << ": an error, not an empty answer";
  }
}

TEST_F(WallsTest, TheServersRoleOwnsNothingAndCannotStepAroundTheWall) {
  EXPECT_THAT(Sql("SELECT relname FROM pg_class WHERE relowner = 'hearth_app'::regrole"), testing::IsEmpty());
  EXPECT_THAT(
      Sql("SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'hearth_app'"),
      testing::ElementsAre(testing::ElementsAre("f")));
  const Scope contoso = {kContoso};
  for (const char* sql :
       {"ALTER TABLE hearth.users DISABLE ROW LEVEL SECURITY", "DROP POLICY own ON hearth.users",
        "SET ROLE hearth_owner", "TRUNCATE hearth.credentials", "UPDATE hearth.audit_events SET action = 'x'",
        "DELETE FROM hearth.audit_leaves", "TRUNCATE hearth.audit_events"}) {
    const auto rows = SqlAsApp(&contoso, sql);
    ASSERT_FALSE(rows.ok()) << sql;
    EXPECT_EQ(rows.status().message().substr(0, 5), "42501") << sql << " " << rows.status();
  }
}

}  // namespace
}  // namespace hearth::test
