// Removal of guests who never came.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/database.h"

namespace hearth {

// Removes pending guests whose invitation ended more than 30 days ago (who have none: who were last changed then), by the database's clock, as
// RevokeInvitation does: they can be restored for 30 days. Each is in the audit of their directory as "guest.expire", by "hearth.janitor", which is no
// id of anybody. At most 500 of a directory at a time. Safe to run at any time and from several servers at once. A directory that fails does not
// keep the others from it; the result is the first failure.
absl::Status SweepInvitations(Database& database, absl::Time deadline);

}  // namespace hearth
