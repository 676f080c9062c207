#include "server/mail/mail_log.h"

#include "server/mail/mail_rules.h"

namespace hearth {

void LogMail(LogLevel level, const char* what, const ClaimedMail& mail, const std::string& note) {
  Log(level, what,
      {{"directory", mail.directory},
       {"mail_id", mail.id},
       {"template", MailTemplateName(mail.kind)},
       {"attempt", int64_t{mail.attempts}},
       {"note", note}});
}

}  // namespace hearth
