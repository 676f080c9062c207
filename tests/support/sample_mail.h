// Mails made of the samples that the contract declares.
#pragma once

#include <vector>

#include "server/mail/mail_rules.h"
#include "server/mail/samples.h"

namespace hearth::test {

inline std::vector<v1::MailTemplate> AllTemplates() {
  std::vector<v1::MailTemplate> all;
  for (int number = 1; number <= v1::MailTemplate_MAX; ++number) {
    if (v1::MailTemplate_IsValid(number)) all.push_back(static_cast<v1::MailTemplate>(number));
  }
  return all;
}

// A well-made mail of that kind, from Forth Coffee.
inline Mail SampleMail(v1::MailTemplate kind) {
  Mail mail;
  mail.directory = "forthcoffee";
  mail.to = kSampleRecipient;
  mail.person = "user1";
  mail.kind = kind;
  mail.languages = {"en"};
  mail.lifetime = absl::Hours(1);
  mail.values = SampleValues(kind);
  return mail;
}

}  // namespace hearth::test
