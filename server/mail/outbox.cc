#include "server/mail/outbox.h"

#include <stdexcept>

#include "absl/strings/str_join.h"
#include "server/base/ids.h"
#include "server/directory/each_directory.h"
#include "server/mail/mail_rules.h"
#include "server/mail/outbox_store.h"
#include "server/mail/sealing.h"

namespace hearth {

std::string MailboxOf(const Keyring& keyring, const std::string& directory, const std::string& person,
                      const std::string& to) {
  if (person.empty()) return "";
  const Secret key = keyring.Derive(keyring.eldest(), "mailbox");
  return KeyedDigest(key, {directory, person, to}).substr(0, 16);
}

void Enqueue(Tx& tx, const Keyring& keyring, const Mail& mail) {
  if (const std::string defect = MailDefect(mail); !defect.empty()) {
    throw std::invalid_argument("a mail of the template " + std::to_string(mail.kind) + " is not well made: " + defect);
  }
  OutboxRow row;
  row.directory = mail.directory;
  row.id = mail.id.empty() ? NewUuid4() : mail.id;
  row.to = mail.to;
  row.person = mail.person;
  row.kind = mail.kind;
  row.languages = absl::StrJoin(mail.languages, ",");
  row.key_id = keyring.current();
  row.sealed = SealValues(keyring, row.key_id, {row.directory, row.id, row.to, row.kind}, mail.values);
  row.mailbox = MailboxOf(keyring, mail.directory, mail.person, mail.to);
  row.lifetime = mail.lifetime;
  InsertMail(tx, row);
}

absl::Status SweepOutbox(Database& database, absl::Time deadline) {
  return WriteInEachDirectory(database, deadline, [](Tx& tx, const std::string&) { SweepMails(tx); });
}

}  // namespace hearth
