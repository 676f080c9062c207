// gRPC health, as the database does.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "server/storage/database.h"

namespace hearth {

// Asks the database twice a second and tells grpc.health.v1, for each service and for the server as a whole: NOT_SERVING while the database is away or
// the server drains. Thread-safe.
class HealthMonitor {
 public:
  // `database` has a connection of its own, so that a busy pool does not look like a dead database. What is passed in outlives the monitor.
  HealthMonitor(Database* database, grpc::HealthCheckServiceInterface* health, std::vector<std::string> services);
  ~HealthMonitor();

  // Says NOT_SERVING from now on.
  void Drain();

 private:
  void Run();
  void Tell(bool serving);

  Database& database_;
  grpc::HealthCheckServiceInterface& health_;
  const std::vector<std::string> services_;
  absl::Notification draining_;
  std::thread thread_;
};

}  // namespace hearth
