// A log that has just begun: the plans were made, once a connection, when its tables were empty, and nobody has counted their rows since.
#include "server/audit/log_store.h"
#include "server/audit/seal_store.h"
#include "tests/storage/trail/trail_fixture.h"
#include "tests/support/read_count.h"

namespace hearth::test {
namespace {

constexpr int kRows = 4'000, kRead = 500;
// Of each row its place in the queue or its leaf, and what stands there: a handful. Any table or directory read to its end, for each row, is thousands.
constexpr int64_t kMostOfARow = 10;

class YoungLogTest : public TrailFixture {
 protected:
  void SetUp() override {
    WriteRows(1);
    Seal();
    EXPECT_EQ(Verify().finding(), v1::VerifyAuditResponse::FINDING_INTACT);
    Sql(
        absl::StrCat("BEGIN; INSERT INTO hearth.audit_events (directory_id, event_id, create_time, action, verdict, "
                     "actor_directory, actor_kind, rpc)"
                     " SELECT 'forthcoffee', gen_random_uuid(), now() - interval '5 minutes', 'x', 'allowed', "
                     "'forthcoffee', 'person', 'r' FROM generate_series(1, ",
                     kRows,
                     "); INSERT INTO hearth.audit_personal (directory_id, event_id, salt, actor, target, "
                     "target_principal_name, peer)"
                     " SELECT directory_id, event_id, sha256('s'), 'a', '', '', '' FROM hearth.audit_unsealed ON "
                     "CONFLICT DO NOTHING; COMMIT"));
  }
};

TEST_F(YoungLogTest, SealingReadsWhatItSeals) {
  size_t rows = 0;
  const int64_t reads = CountReads(database(), {}, [&](Tx& tx) {
    ASSERT_EQ(LockTrees(tx, "", 10).trees.size(), 1u);
    rows = ReadUnsealed(tx, {kForth}, kRead).size();
  });
  EXPECT_EQ(rows, static_cast<size_t>(kRead));
  EXPECT_LT(reads, kRead * kMostOfARow);
}

TEST_F(YoungLogTest, ReadingTheLogReadsWhatItReturns) {
  Seal();
  size_t rows = 0;
  EXPECT_LT(CountReads(database(), {kForth}, [&](Tx& tx) { rows = ReadLog(tx, kForth, 100, kRead).size(); }),
            kRead * kMostOfARow);
  EXPECT_EQ(rows, static_cast<size_t>(kRead));
  EXPECT_LT(CountReads(database(), {kForth}, [](Tx& tx) { EXPECT_EQ(FindStray(tx, kForth), std::nullopt); }),
            kRows * kMostOfARow);
}

}  // namespace
}  // namespace hearth::test
