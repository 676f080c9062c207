// What a superuser does to the log is found, and the first bad row is named.
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using Response = v1::VerifyAuditResponse;

class TamperTest : public TrailFixture {
 protected:
  // Ten rows, sealed in two batches.
  TamperTest() {
    WriteRows(6);
    first_ = Seal().at(0);
    Sql("CREATE TABLE six_trees AS SELECT * FROM hearth.audit_trees");
    WriteRows(4);
    second_ = Seal().at(0);
    EXPECT_EQ(Verify().finding(), Response::FINDING_INTACT);
  }
  std::string Of(int sequence) {
    return absl::StrCat(
        "directory_id = 'forthcoffee' AND event_id = (SELECT event_id FROM hearth.audit_leaves WHERE"
        " directory_id = 'forthcoffee' AND sequence = ",
        sequence, ")");
  }
  void ExpectFound(Response::Finding finding, int64_t first_bad, const TreeHead* kept = nullptr) {
    const Response found = Verify(kept);
    EXPECT_EQ(found.finding(), finding) << found.ShortDebugString();
    EXPECT_EQ(found.first_bad(), first_bad) << found.ShortDebugString();
  }

  TreeHead first_, second_;
};

TEST_F(TamperTest, AnIntactLogIsSaidToBe) {
  const Response found = Verify(&first_);
  EXPECT_EQ(found.finding(), Response::FINDING_INTACT);
  EXPECT_EQ(found.checked(), 10);
  EXPECT_EQ(found.first_bad(), -1);
}

TEST_F(TamperTest, EveryColumnOfARowCounts) {
  for (const std::string change : {"create_time = create_time - interval '1 second'", "action = 'other.action'",
                                   "verdict = 'failed'", "reason = 'CONFLICT'", "actor_directory = 'contoso'",
                                   "actor_kind = 'service'", "rpc = 'x'", "trace_id = 'x'", "through_service = 'x'"}) {
    Tamper("CREATE TEMP TABLE saved AS SELECT * FROM hearth.audit_events WHERE " + Of(4) +
           "; UPDATE hearth.audit_events SET " + change + " WHERE " + Of(4));
    ExpectFound(Response::FINDING_ROW_CHANGED, 4);
    Tamper("DELETE FROM hearth.audit_events WHERE " + Of(4) +
           "; INSERT INTO hearth.audit_events SELECT * FROM saved; DROP TABLE saved");
    ExpectFound(Response::FINDING_INTACT, -1);
  }
  for (const std::string change :
       {"actor = 'x'", "target = 'x'", "target_principal_name = 'x'", "peer = 'x'", "salt = sha256('x')"}) {
    Tamper("CREATE TEMP TABLE saved AS SELECT * FROM hearth.audit_personal WHERE " + Of(4) +
           "; UPDATE hearth.audit_personal SET " + change + " WHERE " + Of(4));
    ExpectFound(Response::FINDING_PERSONAL_CHANGED, 4);
    Tamper("DELETE FROM hearth.audit_personal WHERE " + Of(4) +
           "; INSERT INTO hearth.audit_personal SELECT * FROM saved; DROP TABLE saved");
  }
  ExpectFound(Response::FINDING_INTACT, -1);
}

TEST_F(TamperTest, RowsThatAreGone) {
  Tamper("DELETE FROM hearth.audit_events WHERE " + Of(7));
  const Response found = Verify();
  EXPECT_EQ(found.finding(), Response::FINDING_ROW_MISSING);
  EXPECT_EQ(found.first_bad(), 7);
  EXPECT_THAT(found.first_bad_name(), testing::StartsWith("directories/forthcoffee/auditEvents/"));
}

TEST_F(TamperTest, PersonalDataThatIsGoneBeforeItsTime) {
  Tamper("DELETE FROM hearth.audit_personal WHERE " + Of(2));
  ExpectFound(Response::FINDING_PERSONAL_CHANGED, 2);
}

TEST_F(TamperTest, RowsInAnotherOrder) {
  Tamper(
      "UPDATE hearth.audit_leaves SET sequence = 100 WHERE directory_id = 'forthcoffee' AND sequence = 8;"
      "UPDATE hearth.audit_leaves SET sequence = 8 WHERE directory_id = 'forthcoffee' AND sequence = 7;"
      "UPDATE hearth.audit_leaves SET sequence = 7 WHERE directory_id = 'forthcoffee' AND sequence = 100");
  ExpectFound(Response::FINDING_ROOT_DIFFERS, 6);  // The batch of 6 to 9.
}

// As if the policy had removed them: the leaf is not looked at behind, but the root is.
TEST_F(TamperTest, RowsThatAreRemovedAndALeafRewritten) {
  Tamper("DELETE FROM hearth.audit_events WHERE " + Of(0) + "; DELETE FROM hearth.audit_events WHERE " + Of(1) +
         "; UPDATE hearth.audit_leaves SET leaf_hash = sha256('x') WHERE sequence = 1;"
         "UPDATE hearth.audit_trees SET removed = 2");
  ExpectFound(Response::FINDING_ROOT_DIFFERS, 0);  // The batch of 0 to 5.
}

TEST_F(TamperTest, ALeafThatIsGone) {
  Tamper("DELETE FROM hearth.audit_leaves WHERE sequence = 3");
  ExpectFound(Response::FINDING_ROW_MISSING, 3);
}

TEST_F(TamperTest, ATailThatIsCut) {
  Tamper("DELETE FROM hearth.audit_leaves WHERE sequence >= 8");
  ExpectFound(Response::FINDING_TAIL_CUT, 8);
}

// All that the database has says that there were six rows; only who kept a head knows better.
TEST_F(TamperTest, ATailThatIsCutWithAllThatTellsOfIt) {
  Tamper(
      "DELETE FROM hearth.audit_events WHERE event_id IN (SELECT event_id FROM hearth.audit_leaves WHERE sequence >= "
      "6);"
      "DELETE FROM hearth.audit_personal p WHERE NOT EXISTS (SELECT 1 FROM hearth.audit_events e WHERE e.event_id = "
      "p.event_id);"
      "DELETE FROM hearth.audit_leaves WHERE sequence >= 6; DELETE FROM hearth.audit_heads WHERE size > 6;"
      "UPDATE hearth.audit_trees t SET size = s.size, frontier = s.frontier FROM six_trees s WHERE s.directory_id = "
      "t.directory_id");
  ExpectFound(Response::FINDING_INTACT, -1);
  ExpectFound(Response::FINDING_INTACT, -1, &first_);
  ExpectFound(Response::FINDING_TAIL_CUT, 6, &second_);
  v1::GetAuditCheckpointRequest request;
  request.set_name("directories/forthcoffee");
  request.set_kept_size(second_.size);
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_AUDIT_LOG_SHORTER));
}

TEST_F(TamperTest, HeadsThatAreForgedOrGone) {
  Tamper("UPDATE hearth.audit_heads SET root_hash = sha256('x') WHERE size = 6");
  ExpectFound(Response::FINDING_HEAD_FORGED, -1);
  Tamper("DELETE FROM hearth.audit_heads");
  ExpectFound(Response::FINDING_TAIL_CUT, 0);
}

// A backup that is restored and goes on: other rows take the places of those that were lost.
TEST_F(TamperTest, ALogThatWentOnFromABackup) {
  Sql("CREATE TABLE saved_trees AS SELECT * FROM hearth.audit_trees");
  WriteRows(3);
  const TreeHead lost = Seal().at(0);
  Tamper(
      "DELETE FROM hearth.audit_events WHERE event_id IN (SELECT event_id FROM hearth.audit_leaves WHERE sequence >= "
      "10);"
      "DELETE FROM hearth.audit_unsealed; DELETE FROM hearth.audit_leaves WHERE sequence >= 10; DELETE FROM "
      "hearth.audit_heads WHERE size > 10;"
      "UPDATE hearth.audit_trees t SET size = s.size, frontier = s.frontier FROM saved_trees s"
      " WHERE s.directory_id = t.directory_id");
  WriteRows(static_cast<int>(lost.size) - 10);
  const TreeHead now = Seal().at(0);
  EXPECT_EQ(now.size, lost.size);
  ExpectFound(Response::FINDING_INTACT, -1);
  // The row after the last head before it.
  ExpectFound(Response::FINDING_FORKED, 10, &lost);
  EXPECT_THAT(Verify(&lost).first_bad_name(), testing::StartsWith("directories/forthcoffee/auditEvents/"));
  EXPECT_THAT(Verify(&lost).detail(), testing::HasSubstr(absl::FormatTime("sealed after %Y-%m-%dT%H:%M:%SZ",
                                                                          second_.seal_time, absl::UTCTimeZone())));
}

TEST_F(TamperTest, ARowThatWasSmuggledPastTheSealer) {
  Tamper(
      "INSERT INTO hearth.audit_events (directory_id, event_id, create_time, action, verdict, actor_directory, "
      "actor_kind, rpc)"
      " VALUES ('forthcoffee', gen_random_uuid(), now() - interval '5 minutes', 'x', 'allowed', 'forthcoffee', "
      "'person', 'r')");
  ExpectFound(Response::FINDING_ROW_UNSEALED, -1);
}

TEST_F(TamperTest, ARowThatWasRemovedBeforeItWasSealed) {
  WriteRows(1);
  Tamper("DELETE FROM hearth.audit_events WHERE event_id IN (SELECT event_id FROM hearth.audit_unsealed)");
  ExpectFound(Response::FINDING_ROW_UNSEALED, -1);
}

// What the tree says of itself is nobody's word. Rows that it calls removed are in no list.
TEST_F(TamperTest, RowsOfTodayThatAreSaidToBeRemoved) {
  Tamper("UPDATE hearth.audit_trees SET removed = 6 WHERE directory_id = 'forthcoffee'");
  ExpectFound(Response::FINDING_ROW_MISSING, 0);
  Tamper(
      "DELETE FROM hearth.audit_personal WHERE event_id IN (SELECT event_id FROM hearth.audit_leaves WHERE sequence < "
      "6);"
      "DELETE FROM hearth.audit_events WHERE event_id IN (SELECT event_id FROM hearth.audit_leaves WHERE sequence < "
      "6)");
  const Response found = Verify();
  EXPECT_EQ(found.finding(), Response::FINDING_ROW_MISSING);
  EXPECT_EQ(found.first_bad(), 0);
  EXPECT_THAT(found.detail(), testing::HasSubstr("the head over it was signed at"));
  EXPECT_THAT(found.first_bad_name(), testing::StartsWith("directories/forthcoffee/auditEvents/"));
}

// Also when a policy is written that lets it go.
TEST_F(TamperTest, PersonalDataOfTodayUnderAPolicyThatNobodyMayHave) {
  Tamper("DELETE FROM hearth.audit_personal WHERE " + Of(2) +
         "; ALTER TABLE hearth.audit_policies DROP CONSTRAINT audit_policies_personal_retention_check;"
         "INSERT INTO hearth.audit_policies (directory_id, retention, personal_retention) VALUES ('forthcoffee', "
         "31536000, 0)");
  ExpectFound(Response::FINDING_PERSONAL_CHANGED, 2);
}

TEST_F(TamperTest, ATreeThatStandsElsewhereThanItsLeavesEnd) {
  Tamper("UPDATE hearth.audit_trees SET frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1)");
  ExpectFound(Response::FINDING_ROOT_DIFFERS, -1);
}

}  // namespace
}  // namespace hearth::test
