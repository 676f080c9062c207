// The walls in the database itself: each holds with every check of the server switched off, for only SQL is spoken here.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class WallsTest : public Fixture {
 protected:
  // Every table that holds a directory's data.
  std::vector<std::string> Tables() {
    std::vector<std::string> tables;
    for (const auto& row : Sql("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                               " WHERE c.relnamespace = 'hearth'::regnamespace AND c.relkind IN ('r', 'p')"
                               " AND a.attname = 'directory_id' ORDER BY 1")) {
      tables.push_back(row[0]);
    }
    return tables;
  }
  // How callers, homes and work are found before a directory is known.
  static bool ReadableByAll(const std::string& table) {
    return table == "certificate_identities" || table == "directories" || table == "domains" ||
           table == "trusted_issuers" || table == "outbox" || table == "audit_unsealed" || table == "event_queue" ||
           table == "home_news";
  }
  // Puts a row of Contoso into the tables that begin empty.
  void FillContoso() {
    GivePassword(kContoso, "user1");
    MakeUnit(kContoso, "board", true, {"user1"});
    MakeGroup(kContoso, "on-call", {"user1"}, {"reports_reader"});
    Sql("INSERT INTO hearth.bootstrap_tokens (directory_id, digest, expire_time) VALUES ('platform', '\\x01', now());"
        "INSERT INTO hearth.certificate_identities (directory_id, service_account_id, identity)"
        " VALUES ('contoso', 'backend', 'spiffe://contoso.com/backend');"
        "INSERT INTO hearth.idempotency (directory_id, record) VALUES ('contoso', '\\x01');"
        "INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, actor_directory, actor_kind, "
        "rpc) VALUES ('contoso', gen_random_uuid(), 'x', 'allowed', 'contoso', 'person', 'r');"
        "INSERT INTO hearth.audit_personal (directory_id, event_id, salt, actor, target, target_principal_name, peer)"
        " VALUES ('contoso', gen_random_uuid(), sha256('s'), 'a', '', '', '');"
        "INSERT INTO hearth.audit_leaves (directory_id, sequence, event_id, personal_digest, leaf_hash)"
        " VALUES ('contoso', 0, gen_random_uuid(), sha256('p'), sha256('l'));"
        "INSERT INTO hearth.audit_nodes (directory_id, level, place, hash) VALUES ('contoso', 1, 0, sha256('n'));"
        "INSERT INTO hearth.audit_trees (directory_id) VALUES ('contoso');"
        "INSERT INTO hearth.audit_decoys (directory_id, event_id, filling) VALUES ('contoso', gen_random_uuid(), 'x');"
        "INSERT INTO hearth.audit_heads (directory_id, size, root_hash, seal_time, key_id, signature)"
        " VALUES ('contoso', 1, sha256('r'), now(), 'k1', sha256('a') || sha256('b'));"
        "INSERT INTO hearth.audit_policies (directory_id, retention, personal_retention)"
        " VALUES ('contoso', 2592000, 2592000);"
        "INSERT INTO hearth.events (directory_id, type, user_id, user_principal_name, txn)"
        " VALUES ('contoso', 1, 'user1', 'x', gen_random_uuid());"
        "INSERT INTO hearth.event_queue (directory_id, position) VALUES ('contoso', 0);"
        "INSERT INTO hearth.event_streams (directory_id) VALUES ('contoso');"
        "INSERT INTO hearth.home_news (directory_id) VALUES ('contoso');"
        "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, place)"
        " VALUES ('contoso', 'portal', 'https://portal.example', 'a', 0);"
        "INSERT INTO hearth.mails (directory_id, mail_id, recipient, person, template, languages, message_id, key_id, "
        "sealed,"
        " expire_time) VALUES ('contoso', '00000000-0000-4000-8000-000000000001', 'a@b.example', '', 1, '', 'x', 'k1',"
        " '\\x00', now() + interval '1 hour');"
        "INSERT INTO hearth.outbox (directory_id, mail_id) VALUES ('contoso', '00000000-0000-4000-8000-000000000001');"
        "INSERT INTO hearth.mail_settings (directory_id) VALUES ('contoso');"
        "INSERT INTO hearth.invitations (directory_id, user_id, digest, address, inviter, expire_time) VALUES"
        " ('contoso', 'pending', '\\x00', 'a@b.example', 'user1', now());"
        "INSERT INTO hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
        " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets) "
        "VALUES"
        " ('contoso', 2, 1, '{}', 1, '{}', '', '{}', 3600, false, false);"
        "INSERT INTO hearth.reset_policies (directory_id, policy) VALUES ('contoso', '{}');"
        "INSERT INTO hearth.password_policies (directory_id, policy, history) VALUES ('contoso', '{}', 0);"
        "INSERT INTO hearth.password_history (directory_id, user_id, home_directory_id, version, phc, pepper_key_id)"
        " VALUES ('contoso', 'user1', 'contoso', 1, 'x', 'k');"
        "INSERT INTO hearth.reset_intents (directory_id, handle_digest, request_digest, identifier_digest, sealed,"
        " call_id, caller_directory, caller, caller_kind, peer, trace_id) VALUES ('contoso', sha256('h'), sha256('r'),"
        " sha256('i'), '\\x00', gen_random_uuid(), 'contoso', 'backend', 'service', '', '');"
        "INSERT INTO hearth.reset_tokens (directory_id, user_id, home_directory_id, link_digest, person_digest,"
        " needs_both, link_expire_time, code_expire_time) VALUES ('contoso', 'user1', 'contoso', sha256('l'), "
        "sha256('p'),"
        " false, now(), now());"
        "INSERT INTO hearth.reset_limits (directory_id, subject, kind, count, window_start) VALUES ('contoso',"
        " sha256('s'), 1, 1, now());"
        "INSERT INTO hearth.sign_in_policies (directory_id, lockout_threshold, lockout_duration, max_lockout_duration,"
        " familiar_source_lifetime) VALUES ('contoso', 10, '1 min', '1 hour', '30 days');"
        "INSERT INTO hearth.sign_in_counts (directory_id, subject) VALUES ('contoso', sha256('s'));"
        "INSERT INTO hearth.familiar_sources (directory_id, user_id, source) VALUES ('contoso', 'user1', sha256('s'));"
        "INSERT INTO hearth.reset_requests (directory_id, reset_request_id, user_id, asked_through, language,"
        " expire_time) VALUES ('contoso', 'r1', 'user1', 'backend', '', now() + interval '1 hour')");
  }
  std::string CountOfContoso(const std::string& table) {
    return Sql("SELECT count(*) FROM hearth." + table + " WHERE directory_id = 'contoso'")[0][0];
  }

  const Scope forth_ = {kForth};
};

MATCHER_P(FailsWith, sqlstate, "") {
  *result_listener << arg.status().ToString();
  return !arg.ok() && arg.status().message().find(sqlstate) == 0;
}

TEST_F(WallsTest, EveryTableOfADirectoryHasForcedRowLevelSecurity) {
  EXPECT_THAT(Tables(),
              ElementsAre("administrative_unit_members", "administrative_units", "audit_decoys", "audit_events",
                          "audit_heads", "audit_leaves", "audit_nodes", "audit_personal", "audit_policies",
                          "audit_trees", "audit_unsealed", "bootstrap_tokens", "certificate_identities", "credentials",
                          "custom_roles", "directories", "domains", "event_queue", "event_receivers", "event_streams",
                          "events", "familiar_sources", "group_members", "group_role_assignments", "groups",
                          "guest_policies", "home_news", "idempotency", "invitations", "mail_settings", "mails",
                          "memberships", "outbox", "password_history", "password_policies", "reset_intents",
                          "reset_limits", "reset_policies", "reset_requests", "reset_tokens", "role_assignments",
                          "service_accounts", "sign_in_counts", "sign_in_policies", "trusted_issuers", "users"));
  EXPECT_THAT(Sql("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                  " WHERE c.relnamespace = 'hearth'::regnamespace AND c.relkind IN ('r', 'p')"
                  " AND a.attname = 'directory_id' AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS"
                  " (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid"
                  "  AND pg_get_expr(p.polqual, p.polrelid) = '(directory_id = ANY (( SELECT hearth.served() AS "
                  "served)::text[]))'))"),
              IsEmpty());
  EXPECT_THAT(Sql("SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'hearth'::regnamespace AND c.relkind = 'v'"
                  " AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)"),
              IsEmpty());
  EXPECT_THAT(Sql("SELECT proname FROM pg_proc WHERE pronamespace = 'hearth'::regnamespace AND prosecdef"), IsEmpty());
}

TEST_F(WallsTest, TheServersRoleOwnsNothingAndBypassesNothing) {
  EXPECT_THAT(Sql("SELECT relname FROM pg_class WHERE relowner = 'hearth_app'::regrole"), IsEmpty());
  EXPECT_THAT(Sql("SELECT proname FROM pg_proc WHERE proowner = 'hearth_app'::regrole"), IsEmpty());
  EXPECT_THAT(
      Sql("SELECT rolname FROM pg_roles WHERE rolname = 'hearth_app' AND (rolsuper OR rolbypassrls OR rolcreaterole"
          " OR rolcreatedb)"),
      IsEmpty());
  EXPECT_THAT(Sql("SELECT 1 FROM pg_auth_members WHERE member = 'hearth_app'::regrole"), IsEmpty());
  EXPECT_THAT(Sql("SELECT 1 WHERE has_schema_privilege('hearth_app', 'hearth', 'CREATE')"), IsEmpty());
}

TEST_F(WallsTest, KeysBeginWithTheDirectory) {
  // Certificates, domains and issuers are found before their directory is known.
  EXPECT_THAT(Sql("SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                  " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
                  " WHERE c.relnamespace = 'hearth'::regnamespace AND i.indisunique AND a.attname <> 'directory_id'"
                  " ORDER BY i.indexrelid::regclass::text"),
              ElementsAre(ElementsAre("hearth.certificate_identities_identity_key"), ElementsAre("hearth.domains_pkey"),
                          ElementsAre("hearth.migrations_pkey"), ElementsAre("hearth.trusted_issuers_audience")));
}

// Where there is a row: the scope is read when the first is looked at.
TEST_F(WallsTest, WithoutAScopeStatementsFail) {
  FillContoso();
  for (const std::string& table : Tables()) {
    if (!ReadableByAll(table)) {
      EXPECT_THAT(SqlAsApp(nullptr, "SELECT * FROM hearth." + table), FailsWith("42704")) << table;
    }
    if (table.starts_with("audit_") && table != "audit_policies") continue;  // Cannot be changed at all.
    EXPECT_THAT(SqlAsApp(nullptr, "UPDATE hearth." + table + " SET directory_id = directory_id"), Not(IsOk())) << table;
  }
}

TEST_F(WallsTest, ADirectorysScopeShowsNothingOfAnother) {
  FillContoso();
  for (const std::string& table : Tables()) {
    if (table == "bootstrap_tokens") continue;  // Only the platform can have any.
    ASSERT_NE(CountOfContoso(table), "0") << table;
    if (ReadableByAll(table)) continue;
    const auto rows = SqlAsApp(&forth_, "SELECT count(*) FROM hearth." + table + " WHERE directory_id = 'contoso'");
    ASSERT_THAT(rows, IsOk());
    EXPECT_THAT(*rows, ElementsAre(ElementsAre("0"))) << table;
  }
  const auto people = SqlAsApp(&forth_, "SELECT DISTINCT directory_id FROM hearth.people");
  EXPECT_THAT(*people, ElementsAre(ElementsAre("forthcoffee")));
}

TEST_F(WallsTest, ADirectorysScopeChangesNothingOfAnother) {
  FillContoso();
  for (const std::string& table : Tables()) {
    const std::string before = CountOfContoso(table);
    for (const std::string& verb :
         {"UPDATE hearth." + table + " SET directory_id = directory_id", "DELETE FROM hearth." + table}) {
      const auto result =
          SqlAsApp(&forth_, "WITH changed AS (" + verb +
                                " WHERE directory_id = 'contoso' RETURNING 1) SELECT count(*) FROM changed");
      if (result.ok()) {
        EXPECT_THAT(*result, ElementsAre(ElementsAre("0"))) << verb;
      } else {
        EXPECT_THAT(result, FailsWith("42501")) << verb;  // Not even granted.
      }
    }
    EXPECT_EQ(CountOfContoso(table), before) << table;
  }
}

TEST_F(WallsTest, ADirectorysScopeAddsNothingToAnother) {
  const std::vector<std::string> inserts = {
      "hearth.directories (directory_id, display_name) VALUES ('fabrikam', 'x')",
      "hearth.domains (domain, directory_id) VALUES ('x.example', 'contoso')",
      "hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks) VALUES ('contoso', 'x', 'https://x', "
      "'a', '{}')",
      "hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)"
      " VALUES ('contoso', 'x', 'x@contoso.com', 'x', 1, 'contoso')",
      "hearth.role_assignments (directory_id, user_id, role) VALUES ('contoso', 'user1', 'global_administrator')",
      "hearth.administrative_units (directory_id, unit_id, display_name, restricted) VALUES ('contoso', 'x', 'x', "
      "true)",
      "hearth.groups (directory_id, group_id, display_name, role_assignable) VALUES ('contoso', 'x', 'x', true)",
      "hearth.group_members (directory_id, group_id, user_id, relation) VALUES ('contoso', 'baristas', 'user1', 1)",
      "hearth.group_role_assignments (directory_id, group_id, role) VALUES ('contoso', 'baristas', "
      "'user_administrator')",
      "hearth.custom_roles (directory_id, custom_role_id, display_name, permissions) VALUES ('contoso', 'x', 'x', "
      "'{}')",
      "hearth.administrative_unit_members (directory_id, unit_id, user_id) VALUES ('contoso', 'north', 'user1')",
      "hearth.service_accounts (directory_id, service_account_id, display_name, permissions) VALUES ('contoso', 'x', "
      "'x', '{}')",
      "hearth.bootstrap_tokens (directory_id, digest, expire_time) VALUES ('platform', '\\x01', now())",
      "hearth.certificate_identities (directory_id, service_account_id, identity) VALUES ('contoso', 'backend', "
      "'x.example')",
      "hearth.credentials (directory_id, user_id, home_directory_id, version, phc, pepper_key_id, must_change)"
      " VALUES ('contoso', 'user1', 'contoso', 1, 'x', 'k', false)",
      "hearth.idempotency (directory_id, record) VALUES ('contoso', '\\x02')",
      "hearth.audit_events (directory_id, event_id, action, verdict, actor_directory, actor_kind, rpc)"
      " VALUES ('contoso', gen_random_uuid(), 'x', 'allowed', 'contoso', 'person', 'r')",
      "hearth.audit_personal (directory_id, event_id, salt, actor, target, target_principal_name, peer)"
      " VALUES ('contoso', gen_random_uuid(), sha256('s'), 'a', '', '', '')",
      "hearth.audit_unsealed (directory_id, event_id) VALUES ('contoso', gen_random_uuid())",
      "hearth.audit_decoys (directory_id, event_id, filling) VALUES ('contoso', gen_random_uuid(), 'x')",
      "hearth.audit_leaves (directory_id, sequence, event_id, personal_digest, leaf_hash)"
      " VALUES ('contoso', 0, gen_random_uuid(), sha256('p'), sha256('l'))",
      "hearth.audit_nodes (directory_id, level, place, hash) VALUES ('contoso', 1, 0, sha256('n'))",
      "hearth.audit_trees (directory_id) VALUES ('contoso')",
      "hearth.audit_heads (directory_id, size, root_hash, seal_time, key_id, signature)"
      " VALUES ('contoso', 1, sha256('r'), now(), 'k1', sha256('a') || sha256('b'))",
      "hearth.audit_policies (directory_id, retention, personal_retention) VALUES ('contoso', 2592000, 2592000)",
      "hearth.events (directory_id, type, user_id, user_principal_name, txn)"
      " VALUES ('contoso', 1, 'user1', 'x', gen_random_uuid())",
      "hearth.event_queue (directory_id, position) VALUES ('contoso', 0)",
      "hearth.event_streams (directory_id) VALUES ('contoso')",
      "hearth.home_news (directory_id) VALUES ('contoso')",
      "hearth.event_receivers (directory_id, event_receiver_id, endpoint_uri, audience, place)"
      " VALUES ('contoso', 'portal', 'https://portal.example', 'a', 0)",
      "hearth.mails (directory_id, mail_id, recipient, person, template, languages, message_id, key_id, sealed, "
      "expire_time)"
      " VALUES ('contoso', gen_random_uuid(), 'a@b.example', '', 1, '', 'x', 'k1', '\\x00', now() + interval '1 hour')",
      "hearth.outbox (directory_id, mail_id) VALUES ('contoso', gen_random_uuid())",
      "hearth.mail_settings (directory_id) VALUES ('contoso')",
      "hearth.memberships (directory_id, user_id, resource_directory_id, guest_id)"
      " VALUES ('contoso', 'user2', 'forthcoffee', 'x')",
      "hearth.invitations (directory_id, user_id, digest, address, inviter, expire_time)"
      " VALUES ('contoso', 'user1', '\\x00', 'a@b.example', 'user1', now())",
      "hearth.guest_policies (directory_id, invite_from, inbound_rule, inbound_domains, outbound_rule,"
      " outbound_domains, redeem_uri, redirect_uris, invitation_lifetime, restrict_guests, tell_refused_resets)"
      " VALUES ('contoso', 2, 1, '{}', 1, '{}', '', '{}', 3600, false, false)",
      "hearth.reset_policies (directory_id, policy) VALUES ('contoso', '{}')",
      "hearth.password_policies (directory_id, policy, history) VALUES ('contoso', '{}', 0)",
      "hearth.password_history (directory_id, user_id, home_directory_id, version, phc, pepper_key_id)"
      " VALUES ('contoso', 'user1', 'contoso', 1, 'x', 'k')",
      "hearth.reset_intents (directory_id, handle_digest, request_digest, identifier_digest, sealed, call_id,"
      " caller_directory, caller, caller_kind, peer, trace_id) VALUES ('contoso', sha256('a'), sha256('b'), "
      "sha256('c'),"
      " '\\x00', gen_random_uuid(), 'contoso', 'backend', 'service', '', '')",
      "hearth.reset_tokens (directory_id, user_id, home_directory_id, link_digest, person_digest, needs_both,"
      " link_expire_time, code_expire_time) VALUES ('contoso', 'user1', 'contoso', sha256('a'), sha256('b'), false,"
      " now(), now())",
      "hearth.reset_limits (directory_id, subject, kind, count, window_start) VALUES ('contoso', sha256('a'), 1, 1,"
      " now())",
      "hearth.sign_in_policies (directory_id, lockout_threshold, lockout_duration, max_lockout_duration,"
      " familiar_source_lifetime) VALUES ('contoso', 10, '1 min', '1 hour', '30 days')",
      "hearth.sign_in_counts (directory_id, subject) VALUES ('contoso', sha256('s'))",
      "hearth.familiar_sources (directory_id, user_id, source) VALUES ('contoso', 'user1', sha256('s'))",
      "hearth.reset_requests (directory_id, reset_request_id, user_id, asked_through, language, expire_time)"
      " VALUES ('contoso', 'x', 'user1', 'backend', 'en', now())"};
  EXPECT_EQ(inserts.size(), Tables().size());
  for (const std::string& insert : inserts) {
    EXPECT_THAT(SqlAsApp(&forth_, "INSERT INTO " + insert), FailsWith("42501")) << insert;
  }
}

TEST_F(WallsTest, ARowCannotBeMovedToAnotherDirectory) {
  EXPECT_THAT(SqlAsApp(&forth_, "UPDATE hearth.domains SET directory_id = 'contoso' WHERE domain = 'forthcoffee.net'"),
              FailsWith("42501"));
  EXPECT_THAT(SqlAsApp(&forth_,
                       "UPDATE hearth.trusted_issuers SET directory_id = 'contoso' WHERE directory_id = 'forthcoffee'"),
              FailsWith("42501"));
}

TEST_F(WallsTest, ACredentialExistsOnlyAtHome) {
  const auto insert = [&](const std::string& user, const std::string& home) {
    return SqlAsApp(
        &forth_, absl::StrCat("INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc,"
                              " pepper_key_id, must_change) VALUES ('forthcoffee', '",
                              user, "', '", home, "', 1, 'x', 'k', false)"));
  };
  for (const std::string guest : {"visitor", "partner", "pending", "external"}) {
    EXPECT_THAT(insert(guest, kForth), FailsWith("23503")) << guest;
    EXPECT_THAT(insert(guest, kContoso), FailsWith("23514")) << guest;
  }
  EXPECT_THAT(insert("user1", kForth), IsOk());
  EXPECT_THAT(insert("contractor", kForth), IsOk());
}

// The same as the superuser, for whom there is no row-level security: the schema alone.
TEST_F(WallsTest, APersonWithACredentialCannotBeGivenAnotherHome) {
  GivePassword(kForth, "user1");
  const Scope both = {kForth, kContoso};
  EXPECT_THAT(SqlAsApp(&both,
                       "UPDATE hearth.users SET home_directory_id = 'contoso', invitation_state = 1"
                       " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'"),
              FailsWith("23503"));
  EXPECT_THAT(
      SqlAsApp(&both,
               "UPDATE hearth.users SET home_directory_id = NULL, home_issuer = 'https://x', invitation_state = 1"
               " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'"),
      FailsWith("23503"));
  EXPECT_THAT(SqlAsApp(&both,
                       "UPDATE hearth.credentials SET home_directory_id = 'contoso'"
                       " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'"),
              Not(IsOk()));
}

TEST_F(WallsTest, WhetherAUnitIsRestrictedNeverChanges) {
  EXPECT_THAT(SqlAsApp(&forth_, "UPDATE hearth.administrative_units SET restricted = true"), FailsWith("42501"));
  EXPECT_THAT(SqlAsApp(&forth_, "UPDATE hearth.administrative_units SET display_name = 'x'"), IsOk());
}

TEST_F(WallsTest, RolesOfTheWholeDirectoryAreNotHeldOnAUnit) {
  for (const std::string role : {"global_administrator", "privileged_role_administrator"}) {
    EXPECT_THAT(
        SqlAsApp(&forth_, absl::StrCat("INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id)"
                                       " VALUES ('forthcoffee', 'user1', '",
                                       role, "', 'north')")),
        FailsWith("23514"));
  }
  EXPECT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id)"
                       " VALUES ('forthcoffee', 'user1', 'helpdesk_administrator', 'nowhere')"),
              FailsWith("23503"));
}

TEST_F(WallsTest, OnlyRoleAssignableGroupsHoldRolesAndTheyStaySo) {
  ASSERT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable)"
                       " VALUES ('forthcoffee', 'choir', 'x', false)"),
              IsOk());
  EXPECT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.group_role_assignments (directory_id, group_id, role)"
                       " VALUES ('forthcoffee', 'choir', 'user_administrator')"),
              FailsWith("23503"));
  EXPECT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.group_role_assignments (directory_id, group_id, role, role_assignable)"
                       " VALUES ('forthcoffee', 'choir', 'user_administrator', false)"),
              FailsWith("23514"));
  EXPECT_THAT(SqlAsApp(&forth_, "UPDATE hearth.groups SET role_assignable = true"), FailsWith("42501"));
}

TEST_F(WallsTest, ACustomRoleThatIsHeldStays) {
  Sql("INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('forthcoffee', 'user1', "
      "'custom.auditor')");
  EXPECT_THAT(SqlAsApp(&forth_, "DELETE FROM hearth.custom_roles"), FailsWith("23503"));
  EXPECT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.role_assignments (directory_id, user_id, role)"
                       " VALUES ('forthcoffee', 'user2', 'custom.nothing')"),
              FailsWith("23503"));
  EXPECT_THAT(SqlAsApp(&forth_, "UPDATE hearth.custom_roles SET permissions = '{platform.admin}'"), FailsWith("23514"));
}

TEST_F(WallsTest, TheAuditIsOnlyAddedTo) {
  FillContoso();
  const Scope contoso = {kContoso};
  for (const std::string table : {"audit_events", "audit_personal", "audit_leaves", "audit_nodes", "audit_heads"}) {
    const std::string before = Sql("SELECT string_agg(t::text, '') FROM hearth." + table + " t")[0][0];
    for (const std::string& verb : {"UPDATE hearth." + table + " SET directory_id = directory_id",
                                    "DELETE FROM hearth." + table, "TRUNCATE hearth." + table}) {
      EXPECT_THAT(SqlAsApp(&contoso, verb), FailsWith("42501")) << verb;
      // Not even those who own the table change it by mistake.
      Sql(absl::StrCat("DO $$ BEGIN ", verb,
                       "; RAISE 'was changed'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"));
    }
    EXPECT_EQ(Sql("SELECT string_agg(t::text, '') FROM hearth." + table + " t")[0][0], before) << table;
  }
}

TEST_F(WallsTest, PlatformOperatorsAndTheirPermissionStayOnThePlatform) {
  EXPECT_THAT(SqlAsApp(&forth_,
                       "INSERT INTO hearth.role_assignments (directory_id, user_id, role)"
                       " VALUES ('forthcoffee', 'user1', 'platform_operator')"),
              FailsWith("23514"));
  EXPECT_THAT(SqlAsApp(&forth_,
                       "UPDATE hearth.service_accounts SET permissions = '{platform.admin}'"
                       " WHERE directory_id = 'forthcoffee'"),
              FailsWith("23514"));
}

}  // namespace
}  // namespace hearth::test
