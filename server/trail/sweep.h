// Removes what audit and events do not keep any more.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Removes audit rows, and what they say of persons, that are older than their directory's policy keeps, heads that later ones stand for, and events older
// than a week, by the database's clock, each directory in transactions of its own. The proofs of what stays, and that something was there, stay good. Safe to run at any time and
// from several servers at once. A directory that fails does not keep the others from it; the result is the first failure.
absl::Status SweepTrail(Database& database, absl::Time deadline);

}  // namespace hearth
