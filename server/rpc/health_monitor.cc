#include "server/rpc/health_monitor.h"

#include <utility>

#include "absl/time/clock.h"
#include "server/base/log.h"

namespace hearth {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(500);
constexpr absl::Duration kPatience = absl::Seconds(1);

}  // namespace

HealthMonitor::HealthMonitor(Database* database, grpc::HealthCheckServiceInterface* health,
                             std::vector<std::string> services)
    : database_(*database), health_(*health), services_(std::move(services)) {
  thread_ = std::thread([this] { Run(); });
}

HealthMonitor::~HealthMonitor() { Drain(); }

void HealthMonitor::Drain() {
  if (!draining_.HasBeenNotified()) draining_.Notify();
  if (thread_.joinable()) thread_.join();
}

void HealthMonitor::Run() {
  bool serving = false;
  for (bool first = true; !draining_.HasBeenNotified(); first = false) {
    const bool up = database_.Ping(absl::Now() + kPatience).ok();
    if (up != serving || first) {
      Tell(up);
      Log(up ? LogLevel::kInfo : LogLevel::kWarning, up ? "serving" : "not serving: the database does not answer");
    }
    serving = up;
    draining_.WaitForNotificationWithTimeout(kInterval);
  }
  Tell(false);
}

void HealthMonitor::Tell(bool serving) {
  for (const std::string& service : services_) health_.SetServingStatus(service, serving);
  health_.SetServingStatus(serving);
}

}  // namespace hearth
