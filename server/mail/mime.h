// A mail as it travels (RFC 5322, MIME), through GMime.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "server/mail/mail_body.h"

namespace hearth {

// What stands in the header of a mail. No field may hold control characters; GMime encodes what is not ASCII (RFC 2047) and folds lines.
struct MailHeader {
  std::string from_name;
  std::string from;        // An address (IsMailAddress).
  std::string to;          // An address.
  std::string message_id;  // Without angle brackets.
  absl::Time date;
  std::string language;  // BCP 47.
};

// The whole message, multipart/alternative of text and HTML, lines end in CRLF, only ASCII. Marked as automatic (RFC 3834), so that no
// out-of-office reply comes back. Throws std::invalid_argument when a field of the header holds a control character or an address is none.
std::string ComposeMessage(const MailHeader& header, const MailBody& body);

}  // namespace hearth
