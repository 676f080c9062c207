// The end of every call.
#pragma once

#include <memory>

#include "server/rpc/metrics.h"
#include "server/rpc/work.h"
#include "server/storage/database.h"

namespace hearth {

// Ends calls: audits refusals, counts, logs one line, wipes secrets, maps the status, finishes. Thread-safe.
class Settler {
 public:
  // What is passed in outlives the settler. `database` is where refusals are audited.
  Settler(Database* database, Metrics* metrics) : database_(*database), metrics_(*metrics) {}

  // Finishes the call, unless its desk goes on with it; gRPC may free it at once.
  void Settle(std::unique_ptr<Work> work);

 private:
  Database& database_;
  Metrics& metrics_;
};

}  // namespace hearth
