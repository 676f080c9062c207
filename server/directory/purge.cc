#include "server/directory/purge.h"

#include <string>

#include "server/directory/directory_store.h"
#include "server/directory/domain_store.h"
#include "server/directory/each_directory.h"
#include "server/directory/user_store.h"
#include "server/storage/once.h"

namespace hearth {

absl::Status PurgeExpired(Database& database, absl::Time deadline) {
  return WriteInEachDirectory(database, deadline, [](Tx& tx, const std::string& directory) {
    if (PurgeDirectory(tx, directory)) return;
    PurgeUsers(tx);
    PurgeDomains(tx);
    SweepRecords(tx);
  });
}

}  // namespace hearth
