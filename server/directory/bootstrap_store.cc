#include "server/directory/bootstrap_store.h"

namespace hearth {
namespace {

constexpr Statement kPlatform{"bootstrap_platform",
                              "INSERT INTO hearth.directories (directory_id, display_name)"
                              " VALUES ('platform', 'Platform') ON CONFLICT DO NOTHING"};
constexpr Statement kSweep{
    "bootstrap_sweep", "DELETE FROM hearth.bootstrap_tokens WHERE directory_id = 'platform' AND expire_time <= now()"};
constexpr Statement kInsert{"bootstrap_insert",
                            "INSERT INTO hearth.bootstrap_tokens (directory_id, digest, expire_time)"
                            " VALUES ('platform', $1::bytea, now() + $2::bigint * interval '1 second')"
                            " ON CONFLICT DO NOTHING"};
constexpr Statement kHas{"bootstrap_has",
                         "SELECT 1 FROM hearth.bootstrap_tokens WHERE directory_id = 'platform' AND digest = $1::bytea"
                         " AND expire_time > now()"};
constexpr Statement kTake{"bootstrap_take",
                          "DELETE FROM hearth.bootstrap_tokens WHERE directory_id = 'platform' AND digest = $1::bytea"
                          " AND expire_time > now()"};

}  // namespace

void InsertPlatform(Tx& tx) { tx.Exec(kPlatform); }

void InsertBootstrapToken(Tx& tx, const std::string& digest, absl::Duration lifetime) {
  tx.Exec(kSweep);
  tx.Exec(kInsert, Bytea(digest), absl::ToInt64Seconds(lifetime));
}

bool HasBootstrapToken(Tx& tx, const std::string& digest) { return !tx.Exec(kHas, Bytea(digest)).empty(); }

bool TakeBootstrapToken(Tx& tx, const std::string& digest) {
  return tx.Exec(kTake, Bytea(digest)).affected_rows() == 1;
}

}  // namespace hearth
