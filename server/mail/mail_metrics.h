// What the relay tells Prometheus.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace hearth {

// Counts what became of attempts; no directory and no address in any label. Thread-safe. What it points to lives as long as the registry.
struct MailMetrics {
  explicit MailMetrics(prometheus::Registry& registry);

  prometheus::Counter& sent;
  prometheus::Counter& deferred;   // Refused for now: will be tried again.
  prometheus::Counter& no_server;  // The server could not be spoken to.
  prometheus::Counter& expired;    // Never sent. Worth an alert.
  prometheus::Counter& set_aside;  // Refused for good, or too often. Worth an alert.
  prometheus::Gauge& waiting;      // In the outbox of all directories.
  prometheus::Gauge& lag;          // Seconds for which the oldest has been due.
};

}  // namespace hearth
