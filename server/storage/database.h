// The database: closures that run in one transaction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/keyring.h"
#include "server/storage/once.h"

namespace hearth {

class Pool;
class Tx;  // server/storage/tx.h, included by stores only.

// How to reach PostgreSQL.
struct DatabaseOptions {
  std::string conninfo;  // libpq connection string; `hearthd serve` connects as a role that owns nothing.
  int connections = 12;  // The most that are open at once.
};

// The directories that a transaction may see and change. Row-level security lets it reach no others.
using Scope = std::vector<std::string>;

// Adds a directory to those that the transaction serves, until it ends: for a change that a rule has allowed to reach one directory more, such as a
// guest's home. Its statements still name their directory.
void ServeAlso(Tx& tx, std::string_view directory);

// Runs closures in transactions. The closure returns a status: OK commits, anything else rolls back and is
// the result. A closure may run more than once, so it changes nothing outside itself but its results.
// Thread-safe.
//
// Failures: STORAGE_UNAVAILABLE (no connection; nothing changed), DEADLINE_PASSED (no free connection or a
// slow statement; nothing changed), CONFLICT (serialization failures beyond the retries), OUTCOME_UNKNOWN
// (the commit's answer was lost until the deadline), INTERNAL.
class Database {
 public:
  explicit Database(const DatabaseOptions& options);
  ~Database();

  // Runs a closure that only reads, in one transaction.
  absl::Status Read(const Scope& scope, absl::Time deadline, const std::function<absl::Status(Tx&)>& body);

  // Runs a closure whose every statement stands alone and sets its own scope (functions of the schema
  // `hearth`): the hot batched reads.
  absl::Status ReadAlone(absl::Time deadline, const std::function<absl::Status(Tx&)>& body);

  // The same for a closure of one statement that changes state, and is safe to repeat: the hot batched writes.
  absl::Status WriteAlone(absl::Time deadline, const std::function<absl::Status(Tx&)>& body);

  // Runs a closure that changes state. After a commit whose answer was lost the closure runs again, so it
  // must be safe to repeat: its keys were fixed before, or it runs inside Once.
  absl::Status Write(const Scope& scope, absl::Time deadline, const std::function<absl::Status(Tx&)>& body);

  // As Write, behind the idempotency record of `attempt`: the closure takes effect at most once, and a repeat
  // gets the first one's response. `response` is the closure's result or the stored one.
  absl::Status Once(const Scope& scope, absl::Time deadline, const Attempt& attempt,
                    google::protobuf::Message& response, const std::function<absl::Status(Tx&)>& body);

  // The stored response of an earlier attempt into `response`, and true; false when there is none. Fails with
  // REQUEST_ID_REUSED.
  absl::StatusOr<bool> Replay(absl::Time deadline, const Attempt& attempt, google::protobuf::Message& response);

  // One round trip; OK when the database answers and accepts writes.
  absl::Status Ping(absl::Time deadline);

  // Connections that are open now, for metrics.
  int open_connections() const;

 private:
  enum class Mode { kAlone, kWriteAlone, kReadOnly, kReadWrite };
  absl::Status Run(Mode mode, const Scope& scope, absl::Time deadline, const std::function<absl::Status(Tx&)>& body);

  std::unique_ptr<Pool> pool_;
};

}  // namespace hearth
