#include "server/trail/sweep.h"

#include <string>

#include "absl/time/clock.h"
#include "server/audit/log_store.h"
#include "server/directory/each_directory.h"
#include "server/event/event_store.h"

namespace hearth {

absl::Status SweepTrail(Database& database, absl::Time deadline) {
  absl::Status result;
  int64_t removed = 0;
  do {
    removed = 0;
    result.Update(WriteInEachDirectory(database, deadline, [&](Tx& tx, const std::string& directory) {
      removed += SweepLog(tx, directory) + SweepEvents(tx, directory);
    }));
  } while (result.ok() && removed > 0 && absl::Now() < deadline);
  return result;
}

}  // namespace hearth
