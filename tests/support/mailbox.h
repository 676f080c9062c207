// The outgoing mails of a test's database, opened as the relay of mail would.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/base/keyring.h"
#include "server/mail/mail.h"
#include "tests/support/fixture.h"

namespace hearth::test {

// A mail that waits. Values that are texts, secret or not, as text; the others are left out.
struct WaitingMail {
  std::string directory;
  std::string to;
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
  std::map<std::string, std::string> values;
  std::string languages;  // Wished for, best first, joined by commas.
};

// Gives the rows that OpenMails takes, oldest first.
inline constexpr char kWaitingMails[] =
    "SELECT m.directory_id, m.mail_id, m.recipient, m.template, m.key_id, encode(m.sealed, 'hex'), m.languages FROM"
    " hearth.mails m"
    " JOIN hearth.outbox o USING (directory_id, mail_id) WHERE m.sealed IS NOT NULL ORDER BY o.position";

std::vector<WaitingMail> OpenMails(const Rows& rows, const Keyring& keyring);

}  // namespace hearth::test
