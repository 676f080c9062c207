// Seals the audit: what was written becomes leaves of signed trees.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/audit/tree_head.h"
#include "server/storage/database.h"

namespace hearth {

// Seals what waits, a round at a time. Replicas may do so at once: in each directory one seals while the others pass it by. Used by one thread.
class Sealer {
 public:
  // Gets each head after it was committed, to put it where the database cannot reach.
  using Witness = std::function<void(const TreeHead&)>;

  // What is passed in outlives the sealer.
  Sealer(Database* database, const HeadSigner* signer, Witness witness)
      : database_(*database), signer_(*signer), witness_(std::move(witness)) {}

  // Seals some of what waits: of up to 256 directories, 8,000 rows in all, in one transaction. Directories take turns. Returns how many rows were
  // sealed; 0: nothing waits, or others seal it. Fails as Database::Write does.
  absl::StatusOr<int64_t> SealSome(absl::Time deadline);

 private:
  Database& database_;
  const HeadSigner& signer_;
  const Witness witness_;
  std::string last_;  // The directory after which the next round begins.
};

}  // namespace hearth
