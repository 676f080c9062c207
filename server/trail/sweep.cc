#include "server/trail/sweep.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "server/audit/log_store.h"
#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"
#include "server/event/event_store.h"

namespace hearth {

absl::Status SweepTrail(Database& database, absl::Time deadline) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database.Read({}, deadline, [&](Tx& tx) {
    directories = AllDirectoryIds(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    int64_t removed = 0;
    do {
      result.Update(database.Write({directory}, deadline, [&](Tx& tx) {
        removed = SweepLog(tx, directory) + SweepEvents(tx, directory);
        return absl::OkStatus();
      }));
    } while (result.ok() && removed > 0 && absl::Now() < deadline);
  }
  return result;
}

}  // namespace hearth
