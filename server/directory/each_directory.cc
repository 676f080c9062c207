#include "server/directory/each_directory.h"

#include <vector>

#include "server/base/status_macros.h"
#include "server/directory/directory_store.h"

namespace hearth {

absl::Status WriteInEachDirectory(Database& database, absl::Time deadline,
                                  const std::function<void(Tx&, const std::string& directory)>& work) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database.Read({}, deadline, [&](Tx& tx) {
    directories = AllDirectoryIds(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    result.Update(database.Write({directory}, deadline, [&](Tx& tx) {
      work(tx, directory);
      return absl::OkStatus();
    }));
  }
  return result;
}

}  // namespace hearth
