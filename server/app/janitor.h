// Removes what is over: people and directories after their 30 days, idempotency records after 24 hours, guests who never came, mails that expired, audit and
// events that are not kept any more, what resets and sign-ins left behind.
#pragma once

#include "server/app/repeating_thread.h"
#include "server/storage/database.h"

namespace hearth {

// Sweeps at start and then every ten minutes, in a thread of its own. Replicas may sweep at once. Thread-safe.
class Janitor {
 public:
  // `database` outlives the janitor.
  explicit Janitor(Database* database);

 private:
  absl::StatusOr<int64_t> Sweep();

  Database& database_;
  RepeatingThread thread_;  // The last: it works at once.
};

}  // namespace hearth
