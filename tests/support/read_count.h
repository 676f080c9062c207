// How much the database reads.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/time/clock.h"
#include "server/storage/database.h"
#include "server/storage/tx.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

// What `body` reads in a transaction that serves the directories: rows of scanned tables and entries of scanned indexes. Whatever runs beside it does not count.
inline int64_t CountReads(Database& database, const Scope& scope, const std::function<void(Tx&)>& body) {
  static constexpr Statement kReadSoFar{
      "test_read_so_far",
      "SELECT sum(coalesce(pg_stat_get_xact_tuples_returned(oid), 0))::bigint FROM pg_class"
      " WHERE relnamespace = 'hearth'::regnamespace"};
  int64_t count = 0;
  const absl::Status status = database.Write(scope, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
    const auto before = tx.Exec(kReadSoFar)[0][0].as<int64_t>();
    body(tx);
    count = tx.Exec(kReadSoFar)[0][0].as<int64_t>() - before;
    return absl::OkStatus();
  });
  EXPECT_THAT(status, IsOk());
  EXPECT_GT(count, 0) << "the database counts";
  return count;
}

}  // namespace hearth::test
