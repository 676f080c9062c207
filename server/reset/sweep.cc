#include "server/reset/sweep.h"

#include <string>
#include <vector>

#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"
#include "server/reset/intent_store.h"
#include "server/reset/limit_store.h"
#include "server/reset/queue_store.h"
#include "server/reset/token_store.h"

namespace hearth {

absl::Status SweepResets(Database& database, absl::Time deadline) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database.Read({}, deadline, [&](Tx& tx) {
    directories = AllDirectoryIds(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    result.Update(database.Write({directory}, deadline, [](Tx& tx) {
      SweepIntents(tx);
      SweepResetTokens(tx);
      SweepLimits(tx);
      SweepResetRequests(tx);
      return absl::OkStatus();
    }));
  }
  return result;
}

}  // namespace hearth
