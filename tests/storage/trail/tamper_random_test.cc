// Whatever a superuser changes, in whatever row: it is found, and where it is found follows from what it was.
#include <cstdlib>
#include <iostream>
#include <random>

#include "absl/strings/numbers.h"
#include "server/audit/log_store.h"
#include "server/audit/merkle.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using Response = v1::VerifyAuditResponse;

constexpr int kFirst = 6;  // Rows in the first batch,
constexpr int kRows = 10;  // and in both.

// One way to tamper, and what must be said of it.
struct Change {
  std::string sql;
  Response::Finding finding;
  int64_t first_bad;
};

// What the run is made of: another one each time, or that of HEARTH_TEST_SEED.
unsigned int Seed() {
  uint32_t seed = 0;
  const char* given = std::getenv("HEARTH_TEST_SEED");
  if (given == nullptr || !absl::SimpleAtoi(given, &seed)) seed = std::random_device()();
  std::cout << "HEARTH_TEST_SEED=" << seed << " repeats this run.\n";
  return seed;
}

class TamperRandomTest : public TrailFixture {
 protected:
  TamperRandomTest() {
    WriteRows(kFirst);
    Seal();
    WriteRows(kRows - kFirst);
    Seal();
    for (const char* table : kTables)
      Sql(absl::StrCat("CREATE TABLE saved_", table, " AS SELECT * FROM hearth.", table));
    EXPECT_EQ(Verify().finding(), Response::FINDING_INTACT);
  }

  size_t Any(size_t count) { return static_cast<size_t>(random_() % count); }
  std::string AnyOf(const std::vector<std::string>& choices) { return choices[Any(choices.size())]; }

  static std::string Of(int row) {
    return absl::StrCat(
        " WHERE directory_id = 'forthcoffee' AND event_id = (SELECT event_id FROM hearth.audit_leaves WHERE"
        " directory_id = 'forthcoffee' AND sequence = ",
        row, ")");
  }
  // A byte of the column is another one.
  std::string AnyByte(const std::string& column, int size) {
    const size_t byte = Any(static_cast<size_t>(size));
    return absl::StrCat(column, " = set_byte(", column, ", ", byte, ", get_byte(", column, ", ", byte, ") # ",
                        1 + Any(255), ")");
  }
  static int BatchOf(int row) { return row < kFirst ? 0 : kFirst; }

  void Restore() {
    std::string sql;
    for (const char* table : kTables) {
      absl::StrAppend(&sql, "DELETE FROM hearth.", table, "; INSERT INTO hearth.", table, " SELECT * FROM saved_",
                      table, ";");
    }
    Tamper(sql);
  }

 public:
  // Of rows.
  Change Edited(int row) {
    const std::string column = AnyOf({"action", "reason", "actor_directory", "rpc", "trace_id", "through_service"});
    const std::string change =
        AnyOf({column + " = " + column + " || 'x'", "create_time = create_time + interval '1 microsecond'",
               "verdict = 'failed'", "actor_kind = 'service'"});
    return {"UPDATE hearth.audit_events SET " + change + Of(row), Response::FINDING_ROW_CHANGED, row};
  }
  Change PersonalEdited(int row) {
    const std::string column = AnyOf({"actor", "target", "target_principal_name", "peer"});
    return {"UPDATE hearth.audit_personal SET " + AnyOf({column + " = " + column + " || 'x'", AnyByte("salt", 32)}) +
                Of(row),
            Response::FINDING_PERSONAL_CHANGED, row};
  }
  Change Deleted(int row) { return {"DELETE FROM hearth.audit_events" + Of(row), Response::FINDING_ROW_MISSING, row}; }
  Change PersonalDeleted(int row) {
    return {"DELETE FROM hearth.audit_personal" + Of(row), Response::FINDING_PERSONAL_CHANGED, row};
  }
  Change LeafEdited(int row) {
    return {"UPDATE hearth.audit_leaves SET " + AnyByte("leaf_hash", 32) + Of(row), Response::FINDING_ROW_CHANGED, row};
  }
  Change DigestEdited(int row) {
    return {"UPDATE hearth.audit_leaves SET " + AnyByte("personal_digest", 32) + Of(row),
            Response::FINDING_PERSONAL_CHANGED, row};
  }
  Change LeafDeleted(int row) {
    const bool last = row == kRows - 1;
    return {"DELETE FROM hearth.audit_leaves" + Of(row),
            last ? Response::FINDING_TAIL_CUT : Response::FINDING_ROW_MISSING, row};
  }
  // By somebody who knows how leaves are computed.
  Change Rewritten(int row) {
    LogEntry entry;
    EXPECT_THAT(database().Read({kForth}, Soon(),
                                [&](Tx& tx) {
                                  entry = ReadLog(tx, kForth, row, 1).at(0);
                                  return absl::OkStatus();
                                }),
                IsOk());
    std::string sql;
    if (Any(2) == 0) {
      entry.row->action += "x";
      sql = "UPDATE hearth.audit_events SET action = action || 'x'" + Of(row);
    } else {
      entry.row->personal->target += "x";
      entry.personal_digest = PersonalDigest(*entry.row->personal);
      sql = "UPDATE hearth.audit_personal SET target = target || 'x'" + Of(row);
    }
    const std::string leaf = LeafHash(*entry.row, entry.personal_digest);
    return {absl::StrCat(sql, "; UPDATE hearth.audit_leaves SET personal_digest = '\\x",
                         absl::BytesToHexString(entry.personal_digest), "', leaf_hash = '\\x",
                         absl::BytesToHexString(leaf), "'", Of(row)),
            Response::FINDING_ROOT_DIFFERS, BatchOf(row)};
  }
  Change Swapped(int row) {
    const int other = (row + 1 + static_cast<int>(Any(kRows - 1))) % kRows;
    const auto move = [](int from, int to) {
      return absl::StrCat("UPDATE hearth.audit_leaves SET sequence = ", to, " WHERE sequence = ", from, ";");
    };
    return {move(row, 100) + move(other, row) + move(100, other), Response::FINDING_ROOT_DIFFERS,
            BatchOf(std::min(row, other))};
  }
  // As the policy would, had it been time.
  Change Removed(int row) {
    const std::string gone =
        absl::StrCat(" WHERE event_id IN (SELECT event_id FROM hearth.audit_leaves WHERE sequence <= ", row, ");");
    return {absl::StrCat("DELETE FROM hearth.audit_events", gone, "DELETE FROM hearth.audit_personal", gone,
                         "UPDATE hearth.audit_trees SET removed = ", row + 1),
            Response::FINDING_ROW_MISSING, 0};
  }

  // Of the tree and its heads; `row` picks a value.
  Change Hidden(int row) {
    return {absl::StrCat("UPDATE hearth.audit_trees SET removed = ", row + 1), Response::FINDING_ROW_MISSING, 0};
  }
  Change Shortened(int row) {
    return {absl::StrCat("UPDATE hearth.audit_trees SET size = ", row), Response::FINDING_TAIL_CUT, row};
  }
  Change Lengthened(int row) {
    return {absl::StrCat("UPDATE hearth.audit_trees SET size = ", kRows + 1 + row), Response::FINDING_TAIL_CUT, kRows};
  }
  Change FrontierEdited(int) {
    return {"UPDATE hearth.audit_trees SET " + AnyByte("frontier", 2 * kHashBytes), Response::FINDING_ROOT_DIFFERS, -1};
  }
  Change HeadEdited(int row) {
    const std::string change = AnyOf({AnyByte("root_hash", 32), AnyByte("signature", 64), "key_id = key_id || 'x'",
                                      "seal_time = seal_time - interval '400 days'"});
    return {absl::StrCat("UPDATE hearth.audit_heads SET ", change, " WHERE size = ", row < kFirst ? kFirst : kRows),
            Response::FINDING_HEAD_FORGED, -1};
  }
  Change HeadDeleted(int) {
    return {absl::StrCat("DELETE FROM hearth.audit_heads WHERE size = ", kRows), Response::FINDING_TAIL_CUT, kFirst};
  }

 private:
  static constexpr const char* kTables[] = {"audit_events", "audit_personal", "audit_leaves",
                                            "audit_trees",  "audit_heads",    "audit_unsealed"};
  std::mt19937 random_{Seed()};
};

TEST_F(TamperRandomTest, EachKindOfChangeOfEachRowIsFound) {
  using Kind = Change (TamperRandomTest::*)(int);
  const std::vector<std::pair<const char*, Kind>> kinds = {{"edited", &TamperRandomTest::Edited},
                                                           {"personal edited", &TamperRandomTest::PersonalEdited},
                                                           {"deleted", &TamperRandomTest::Deleted},
                                                           {"personal deleted", &TamperRandomTest::PersonalDeleted},
                                                           {"leaf edited", &TamperRandomTest::LeafEdited},
                                                           {"digest edited", &TamperRandomTest::DigestEdited},
                                                           {"leaf deleted", &TamperRandomTest::LeafDeleted},
                                                           {"rewritten with its leaf", &TamperRandomTest::Rewritten},
                                                           {"swapped", &TamperRandomTest::Swapped},
                                                           {"removed with all before it", &TamperRandomTest::Removed},
                                                           {"hidden", &TamperRandomTest::Hidden},
                                                           {"shortened", &TamperRandomTest::Shortened},
                                                           {"lengthened", &TamperRandomTest::Lengthened},
                                                           {"frontier edited", &TamperRandomTest::FrontierEdited},
                                                           {"head edited", &TamperRandomTest::HeadEdited},
                                                           {"head deleted", &TamperRandomTest::HeadDeleted}};
  for (int row = 0; row < kRows; ++row) {
    for (const auto& [name, kind] : kinds) {
      const Change change = (this->*kind)(row);
      Tamper(change.sql);
      const Response found = Verify();
      EXPECT_EQ(found.finding(), change.finding)
          << name << " at " << row << ": " << found.ShortDebugString() << change.sql;
      EXPECT_EQ(found.first_bad(), change.first_bad)
          << name << " at " << row << ": " << found.ShortDebugString() << change.sql;
      Restore();
    }
  }
  EXPECT_EQ(Verify().finding(), Response::FINDING_INTACT);
}

}  // namespace
}  // namespace hearth::test
