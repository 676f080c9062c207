#include "server/credential/sign_in_sweep.h"

#include <string>
#include <vector>

#include "server/base/status_macros.h"
#include "server/credential/sign_in_store.h"
#include "server/directory/directory_store.h"

namespace hearth {

absl::Status SweepSignIns(Database& database, absl::Time deadline) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database.Read({}, deadline, [&](Tx& tx) {
    directories = AllDirectoryIds(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    result.Update(database.Write({directory}, deadline, [](Tx& tx) {
      SweepSignIns(tx);
      return absl::OkStatus();
    }));
  }
  return result;
}

}  // namespace hearth
