#include "server/credential/sign_in_sweep.h"

#include <string>

#include "server/credential/sign_in_store.h"
#include "server/directory/each_directory.h"

namespace hearth {

absl::Status SweepSignIns(Database& database, absl::Time deadline) {
  return WriteInEachDirectory(database, deadline, [](Tx& tx, const std::string&) { SweepSignIns(tx); });
}

}  // namespace hearth
