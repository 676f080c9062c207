// What the log says of a mail: never to whom, or what it says.
#pragma once

#include <string>

#include "server/base/log.h"
#include "server/mail/outbox_store.h"

namespace hearth {

void LogMail(LogLevel level, const char* what, const ClaimedMail& mail, const std::string& note);

}  // namespace hearth
