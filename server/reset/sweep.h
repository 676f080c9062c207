// Removal of what resets leave behind.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Removes intents after 24 hours, tokens and counts that are over, and closes and later removes requests, by the database's clock, each directory in
// a transaction of its own. None of it works any more before it is removed: expiry is asked where a token is used. Safe to run at any time
// and from several servers at once. The result is the first failure.
absl::Status SweepResets(Database& database, absl::Time deadline);

}  // namespace hearth
