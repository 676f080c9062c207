// What the server tells Prometheus.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/v1/options.pb.h"
#include "server/credential/breach_range.h"
#include "server/rpc/rpc_table.h"

namespace hearth {

// The metrics of the call path. Names follow OpenTelemetry's RPC conventions in Prometheus form; label sets are fixed, no directory among them.
// Thread-safe.
class Metrics {
 public:
  explicit Metrics(const RpcTable& table);

  // A call ended: its status, its time from arrival to finish.
  void Finished(const Rpc& rpc, const absl::Status& status, absl::Duration time);
  // A call was refused with this reason.
  void Refused(const std::string& reason);
  // A call was refused by this limit: "caller" or "directory", of its work class; "caller_method" or "directory_method"; "directory_runs".
  void Limited(const std::string& limit, const Rpc& rpc);
  // A call was refused for overload before its caller was looked up.
  void ShedEarly() { shed_early_.Increment(); }
  // Buckets that the rate limiter holds.
  void SetBuckets(size_t buckets);
  // A batch of this size was served.
  void Served(const Rpc& rpc, size_t batch);
  // The list of breached passwords was asked online, or was not.
  void AskedRange(RangeOutcome outcome);
  // Calls waiting in the queue of a work class.
  prometheus::Gauge& Waiting(v1::WorkClass work_class);

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  struct Row {
    std::map<absl::StatusCode, prometheus::Counter*> finished;
    prometheus::Histogram* time;
    prometheus::Histogram* batch;
  };

  std::shared_ptr<prometheus::Registry> registry_;
  std::map<const Rpc*, Row> rows_;
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Family<prometheus::Gauge>& waiting_;
  prometheus::Family<prometheus::Counter>& limited_;
  prometheus::Counter& shed_early_;
  prometheus::Gauge& buckets_;
  std::array<prometheus::Counter*, kRangeOutcomes> ranges_;
};

}  // namespace hearth
