// Seals the audit, tells guests' directories of homes, and gives events their places, in a thread of its own.
#pragma once

#include <string>

#include "server/app/repeating_thread.h"
#include "server/audit/head_file.h"
#include "server/audit/sealer.h"
#include "server/storage/database.h"

namespace hearth {

// Looks ten times a second for what waits. Replicas may do so at once. Thread-safe.
class SealThread {
 public:
  // `heads`: where signed heads are appended, or null. What is passed in outlives the thread.
  SealThread(Database* database, const HeadSigner* signer, HeadFile* heads);

 private:
  // Does some of each; returns how much.
  absl::StatusOr<int64_t> WorkOnce();

  Database& database_;
  Sealer sealer_;
  std::string last_;        // The directory after which the next round of events begins.
  RepeatingThread thread_;  // The last: it works at once.
};

}  // namespace hearth
