// A fixed number of database connections.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
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

// At most `size` connections, opened when first needed. A connection on which something failed is not given back but dropped. libpq waits for an
// answer without end, so a watchdog cuts connections whose user is past its deadline: a database that hangs fails its callers instead of holding
// them. Thread-safe.
class Pool {
 public:
  Pool(std::string conninfo, int size);
  // All connections are back.
  ~Pool();

  // Takes a connection, waiting for one until `deadline`, after which it may be cut. Throws pqxx::broken_connection when a new one cannot be
  // opened. Null: no connection became free in time.
  std::unique_ptr<Connection> Take(absl::Time deadline);
  // Gives back a connection that is in good order.
  void GiveBack(std::unique_ptr<Connection> connection);
  // Closes a taken connection. With `all`, the idle ones are closed too: what broke one connection has usually broken all.
  void Drop(std::unique_ptr<Connection> connection, bool all);

  // Connections that are open now.
  int open() const;

 private:
  void Watch();
  void CutOverdue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseIdle();

  const std::string conninfo_;
  const int size_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int opening_ ABSL_GUARDED_BY(mutex_) = 0;                          // Connections that are being opened now.
  std::map<Connection*, absl::Time> taken_ ABSL_GUARDED_BY(mutex_);  // Until when each may be used.
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::thread watchdog_;
};

}  // namespace hearth
