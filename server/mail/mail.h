// A mail as those who send one describe it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/mail_template.pb.h"
#include "server/base/secret.h"

namespace hearth {

// A value of a mail. Which alternative a template wants stands in mail_template.proto: texts, notes and links are strings (Secret when they
// are sensitive), times, durations and numbers are themselves.
using MailValue = std::variant<std::string, Secret, absl::Time, absl::Duration, int64_t>;

// A mail to one recipient. Whether it is well made is asked by MailDefect.
struct Mail {
  std::string
      directory;  // Id of the directory that sends it: its name, colours, templates and language. The transaction serves it.
  std::string to;  // One address (IsMailAddress).
  // Id of the person it is about, or empty. Mails about one person to one address arrive in the order in which they were put in.
  std::string person;
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
  // BCP 47 tags, best first: the person's, then the request's. The directory's default follows by itself; unknown and empty ones are skipped.
  std::vector<std::string> languages;
  std::map<std::string, MailValue> values;  // By name, as mail_template.proto declares for the kind.
  // How long the mail matters, from the transaction's time on: as long as what it carries. It is never sent later. At most 30 days.
  absl::Duration lifetime = absl::ZeroDuration();
  // A UUID that was fixed before the transaction, where its closure may run twice: a second mail of that id is none. Empty: a new one.
  std::string id;
};

}  // namespace hearth
