#include "server/directory/purge.h"

#include <string>
#include <vector>

#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"
#include "server/directory/domain_store.h"
#include "server/directory/user_store.h"
#include "server/storage/once.h"

namespace hearth {

absl::Status PurgeExpired(Database& database, absl::Time deadline) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database.Read({}, deadline, [&](Tx& tx) {
    directories = AllDirectoryIds(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    result.Update(database.Write({directory}, deadline, [&](Tx& tx) {
      if (PurgeDirectory(tx, directory)) return absl::OkStatus();
      PurgeUsers(tx);
      PurgeDomains(tx);
      SweepRecords(tx);
      return absl::OkStatus();
    }));
  }
  return result;
}

}  // namespace hearth
