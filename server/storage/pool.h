// A fixed number of database connections.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/storage/pqxx_compat.h"

namespace hearth {

// One connection and the statements that are prepared on it. Used by one thread at a time.
struct Connection {
  explicit Connection(const std::string& conninfo) : link(conninfo) { pqxx_compat::NeverReopen(link); }

  pqxx::connection link;
  std::set<const char*> prepared;  // Addresses of Statement::name.
};

// At most `size` connections, opened when first needed. A connection on which something failed is not given
// back but dropped. Thread-safe.
class Pool {
 public:
  Pool(std::string conninfo, int size) : conninfo_(std::move(conninfo)), size_(size) {}

  // Takes a connection, waiting for one until `deadline`. Throws pqxx::broken_connection when a new one
  // cannot be opened. Null: no connection became free in time.
  std::unique_ptr<Connection> Take(absl::Time deadline);
  // Gives back a connection that is in good order.
  void GiveBack(std::unique_ptr<Connection> connection);
  // Tells that a taken connection was dropped. With `all`, the idle ones are closed too: what broke one
  // connection has usually broken all.
  void Dropped(bool all);

  // Connections that are open now.
  int open() const;

 private:
  const std::string conninfo_;
  const int size_;

  mutable absl::Mutex mutex_;
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
