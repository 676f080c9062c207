// The same work in every directory, for what sweeps.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Runs `work` for each directory there is, the deleted too, in a transaction of its own that serves only it. One that fails holds up no other;
// the first failure is returned. As all transactions, `work` may run more than once. Thread-safe.
absl::Status WriteInEachDirectory(Database& database, absl::Time deadline,
                                  const std::function<void(Tx&, const std::string& directory)>& work);

}  // namespace hearth
