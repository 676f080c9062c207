// The end of every call.
#pragma once

#include <memory>
#include <vector>

#include "absl/types/span.h"
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
  // The same for calls that were served together, none null: those that leave no row of the audit first, then the others, whose rows are written
  // together, so that a flood of refusals costs the others of its class little.
  void SettleAll(std::vector<std::unique_ptr<Work>> batch);

  // Whether Settle writes the refusal to the audit first, which takes as long as a commit.
  static bool MustBeAudited(const Work& work);

 private:
  // Writes the rows; a call whose row cannot be written fails with that.
  void Record(absl::Span<const std::unique_ptr<Work>> refused);
  void Finish(std::unique_ptr<Work> work);

  Database& database_;
  Metrics& metrics_;
};

}  // namespace hearth
