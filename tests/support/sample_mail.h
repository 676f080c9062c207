// Mails made of the samples that the contract declares.
#pragma once

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/mail/mail.h"
#include "server/mail/mail_rules.h"

namespace hearth::test {

inline std::vector<v1::MailTemplate> AllTemplates() {
  std::vector<v1::MailTemplate> all;
  for (int number = 1; number <= v1::MailTemplate_MAX; ++number) {
    if (v1::MailTemplate_IsValid(number)) all.push_back(static_cast<v1::MailTemplate>(number));
  }
  return all;
}

// The sample of a value, as whoever sends such a mail would give it.
inline MailValue SampleOf(const v1::MailValueRules& rules) {
  if (rules.sensitive()) return Secret(rules.sample());
  switch (rules.type()) {
    case v1::MAIL_VALUE_TYPE_TIME: {
      absl::Time time;
      std::string error;
      EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rules.sample(), &time, &error)) << rules.name() << error;
      return time;
    }
    case v1::MAIL_VALUE_TYPE_DURATION: {
      absl::Duration duration;
      EXPECT_TRUE(absl::ParseDuration(rules.sample(), &duration)) << rules.name();
      return duration;
    }
    case v1::MAIL_VALUE_TYPE_NUMBER:
      return int64_t{std::stoll(rules.sample())};
    default:
      return rules.sample();
  }
}

// A well-made mail of that kind, from Forth Coffee.
inline Mail SampleMail(v1::MailTemplate kind) {
  Mail mail;
  mail.directory = "forthcoffee";
  mail.to = "ada@roastery.example";
  mail.person = "user1";
  mail.kind = kind;
  mail.languages = {"en"};
  mail.lifetime = absl::Hours(1);
  for (const v1::MailValueRules& rules : RulesOf(kind).values()) mail.values.emplace(rules.name(), SampleOf(rules));
  return mail;
}

}  // namespace hearth::test
