#include "server/rpc/metrics.h"

namespace hearth {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const prometheus::Histogram::BucketBoundaries kBatchSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr int kLastStatusCode = 16;

}  // namespace

Metrics::Metrics(const RpcTable& table)
    : registry_(std::make_shared<prometheus::Registry>()),
      refused_(prometheus::BuildCounter()
                   .Name("hearth_refusals_total")
                   .Help("Calls that were refused or failed, by reason")
                   .Register(*registry_)),
      waiting_(prometheus::BuildGauge()
                   .Name("hearth_queue_waiting")
                   .Help("Calls that wait for a worker, by work class")
                   .Register(*registry_)),
      limited_(prometheus::BuildCounter()
                   .Name("hearth_rate_limited_total")
                   .Help("Calls that were refused by a rate limit, by whose limit it is, work class and method")
                   .Register(*registry_)),
      shed_early_(prometheus::BuildCounter()
                      .Name("hearth_shed_early_total")
                      .Help("Calls that were refused for their directory's overload before anybody was looked up")
                      .Register(*registry_)
                      .Add({})),
      buckets_(prometheus::BuildGauge()
                   .Name("hearth_rate_limit_buckets")
                   .Help("Callers and directories that the rate limiter keeps count of")
                   .Register(*registry_)
                   .Add({})) {
  auto& finished = prometheus::BuildCounter()
                       .Name("rpc_server_calls_total")
                       .Help("Calls that ended, by method and status code")
                       .Register(*registry_);
  auto& time = prometheus::BuildHistogram()
                   .Name("rpc_server_call_duration_seconds")
                   .Help("Time from a call's arrival to its end")
                   .Register(*registry_);
  auto& batch = prometheus::BuildHistogram()
                    .Name("hearth_batch_size")
                    .Help("Calls that were served with one statement")
                    .Register(*registry_);
  auto& ranges =
      prometheus::BuildCounter()
          .Name("hearth_breached_range_lookups_total")
          .Help(
              "Passwords for which a list of breached ones was to be asked online, by what came of it; failed and "
              "skipped: it is not known")
          .Register(*registry_);
  constexpr std::array<const char*, kRangeOutcomes> kOutcomes = {"breached", "absent", "failed", "skipped"};
  for (size_t i = 0; i < kOutcomes.size(); ++i) ranges_[i] = &ranges.Add({{"outcome", kOutcomes[i]}});
  for (const auto& [name, rpc] : table.rows()) {
    Row& row = rows_[rpc.get()];
    for (int code = 0; code <= kLastStatusCode; ++code) {
      const auto status_code = static_cast<absl::StatusCode>(code);
      row.finished[status_code] = &finished.Add(
          {{"rpc_method", rpc->name}, {"rpc_response_status_code", absl::StatusCodeToString(status_code)}});
    }
    row.time = &time.Add({{"rpc_method", rpc->name}}, kSeconds);
    row.batch = &batch.Add({{"rpc_method", rpc->name}}, kBatchSizes);
  }
}

void Metrics::Finished(const Rpc& rpc, const absl::Status& status, absl::Duration time) {
  Row& row = rows_.at(&rpc);
  row.finished.at(status.code())->Increment();
  row.time->Observe(absl::ToDoubleSeconds(time));
}

void Metrics::Refused(const std::string& reason) { refused_.Add({{"reason", reason}}).Increment(); }

void Metrics::Limited(const std::string& limit, const Rpc& rpc) {
  limited_.Add({{"limit", limit}, {"work_class", WorkClassName(rpc.policy.work_class())}, {"rpc_method", rpc.name}})
      .Increment();
}

void Metrics::SetBuckets(size_t buckets) { buckets_.Set(static_cast<double>(buckets)); }

void Metrics::AskedRange(RangeOutcome outcome) { ranges_[static_cast<size_t>(outcome)]->Increment(); }

void Metrics::Served(const Rpc& rpc, size_t batch) { rows_.at(&rpc).batch->Observe(static_cast<double>(batch)); }

prometheus::Gauge& Metrics::Waiting(v1::WorkClass work_class) {
  return waiting_.Add({{"work_class", WorkClassName(work_class)}});
}

}  // namespace hearth
