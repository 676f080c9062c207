// How a domain sends a mail: in its own transaction.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/base/keyring.h"
#include "server/mail/mail.h"
#include "server/storage/database.h"

namespace hearth {

class Tx;

// Puts the mail into the outbox. It will be sent if and only if the transaction commits, at least once, unless it expires first; its
// Message-ID is fixed now, so a repeat is recognised by who receives it. All values are sealed until the mail is sent, and gone afterwards.
// The transaction serves mail.directory. Throws std::invalid_argument for a mail that is not well made (MailDefect): a defect of the caller,
// whose transaction then fails with INTERNAL; what people type must have been checked before.
void Enqueue(Tx& tx, const Keyring& keyring, const Mail& mail);

// What keeps mails about one person to one address in order, and tells nobody who they are; empty when they are about nobody.
std::string MailboxOf(const Keyring& keyring, const std::string& directory, const std::string& person,
                      const std::string& to);

// Ends mails that expired without being sent, so that what they carried does not outlive its use even where no relay runs, and removes what
// ended more than 30 days ago; each directory in a transaction of its own. Safe to run at any time and from several servers at once. A directory
// that fails does not keep the others from it; the result is the first failure.
absl::Status SweepOutbox(Database& database, absl::Time deadline);

}  // namespace hearth
