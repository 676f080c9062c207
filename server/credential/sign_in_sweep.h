// Removal of what tries to sign in leave behind.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Removes counts and sources that say nothing any more (SweepSignIns), each directory in a transaction of its own. Safe to run at any time and from
// several servers at once. The result is the first failure.
absl::Status SweepSignIns(Database& database, absl::Time deadline);

}  // namespace hearth
