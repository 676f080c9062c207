#include "server/reset/sweep.h"

#include <string>

#include "server/directory/each_directory.h"
#include "server/reset/intent_store.h"
#include "server/reset/limit_store.h"
#include "server/reset/queue_store.h"
#include "server/reset/token_store.h"

namespace hearth {

absl::Status SweepResets(Database& database, absl::Time deadline) {
  return WriteInEachDirectory(database, deadline, [](Tx& tx, const std::string&) {
    SweepIntents(tx);
    SweepResetTokens(tx);
    SweepLimits(tx);
    SweepResetRequests(tx);
  });
}

}  // namespace hearth
