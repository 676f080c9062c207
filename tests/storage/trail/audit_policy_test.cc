#include "server/trail/audit_policy_desk.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "hearth/client/audit_log.h"
#include "server/audit/audit_proto.h"
#include "server/audit/log_store.h"
#include "server/base/status_macros.h"
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
  // Signs a head again, as if it had been at `time`, an SQL expression.
  void Redate(TreeHead head, const std::string& time) {
    const std::string micros = Sql("SELECT hearth.micros(" + time + ")")[0][0];
    int64_t number = 0;
    ASSERT_TRUE(absl::SimpleAtoi(micros, &number));
    head.seal_time = absl::FromUnixMicros(number);
    signer_.Sign(head);
    Tamper(absl::StrCat("UPDATE hearth.audit_heads SET seal_time = 'epoch'::timestamptz + ", number,
                        " * interval '1 microsecond', signature = '\\x", absl::BytesToHexString(head.signature),
                        "' WHERE size = ", head.size));
  }
  // Seals a row as if it had been at `time`.
  void SealAt(const std::string& time) {
    WriteRows(1);
    Redate(Seal().at(0), time);
  }
  // Writes rows and seals them, as it was so many days ago.
  void WriteRowsAgo(int count, int days) {
    WriteRows(count);
    Age(count, days);
    Redate(Seal().at(0), absl::StrCat("now() - interval '", days, " days'"));
  }
  // What the client library says of all that the directory exports, with every head of it.
  absl::Status VerifyOutside(client::AuditLogVerifier& verifier) {
    std::vector<TreeHead> heads;
    RETURN_IF_ERROR(database().Read({kForth}, Soon(), [&](Tx& tx) {
      heads = ReadHeads(tx, kForth, 0, FindTree(tx, kForth).size);
      return absl::OkStatus();
    }));
    for (const TreeHead& head : heads) RETURN_IF_ERROR(verifier.AddCheckpoint(ToProto(head)));
    v1::ListAuditEventsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_show_removed(true);
    ASSIGN_OR_RETURN(const auto page, audit_.ListAuditEvents(By(ForthAdmin(), request), request));
    for (const v1::AuditEvent& row : page.audit_events()) RETURN_IF_ERROR(verifier.AddRow(row));
    return verifier.Finish();
  }
  std::map<std::string, std::string> Keys() {
    return {{keyring().current(), ToHex(signer_.PublicKey(keyring().current()))}};
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
  WriteRowsAgo(3, 100);
  WriteRows(2);
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

// Who trusts nobody sees it the same way: what retention removed and erased is proved by old heads, and what somebody else did is found.
TEST_F(AuditPolicyTest, WhatThePolicyLeavesIsProvedOutside) {
  WriteRowsAgo(3, 100);
  WriteRowsAgo(2, 50);
  WriteRows(2);
  ASSERT_THAT(Update(60, 40), IsOk());
  Seal();
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  client::AuditLogVerifier verifier(Keys(), absl::Now());
  EXPECT_THAT(VerifyOutside(verifier), IsOk());
  EXPECT_EQ(verifier.rows(), 8);
  EXPECT_EQ(verifier.proved(), 8);
  EXPECT_EQ(verifier.removed(), 3);
  EXPECT_EQ(verifier.erased(), 2);
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);

  // As if the policy had gone on.
  Tamper(
      "DELETE FROM hearth.audit_personal p USING hearth.audit_leaves l WHERE l.event_id = p.event_id AND l.sequence < "
      "6;"
      "DELETE FROM hearth.audit_events e USING hearth.audit_leaves l WHERE l.event_id = e.event_id AND l.sequence < 6;"
      "UPDATE hearth.audit_trees SET removed = 6");
  client::AuditLogVerifier removed(Keys(), absl::Now());
  const absl::Status found = VerifyOutside(removed);
  EXPECT_EQ(found.code(), absl::StatusCode::kFailedPrecondition) << found;
  EXPECT_THAT(std::string(found.message()), testing::StartsWith("Row 5 ("));
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_ROW_MISSING);
  EXPECT_EQ(Verify().first_bad(), 5);
  Tamper(
      "DELETE FROM hearth.audit_personal p USING hearth.audit_leaves l WHERE l.event_id = p.event_id AND l.sequence = "
      "6");
  client::AuditLogVerifier erased(Keys(), absl::Now());
  EXPECT_THAT(std::string(VerifyOutside(erased).message()), testing::HasSubstr("Row 6 ("));
}

// A row's own time is nobody's word: it goes only once a head over it is as old.
TEST_F(AuditPolicyTest, ARowThatWasSealedLateStaysSoMuchLonger) {
  WriteRows(3);
  Age(3, 400);
  Seal();
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Count("audit_events"), "3");
  EXPECT_EQ(Count("audit_personal"), "0");
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);
}

TEST_F(AuditPolicyTest, WhatAShorterPolicyTookIsNoFindingUnderALongerOne) {
  WriteRowsAgo(2, 100);
  ASSERT_THAT(Update(0, 90), IsOk());
  Seal();
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(Count("audit_personal"), "1");
  ASSERT_THAT(Update(0, 365), IsOk());
  Seal();
  const auto found = Verify();
  EXPECT_EQ(found.finding(), v1::VerifyAuditResponse::FINDING_INTACT) << found.ShortDebugString();
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
