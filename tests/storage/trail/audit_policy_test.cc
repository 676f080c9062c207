#include "server/trail/audit_policy_desk.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "server/trail/sweep.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kDay = 24 * 3600;

class AuditPolicyTest : public TrailFixture {
 protected:
  absl::StatusOr<v1::UpdateAuditPolicyResponse> Update(int64_t days, int64_t personal_days,
                                                       const std::string& etag = "") {
    v1::UpdateAuditPolicyRequest request;
    request.mutable_audit_policy()->set_name("directories/forthcoffee/auditPolicy");
    request.mutable_audit_policy()->set_etag(etag);
    if (days > 0) request.mutable_audit_policy()->mutable_retention()->set_seconds(days * kDay);
    if (personal_days > 0)
      request.mutable_audit_policy()->mutable_personal_retention()->set_seconds(personal_days * kDay);
    return desk_.UpdateAuditPolicy(By(ForthAdmin(), request), request);
  }
  v1::AuditPolicy Get() {
    v1::GetAuditPolicyRequest request;
    request.set_name("directories/forthcoffee/auditPolicy");
    const auto response = desk_.GetAuditPolicy(By(ForthAdmin(), request), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->audit_policy() : v1::AuditPolicy();
  }
  // Makes the rows up to this one older.
  void Age(int upto, int days) {
    const std::string where = absl::StrCat(
        " WHERE event_id IN (SELECT event_id FROM hearth.audit_unsealed ORDER BY position LIMIT ", upto, ")");
    Tamper(absl::StrCat("UPDATE hearth.audit_events SET create_time = now() - interval '", days, " days'", where,
                        "; UPDATE hearth.audit_personal SET create_time = now() - interval '", days, " days'", where));
  }
  // Seals a row as if it had been at `time`, an SQL expression.
  void SealAt(const std::string& time) {
    WriteRows(1);
    TreeHead head = Seal().at(0);
    const std::string micros = Sql("SELECT hearth.micros(" + time + ")")[0][0];
    int64_t number = 0;
    ASSERT_TRUE(absl::SimpleAtoi(micros, &number));
    head.seal_time = absl::FromUnixMicros(number);
    signer_.Sign(head);
    Tamper(absl::StrCat("UPDATE hearth.audit_heads SET seal_time = 'epoch'::timestamptz + ", number,
                        " * interval '1 microsecond', signature = '\\x", absl::BytesToHexString(head.signature),
                        "' WHERE size = ", head.size));
  }
  std::string Heads() { return Sql("SELECT string_agg(size::text, ' ' ORDER BY size) FROM hearth.audit_heads")[0][0]; }
  std::string Count(const std::string& table) { return Sql("SELECT count(*) FROM hearth." + table)[0][0]; }

  AuditPolicyDesk desk_{&database(), &keyring()};
};

TEST_F(AuditPolicyTest, BeginsWithAYearAndChanges) {
  EXPECT_EQ(Get().retention().seconds(), 365 * kDay);
  EXPECT_EQ(Get().personal_retention().seconds(), 365 * kDay);
  EXPECT_FALSE(Get().has_update_time());
  ASSERT_THAT(Update(400, 0), IsOk());
  EXPECT_EQ(Get().retention().seconds(), 400 * kDay);
  EXPECT_EQ(Get().personal_retention().seconds(), 365 * kDay);
  EXPECT_EQ(Get().etag(), "1");
  EXPECT_THAT(Update(0, 90, "0"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  ASSERT_THAT(Update(0, 90, "1"), IsOk());
  EXPECT_EQ(Get().personal_retention().seconds(), 90 * kDay);
}

TEST_F(AuditPolicyTest, PersonalDataGoesAndTheProofStays) {
  WriteRows(4);
  Age(2, 100);
  const TreeHead head = Seal().at(0);
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Count("audit_personal"), "4");
  ASSERT_THAT(Update(0, 90), IsOk());
  Seal();
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_THAT(Sql("SELECT target FROM hearth.audit_personal WHERE target LIKE 'row-%' ORDER BY target"),
              ElementsAre(ElementsAre("row-2"), ElementsAre("row-3")));
  EXPECT_EQ(Count("audit_events"), "5");
  EXPECT_EQ(Verify(&head).finding(), v1::VerifyAuditResponse::FINDING_INTACT);
}

TEST_F(AuditPolicyTest, OldRowsGoFromTheBeginningAndTheProofStays) {
  WriteRows(5);
  Age(3, 100);
  const TreeHead head = Seal().at(0);
  ASSERT_THAT(Update(60, 0), IsOk());
  Seal();
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Count("audit_events"), "3");
  EXPECT_EQ(Count("audit_personal"), "3");
  EXPECT_EQ(Count("audit_leaves"), "6");
  const auto found = Verify(&head);
  EXPECT_EQ(found.finding(), v1::VerifyAuditResponse::FINDING_INTACT) << found.ShortDebugString();
  EXPECT_EQ(found.removed(), 3);

  v1::ListAuditEventsRequest request;
  request.set_parent("directories/forthcoffee");
  auto page = audit_.ListAuditEvents(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->audit_events_size(), 3);
  EXPECT_EQ(page->audit_events(0).sequence(), 3);
  request.set_show_removed(true);
  page = audit_.ListAuditEvents(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->audit_events_size(), 6);
  EXPECT_FALSE(page->audit_events(0).has_create_time());
  EXPECT_EQ(page->audit_events(0).leaf_hash().size(), 64u);
}

TEST_F(AuditPolicyTest, OldHeadsAreThinnedAndTheProofStays) {
  const std::string day = "date_trunc('day', now() - interval '400 days', 'UTC') + interval ";
  const std::string hour = "date_trunc('hour', now() - interval '3 days', 'UTC') + interval ";
  for (const std::string& time :
       {day + "'1 hour'", day + "'5 hours'", day + "'25 hours'", hour + "'1 minute'", hour + "'2 minutes'",
        hour + "'61 minutes'", std::string("now() - interval '1 minute'"), std::string("now()")}) {
    SealAt(time);
  }
  EXPECT_EQ(Heads(), "1 2 3 4 5 6 7 8");
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Heads(), "2 3 5 6 7 8") << "the last of each day, of each hour, and all of today";
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Heads(), "2 3 5 6 7 8");
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);

  // None of those that are left stands for nothing: not even the owner removes one.
  const Scope forth = {kForth};
  for (const std::string size : {"2", "3", "5", "6", "7", "8"}) {
    EXPECT_FALSE(SqlAsApp(&forth, "DELETE FROM hearth.audit_heads WHERE size = " + size).ok()) << size;
  }
}

// A policy that keeps less thins more: from a head an hour to a head a day.
TEST_F(AuditPolicyTest, HeadsFollowThePolicy) {
  const std::string day = "date_trunc('day', now() - interval '100 days', 'UTC') + interval ";
  for (const std::string& time :
       {day + "'1 hour'", day + "'1 hour 1 second'", day + "'5 hours'", std::string("now()")}) {
    SealAt(time);
  }
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Heads(), "2 3 4");
  ASSERT_THAT(Update(60, 0), IsOk());
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Heads(), "3 4");
}

TEST_F(AuditPolicyTest, NothingGoesBeforeItsTimeWhoeverAsks) {
  WriteRows(2);
  Seal();
  const Scope forth = {kForth};
  for (const std::string table : {"audit_events", "audit_personal"}) {
    EXPECT_FALSE(SqlAsApp(&forth, "DELETE FROM hearth." + table).ok());
    Sql("DO $$ BEGIN DELETE FROM hearth." + table +
        "; RAISE 'was removed'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$");
  }
  EXPECT_EQ(Count("audit_events"), "2");
}

// The schema holds the least that a policy may keep.
TEST_F(AuditPolicyTest, ThirtyDaysAreTheLeast) {
  const Scope forth = {kForth};
  EXPECT_FALSE(SqlAsApp(&forth,
                        "INSERT INTO hearth.audit_policies (directory_id, retention, personal_retention)"
                        " VALUES ('forthcoffee', 3600, 31536000)")
                   .ok());
}

TEST_F(AuditPolicyTest, EventsGoAfterAWeekFromTheBeginning) {
  Sql("INSERT INTO hearth.events (directory_id, sequence, type, user_id, user_principal_name, txn, create_time)"
      " SELECT 'forthcoffee', n, 1, 'user1', 'x', gen_random_uuid(), now() - interval '10 days' + n * interval '1 day' "
      "+ interval '1 hour'"
      " FROM generate_series(1, 9) n;"
      "INSERT INTO hearth.event_streams (directory_id, last) VALUES ('forthcoffee', 9)");
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_THAT(Sql("SELECT min(sequence), count(*) FROM hearth.events"), ElementsAre(ElementsAre("3", "7")));
  EXPECT_THAT(Sql("SELECT removed FROM hearth.event_streams"), ElementsAre(ElementsAre("2")));
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_THAT(Sql("SELECT removed FROM hearth.event_streams"), ElementsAre(ElementsAre("2")));
}

}  // namespace
}  // namespace hearth::test
