#include "server/directory/purge.h"

#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class PurgeTest : public Fixture {
 protected:
  absl::Status Purge() { return PurgeExpired(database(), absl::Now() + absl::Seconds(20)); }
  std::string Count(const std::string& from) { return Sql("SELECT count(*) FROM hearth." + from)[0][0]; }
};

TEST_F(PurgeTest, RemovesPeopleAndDomainsAfterThirtyDaysAndNothingElse) {
  GivePassword(kForth, "reports-reader");
  Sql(std::string("UPDATE hearth.users SET delete_time = ") + kLongAgo +
      " WHERE directory_id = 'forthcoffee' AND user_id = 'reports-reader';"
      "UPDATE hearth.domains SET delete_time = " +
      kLongAgo +
      " WHERE domain = 'forthcoffee.net';"
      "UPDATE hearth.domains SET delete_time = now() - interval '29 days' WHERE domain = 'contoso.net'");
  const int people = std::stoi(Count("users"));
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_EQ(Count("users"), std::to_string(people - 1));
  EXPECT_EQ(Count("users WHERE user_id = 'deleted'"), "2");
  EXPECT_EQ(Count("credentials"), "0");
  EXPECT_EQ(Count("role_assignments WHERE directory_id = 'forthcoffee' AND user_id = 'reports-reader'"), "0");
  EXPECT_EQ(Count("domains WHERE domain = 'forthcoffee.net'"), "0");
  EXPECT_EQ(Count("domains WHERE domain = 'contoso.net'"), "1");
}

TEST_F(PurgeTest, AGuestIsPurgedAndHomeUntouched) {
  GivePassword(kForth, "user1");
  const auto home = [this] {
    return Sql(
        "SELECT u::text, c::text FROM hearth.users u JOIN hearth.credentials c USING (directory_id, user_id)"
        " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  };
  const auto before = home();
  ASSERT_EQ(before.size(), 1u);
  Sql(std::string("UPDATE hearth.users SET delete_time = ") + kLongAgo +
      " WHERE directory_id = 'contoso' AND user_id = 'visitor'");
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_EQ(Count("users WHERE directory_id = 'contoso' AND user_id = 'visitor'"), "0");
  EXPECT_EQ(Count("memberships WHERE directory_id = 'forthcoffee' AND user_id = 'user1'"), "0");
  EXPECT_EQ(home(), before);
}

TEST_F(PurgeTest, RemovesIdempotencyRecordsAfterADay) {
  Sql("INSERT INTO hearth.idempotency (directory_id, record, create_time) VALUES"
      " ('forthcoffee', '\\x01', now() - interval '25 hours'), ('forthcoffee', '\\x02', now() - interval '23 hours')");
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_THAT(Sql("SELECT record FROM hearth.idempotency"), ElementsAre(ElementsAre("\\x02")));
}

TEST_F(PurgeTest, EmptiesADirectoryAfterThirtyDaysButKeepsItsIdAndItsAudit) {
  GivePassword(kContoso, "user1");
  Sql(std::string(
          "INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, actor_directory,"
          " actor_kind, rpc) VALUES ('contoso', gen_random_uuid(), 'x', 'allowed', 'contoso', 'person',"
          " 'r'); INSERT INTO hearth.mails (directory_id, mail_id, recipient, person, template, languages,"
          " message_id, key_id, sealed, expire_time) VALUES ('contoso', '00000000-0000-4000-8000-000000000001',"
          " 'a@b.example', '', 1, '', 'x', 'k1', '\\x00', now() + interval '1 hour');"
          " INSERT INTO hearth.outbox (directory_id, mail_id) VALUES ('contoso', "
          "'00000000-0000-4000-8000-000000000001');"
          " INSERT INTO hearth.sign_in_counts (directory_id, subject, user_id) VALUES ('contoso', sha256('s'), "
          "'user1');"
          " INSERT INTO hearth.sign_in_policies (directory_id, lockout_threshold, lockout_duration,"
          " max_lockout_duration, familiar_source_lifetime) VALUES ('contoso', 10, '1 min', '1 hour', '30 days');"
          " INSERT INTO hearth.familiar_sources (directory_id, user_id, source) VALUES ('contoso', 'user1',"
          " sha256('s'));"
          " INSERT INTO hearth.mail_settings (directory_id) VALUES ('contoso');"
          " INSERT INTO hearth.invitations (directory_id, user_id, digest, address, inviter, expire_time) VALUES"
          " ('contoso', 'pending', '\\x00', 'a@b.example', 'user1', now());"
          " INSERT INTO hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
          " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets)"
          " VALUES ('contoso', 2, 1, '{}', 1, '{}', '', '{}', 3600, false, false);"
          " UPDATE hearth.directories SET delete_time = ") +
      kLongAgo + " WHERE directory_id = 'contoso'");
  const std::string forth = Count("users WHERE directory_id = 'forthcoffee'");
  ASSERT_THAT(Purge(), IsOk());
  for (const std::string table :
       {"users", "role_assignments", "administrative_units", "groups", "custom_roles", "credentials", "domains",
        "trusted_issuers", "service_accounts", "idempotency", "mails", "outbox", "mail_settings", "memberships",
        "invitations", "guest_policies", "sign_in_counts", "sign_in_policies", "familiar_sources"}) {
    EXPECT_EQ(Count(table + " WHERE directory_id = 'contoso'"), "0") << table;
  }
  EXPECT_EQ(Count("memberships WHERE resource_directory_id = 'contoso'"), "0")
      << "home's people are guests there no more";
  EXPECT_EQ(Count("directories WHERE directory_id = 'contoso' AND purged"), "1");
  EXPECT_EQ(Count("audit_events WHERE directory_id = 'contoso'"), "1");
  EXPECT_EQ(Count("users WHERE directory_id = 'forthcoffee'"), forth);
  EXPECT_EQ(Person(kForth, "visitor").home.directory, kContoso);
  EXPECT_THAT(Purge(), IsOk());
}

TEST_F(PurgeTest, KeepsADirectoryThatCanStillBeRestored) {
  Sql("UPDATE hearth.directories SET delete_time = now() - interval '29 days' WHERE directory_id = 'contoso'");
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_EQ(Count("directories WHERE purged"), "0");
  EXPECT_NE(Count("users WHERE directory_id = 'contoso'"), "0");
}

TEST_F(PurgeTest, SeveralServersCanSweepAtOnce) {
  Sql(std::string("UPDATE hearth.directories SET delete_time = ") + kLongAgo + " WHERE directory_id = 'contoso'");
  RunTogether({[&] { EXPECT_THAT(Purge(), IsOk()); }, [&] { EXPECT_THAT(Purge(), IsOk()); },
               [&] { EXPECT_THAT(Purge(), IsOk()); }});
  EXPECT_EQ(Count("directories WHERE purged"), "1");
}

}  // namespace
}  // namespace hearth::test
