// What a database exception means for the caller.
#pragma once

#include <exception>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hearth {

// A failure of the database, by what can be done next.
struct SqlError {
  enum Kind {
    kConnection,  // The connection is gone, or the server refuses new ones.
    kConflict,    // Serialization failure, deadlock, lost race for a key: the transaction can run again.
    kTimeout,     // A statement or a lock took longer than the call's deadline.
    kDefect,      // Anything else: our SQL, our schema, or damaged data.
  };
  Kind kind;
  std::string detail;  // For the log only: SQLSTATE and what the driver said, without values.
};

// Sorts a pqxx or other exception by its type and SQLSTATE (PostgreSQL documentation, appendix A).
SqlError Classify(const std::exception& exception);

// Whether to run the transaction again after its `attempt`-th failure. An outcome in doubt is always worth
// it, for only running again tells.
bool WorthRetrying(const SqlError& error, int attempt, bool in_doubt);

// How long to wait before that: a few milliseconds, doubling, with jitter, at most half a second.
absl::Duration Backoff(int attempt);

// The failure for the caller; writes the details to the log.
absl::Status ToStatus(const SqlError& error, bool in_doubt);

}  // namespace hearth
