#include "server/mail/mail_metrics.h"

#include <string>

namespace hearth {
namespace {

prometheus::Counter& Outcome(prometheus::Registry& registry, const std::string& outcome) {
  return prometheus::BuildCounter()
      .Name("hearth_mail_attempts_total")
      .Help("Attempts to send a mail, by what became of them")
      .Register(registry)
      .Add({{"outcome", outcome}});
}

prometheus::Gauge& Depth(prometheus::Registry& registry, const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

MailMetrics::MailMetrics(prometheus::Registry& registry)
    : sent(Outcome(registry, "sent")),
      deferred(Outcome(registry, "deferred")),
      no_server(Outcome(registry, "no_server")),
      expired(Outcome(registry, "expired")),
      set_aside(Outcome(registry, "set_aside")),
      waiting(Depth(registry, "hearth_mail_waiting", "Mails in the outbox, of all directories")),
      lag(Depth(registry, "hearth_mail_lag_seconds", "For how long the mail that has been due longest has been so")) {}

}  // namespace hearth
