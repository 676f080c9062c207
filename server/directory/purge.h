// Removal for good of what was deleted long ago.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Removes people, domains and directories that were deleted more than 30 days ago, and idempotency records older than 24 hours, by the
// database's clock, each directory in a transaction of its own. Safe to run at any time and from several servers at once. A directory that
// fails does not keep the others from it; the result is the first failure.
absl::Status PurgeExpired(Database& database, absl::Time deadline);

}  // namespace hearth
