#include "server/mail/samples.h"

#include <stdexcept>

#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

MailValue SampleOf(const v1::MailValueRules& rules) {
  if (rules.sensitive()) return Secret(rules.sample());
  switch (rules.type()) {
    case v1::MAIL_VALUE_TYPE_TIME: {
      absl::Time time;
      std::string error;
      if (!absl::ParseTime(absl::RFC3339_full, rules.sample(), &time, &error))
        throw std::invalid_argument(rules.name());
      return time;
    }
    case v1::MAIL_VALUE_TYPE_DURATION: {
      absl::Duration duration;
      if (!absl::ParseDuration(rules.sample(), &duration)) throw std::invalid_argument(rules.name());
      return duration;
    }
    case v1::MAIL_VALUE_TYPE_NUMBER:
      return int64_t{std::stoll(rules.sample())};
    default:
      return rules.sample();
  }
}

}  // namespace

std::map<std::string, MailValue> SampleValues(v1::MailTemplate kind) {
  std::map<std::string, MailValue> values;
  for (const v1::MailValueRules& rules : RulesOf(kind).values()) values.emplace(rules.name(), SampleOf(rules));
  return values;
}

}  // namespace hearth
