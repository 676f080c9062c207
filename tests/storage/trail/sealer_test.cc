#include "server/audit/sealer.h"

#include <atomic>
#include <map>

#include "server/audit/merkle.h"
#include "server/base/hex.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SealerTest : public TrailFixture {};

TEST_F(SealerTest, RowsGetTheirPlacesInTheOrderInWhichTheyCame) {
  WriteRows(3);
  const auto heads = Seal();
  ASSERT_THAT(heads, SizeIs(1));
  EXPECT_EQ(heads[0].directory, kForth);
  EXPECT_EQ(heads[0].size, 3);
  EXPECT_TRUE(signer_.IsGood(heads[0]));
  EXPECT_THAT(
      Sql("SELECT l.sequence, a.target FROM hearth.audit_leaves l JOIN hearth.audit a USING (directory_id, event_id)"
          " ORDER BY l.sequence"),
      ElementsAre(ElementsAre("0", "row-0"), ElementsAre("1", "row-1"), ElementsAre("2", "row-2")));
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.audit_unsealed"), IsEmpty());
  EXPECT_THAT(Seal(), IsEmpty());
}

// Written under a clock that goes back: the sequence rises all the same.
TEST_F(SealerTest, TheOrderIsNotThatOfTheClock) {
  WriteRows(2);
  Tamper(
      "UPDATE hearth.audit_events SET create_time = now() - interval '1 hour' WHERE event_id ="
      " (SELECT event_id FROM hearth.audit_unsealed ORDER BY position DESC LIMIT 1)");
  Seal();
  EXPECT_THAT(Sql("SELECT a.target FROM hearth.audit_leaves l JOIN hearth.audit a USING (directory_id, event_id)"
                  " ORDER BY l.sequence"),
              ElementsAre(ElementsAre("row-0"), ElementsAre("row-1")));
}

TEST_F(SealerTest, EachDirectoryHasATreeOfItsOwn) {
  v1::GetAuditPolicyRequest request;
  Write(ForthAdmin(), request, "ours");
  Write(ContosoAdmin(), request, "theirs");
  Write(ContosoAdmin(), request, "both", Refuse(v1::ERROR_REASON_FOREIGN_DIRECTORY), kForth);
  std::map<std::string, int64_t> sizes;
  for (const TreeHead& head : Seal()) sizes[head.directory] = head.size;
  EXPECT_EQ(sizes, (std::map<std::string, int64_t>{{kForth, 2}, {kContoso, 2}}));
  // What concerns both is in both, and the two leaves do not tell that they are the same.
  EXPECT_THAT(Sql("SELECT count(DISTINCT personal_digest), count(DISTINCT leaf_hash) FROM hearth.audit_leaves"),
              ElementsAre(ElementsAre("4", "4")));
}

TEST_F(SealerTest, StoredNodesAreTheRootsOfFullSubtrees) {
  const std::string rows =
      "INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, actor_directory, actor_kind, rpc)"
      " SELECT 'forthcoffee', gen_random_uuid(), 'x', 'allowed', 'forthcoffee', 'person', 'r' FROM generate_series(1, "
      "300);"
      "INSERT INTO hearth.audit_personal (directory_id, event_id, salt, actor, target, target_principal_name, peer)"
      " SELECT directory_id, event_id, sha256('s'), 'a', '', '', '' FROM hearth.audit_unsealed";
  Sql(rows);
  Seal();
  Sql(rows);
  const auto heads = Seal();
  ASSERT_THAT(heads, SizeIs(1));
  Frontier all, first, second;
  int place = 0;
  for (const auto& row : Sql("SELECT encode(leaf_hash, 'hex') FROM hearth.audit_leaves ORDER BY sequence")) {
    const std::string leaf = FromHex(row[0]);
    all.Append(leaf);
    if (place < 256) first.Append(leaf);
    if (place >= 256 && place < 512) second.Append(leaf);
    ++place;
  }
  EXPECT_EQ(heads[0].root_hash, all.Root());
  EXPECT_THAT(Sql("SELECT level, place, encode(hash, 'hex') FROM hearth.audit_nodes ORDER BY place"),
              ElementsAre(ElementsAre("1", "0", absl::BytesToHexString(first.Root())),
                          ElementsAre("1", "1", absl::BytesToHexString(second.Root()))));
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);
}

// Writers that commit in any order, and replicas that seal at once: every row has one place, and there are no gaps.
TEST_F(SealerTest, ManyWritersAndSealersLeaveNoGap) {
  std::atomic<int> writing = 4;
  std::vector<std::function<void()>> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      WriteRows(40);
      --writing;
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      Sealer sealer(&database(), &signer_, [](const TreeHead&) {});
      while (writing > 0) EXPECT_THAT(sealer.SealSome(Soon()), IsOk());
    });
  }
  RunTogether(threads);
  Seal();
  EXPECT_THAT(Sql("SELECT count(*), min(sequence), max(sequence), count(DISTINCT event_id) FROM hearth.audit_leaves"),
              ElementsAre(ElementsAre("160", "0", "159", "160")));
  EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);
}

// A transaction that began early and commits late.
TEST_F(SealerTest, ARowThatIsCommittedLateIsSealedLate) {
  pqxx::connection connection(app_conninfo());
  pqxx::work late(connection);
  late.exec("SET LOCAL hearth.directories = '{forthcoffee}'");
  late.exec(
      "INSERT INTO hearth.audit_events (directory_id, event_id, action, verdict, actor_directory, actor_kind, rpc)"
      " VALUES ('forthcoffee', gen_random_uuid(), 'late', 'allowed', 'forthcoffee', 'person', 'r')");
  WriteRows(2);
  Seal();
  late.commit();
  EXPECT_THAT(Seal(), SizeIs(1));
  EXPECT_THAT(Sql("SELECT a.action FROM hearth.audit_leaves l JOIN hearth.audit a USING (directory_id, event_id)"
                  " WHERE l.sequence = 2"),
              ElementsAre(ElementsAre("late")));
}

}  // namespace
}  // namespace hearth::test
