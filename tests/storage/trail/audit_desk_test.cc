#include "server/trail/audit_desk.h"

#include "server/audit/audit_proto.h"
#include "server/audit/merkle.h"
#include "server/trail/sweep.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class AuditDeskTest : public TrailFixture {
 protected:
  static v1::ListAuditEventsRequest List(const std::string& filter = "", int size = 0) {
    v1::ListAuditEventsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_filter(filter);
    request.set_page_size(size);
    return request;
  }
  // The targets of all pages.
  std::vector<std::string> Targets(v1::ListAuditEventsRequest request) {
    std::vector<std::string> targets;
    do {
      const auto page = audit_.ListAuditEvents(By(ForthAdmin(), request), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return targets;
      for (const v1::AuditEvent& event : page->audit_events()) targets.push_back(event.personal().target());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return targets;
  }
  v1::GetAuditCheckpointRequest Checkpoint(int64_t kept_size = 0, const std::string& event_id = "") {
    v1::GetAuditCheckpointRequest request;
    request.set_name("directories/forthcoffee");
    request.set_kept_size(kept_size);
    request.set_event_id(event_id);
    return request;
  }
};

TEST_F(AuditDeskTest, ListsPagesInBothOrders) {
  WriteRows(5);
  Seal();
  EXPECT_THAT(Targets(List("", 2)), ElementsAre("row-0", "row-1", "row-2", "row-3", "row-4"));
  auto newest = List("", 2);
  newest.set_newest_first(true);
  EXPECT_THAT(Targets(newest), ElementsAre("row-4", "row-3", "row-2", "row-1", "row-0"));
}

TEST_F(AuditDeskTest, RefusalsOfCallsThatWereServedTogetherAreWrittenTogether) {
  v1::GetAuditPolicyRequest request;
  const Call& ours = By(ForthAdmin(), request);
  const Call& theirs = By(ContosoAdmin(), request);
  ours.note->other_directory = kContoso;
  ASSERT_THAT(RecordRefusals(database(), {{&ours, Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY)},
                                          {&theirs, Refuse(v1::ERROR_REASON_TOKEN_LIMITED)}}),
              IsOk());
  EXPECT_THAT(Audit(kForth), ElementsAre(testing::Field(&AuditRow::reason, "FOREIGN_DIRECTORY")));
  EXPECT_THAT(Audit(kContoso), testing::UnorderedElementsAre(testing::Field(&AuditRow::reason, "FOREIGN_DIRECTORY"),
                                                             testing::Field(&AuditRow::reason, "TOKEN_LIMITED")));
}

TEST_F(AuditDeskTest, ARowSaysAllThatIsKnownOfTheCall) {
  v1::GetAuditPolicyRequest request;
  const Call& call = By(ForthAdmin(), request);
  call.note->target = "directories/contoso/auditPolicy";
  call.note->target_principal_name = "user1@contoso.com";
  Call traced = call;
  traced.trace_id = "0af7651916cd43dd8448eb211c80319c";
  traced.through = "backend";
  ASSERT_THAT(RecordRefusal(database(), traced, Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY)), IsOk());
  const auto head = Seal().at(0);
  const auto page = audit_.ListAuditEvents(By(ForthAdmin(), List()), List());
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->audit_events(), SizeIs(1));
  const v1::AuditEvent& event = page->audit_events(0);
  EXPECT_EQ(event.name(), "directories/forthcoffee/auditEvents/" + call.id);
  EXPECT_EQ(event.sequence(), 0);
  EXPECT_EQ(event.verdict(), v1::AUDIT_VERDICT_REFUSED);
  EXPECT_EQ(event.reason(), "FOREIGN_DIRECTORY");
  EXPECT_EQ(event.actor_directory(), kForth);
  EXPECT_EQ(event.actor_kind(), "person");
  EXPECT_EQ(event.rpc(), "AuditService/GetAuditPolicy");
  EXPECT_EQ(event.trace_id(), traced.trace_id);
  EXPECT_EQ(event.through_service(), "backend");
  EXPECT_EQ(event.personal().actor(), "global-administrator");
  EXPECT_EQ(event.personal().target(), "directories/contoso/auditPolicy");
  EXPECT_EQ(event.personal().target_principal_name(), "user1@contoso.com");
  EXPECT_EQ(event.personal().peer(), "unix:");
  // A tree of one row is its leaf.
  EXPECT_EQ(event.leaf_hash(), ToHex(head.root_hash));
}

TEST_F(AuditDeskTest, WhatIsNotSealedYetIsNotListedYet) {
  WriteRows(1);
  EXPECT_THAT(Targets(List()), IsEmpty());
  Seal();
  EXPECT_THAT(Targets(List()), testing::Contains("row-0"));
}

TEST_F(AuditDeskTest, FiltersNarrow) {
  v1::GetAuditPolicyRequest get;
  v1::UpdateAuditPolicyRequest update;
  Write(ForthAdmin(), update, "a");
  Write(ForthAdmin(), update, "b", Refuse(v1::ERROR_REASON_ETAG_MISMATCH));
  Write(Admin(kForth, v1::ROLE_REPORTS_READER), get, "c", absl::InternalError("x"));
  Write(ContosoAdmin(), update, "d", Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY), kForth);
  Seal();
  EXPECT_THAT(Targets(List("action = audit_policy.update")), ElementsAre("a", "b", "d"));
  EXPECT_THAT(Targets(List("verdict = REFUSED")), ElementsAre("b", "d"));
  EXPECT_THAT(Targets(List("verdict = FAILED")), ElementsAre("c"));
  EXPECT_THAT(Targets(List("reason = ETAG_MISMATCH")), ElementsAre("b"));
  EXPECT_THAT(Targets(List("actor = reports-reader")), ElementsAre("c"));
  EXPECT_THAT(Targets(List("actor_directory = contoso AND verdict = REFUSED")), ElementsAre("d"));
  EXPECT_THAT(Targets(List("target = \"a\"")), ElementsAre("a"));
  EXPECT_THAT(Targets(List("actor = nobody")), IsEmpty());
  EXPECT_THAT(Targets(List("create_time >= \"2020-01-01T00:00:00Z\" AND create_time < \"2150-01-01T00:00:00Z\"", 3)),
              ElementsAre("a", "b", "c", "d"));
}

// However long the log is, and in either order.
TEST_F(AuditDeskTest, TheIdOfACallFindsItsRow) {
  WriteRows(3);
  Seal();
  const auto id_of = [this](const std::string& target) {
    return Sql("SELECT event_id FROM hearth.audit WHERE target = '" + target + "'")[0][0];
  };
  EXPECT_THAT(Targets(List("event_id = " + id_of("row-1"))), ElementsAre("row-1"));
  auto newest = List("verdict = ALLOWED AND event_id = " + id_of("row-2"));
  newest.set_newest_first(true);
  EXPECT_THAT(Targets(newest), ElementsAre("row-2"));
  EXPECT_THAT(Targets(List("verdict = REFUSED AND event_id = " + id_of("row-2"))), IsEmpty());
  EXPECT_THAT(Targets(List("event_id = 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10")), IsEmpty());
}

TEST_F(AuditDeskTest, TimesNarrowToTheMicrosecond) {
  WriteRows(3);
  Tamper(
      "UPDATE hearth.audit_events e SET create_time = timestamptz '2026-11-01 00:00:00.000001+00' + n.n * interval '1 "
      "microsecond'"
      " FROM (SELECT event_id, row_number() OVER (ORDER BY position) - 1 AS n FROM hearth.audit_unsealed) n"
      " WHERE n.event_id = e.event_id");
  Seal();
  EXPECT_THAT(Targets(List("create_time = \"2026-11-01T00:00:00.000002Z\"")), ElementsAre("row-1"));
  EXPECT_THAT(
      Targets(List("create_time > \"2026-11-01T00:00:00.000001Z\" AND create_time <= \"2026-11-01T00:00:00.000002Z\"")),
      ElementsAre("row-1"));
  EXPECT_THAT(Targets(List("create_time < \"2026-11-01T01:00:00.000002+01:00\"")), ElementsAre("row-0"));
  EXPECT_THAT(Targets(List("create_time >= \"2026-11-01T00:00:00.000002Z\"")), ElementsAre("row-1", "row-2"));
}

TEST_F(AuditDeskTest, ATokenIsGoodForItsOwnListOnly) {
  WriteRows(4);
  Seal();
  auto request = List("", 2);
  const auto page = audit_.ListAuditEvents(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  const std::string token = page->next_page_token();
  ASSERT_FALSE(token.empty());
  auto other = List("verdict = ALLOWED", 2);
  other.set_page_token(token);
  EXPECT_THAT(audit_.ListAuditEvents(By(ForthAdmin(), other), other), HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  auto foreign = List("", 2);
  foreign.set_parent("directories/contoso");
  foreign.set_page_token(token);
  EXPECT_THAT(audit_.ListAuditEvents(By(ContosoAdmin(), foreign), foreign),
              HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  request.set_page_token(token + "AA");
  EXPECT_THAT(audit_.ListAuditEvents(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

TEST_F(AuditDeskTest, WhoReadsTheLogIsInIt) {
  WriteRows(3);
  Seal();
  Targets(List("", 1));
  EXPECT_THAT(Audit(kForth), SizeIs(4)) << "once for a list of three pages";
  EXPECT_EQ(Audit(kForth).back(),
            (AuditRow{"audit.list", "allowed", "", "forthcoffee/global-administrator", "directories/forthcoffee"}));
  ASSERT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), Checkpoint()), Checkpoint()), IsOk());
  EXPECT_EQ(Audit(kForth).back().action, "audit.get_checkpoint");
  Verify();
  EXPECT_EQ(Audit(kForth).back().action, "audit.verify");
  EXPECT_THAT(Audit(kForth), SizeIs(6));
  // Nobody goes on where another began, and so stays unseen.
  auto request = List("", 1);
  const auto page = audit_.ListAuditEvents(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  request.set_page_token(page->next_page_token());
  const Principal another = Admin(kForth, v1::ROLE_REPORTS_READER);
  EXPECT_THAT(audit_.ListAuditEvents(By(another, request), request), HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  EXPECT_THAT(audit_.ListAuditEvents(By(ForthAdmin(), request), request), IsOk());
}

TEST_F(AuditDeskTest, AnotherDirectorysLogIsNobodysBusiness) {
  auto list = List();
  list.set_parent("directories/contoso");
  EXPECT_THAT(audit_.ListAuditEvents(By(ForthAdmin(), list), list), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  auto checkpoint = Checkpoint();
  checkpoint.set_name("directories/contoso");
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), checkpoint), checkpoint),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(AuditDeskTest, ACheckpointIsTheNewestHeadWithItsKey) {
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), Checkpoint()), Checkpoint()),
              HasReason(v1::ERROR_REASON_NOT_FOUND));
  WriteRows(3);
  const TreeHead head = Seal().at(0);
  const auto response = audit_.GetAuditCheckpoint(By(ForthAdmin(), Checkpoint()), Checkpoint());
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->checkpoint().SerializeAsString(), ToProto(head).SerializeAsString());
  EXPECT_EQ(response->public_key(), ToHex(signer_.PublicKey(head.key_id)));
  EXPECT_FALSE(response->has_inclusion());
  EXPECT_THAT(response->consistency(), IsEmpty());
}

// The proofs of a tree of three are short enough to be followed by hand.
TEST_F(AuditDeskTest, ProofsOfThreeRows) {
  WriteRows(2);
  const TreeHead two = Seal().at(0);
  WriteRows(1);
  const TreeHead three = Seal().at(0);
  const auto page = audit_.ListAuditEvents(By(ForthAdmin(), List()), List());
  ASSERT_THAT(page, IsOk());
  const std::string leaf0 = FromHex(page->audit_events(0).leaf_hash()),
                    leaf1 = FromHex(page->audit_events(1).leaf_hash()),
                    leaf2 = FromHex(page->audit_events(2).leaf_hash());
  EXPECT_EQ(two.root_hash, HashNode(leaf0, leaf1));
  EXPECT_EQ(three.root_hash, HashNode(HashNode(leaf0, leaf1), leaf2));
  const std::string name = page->audit_events(1).name();
  const auto request = Checkpoint(2, name.substr(name.rfind('/') + 1));
  const auto response = audit_.GetAuditCheckpoint(By(ForthAdmin(), request), request);
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->consistency(), ElementsAre(ToHex(leaf2)));
  EXPECT_EQ(response->inclusion().sequence(), 1);
  EXPECT_EQ(response->inclusion().leaf_hash(), ToHex(leaf1));
  EXPECT_THAT(response->inclusion().path(), ElementsAre(ToHex(leaf0), ToHex(leaf2)));
}

TEST_F(AuditDeskTest, ProofsThatCannotBeGiven) {
  WriteRows(2);
  Seal();
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), Checkpoint(3)), Checkpoint(3)),
              Refuses(v1::ERROR_REASON_AUDIT_LOG_SHORTER, "size", "2"));
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), Checkpoint(-1)), Checkpoint(-1)), ViolatesField("kept_size"));
  const auto unknown = Checkpoint(0, "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  EXPECT_THAT(audit_.GetAuditCheckpoint(By(ForthAdmin(), unknown), unknown), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

// Of calls whose time must not tell, one directory costs what two do; and what makes up for the second is nobody's row.
TEST_F(AuditDeskTest, OneDirectoryTakesTheTimeOfTwoWhereThatMustNotTell) {
  const auto decoys = [this] { return Sql("SELECT count(*) FROM hearth.audit_decoys")[0][0]; };
  v1::GetAuditPolicyRequest request;
  Write(ForthAdmin(), request, "plain", Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(decoys(), "0");
  evenly_ = true;
  Write(ForthAdmin(), request, "allowed");
  EXPECT_EQ(decoys(), "0");
  Write(ForthAdmin(), request, "both", Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED), kContoso);
  EXPECT_EQ(decoys(), "0");
  Write(ForthAdmin(), request, "one", Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_EQ(decoys(), "1");
  Write(ForthAdmin(), request, "one that is not there", Refuse(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED), "nowhere");
  EXPECT_EQ(decoys(), "2");
  EXPECT_THAT(Sql("SELECT directory_id, count(*) FROM hearth.audit_events GROUP BY 1 ORDER BY 1"),
              ElementsAre(ElementsAre(kContoso, "1"), ElementsAre(kForth, "5")));
  Sql("UPDATE hearth.audit_decoys SET create_time = now() - interval '2 minutes' WHERE event_id = (SELECT event_id "
      "FROM hearth.audit_decoys LIMIT 1)");
  ASSERT_THAT(SweepTrail(database(), Soon()), IsOk());
  EXPECT_EQ(decoys(), "1");
}

}  // namespace
}  // namespace hearth::test
