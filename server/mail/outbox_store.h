// All SQL about the outbox.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "hearth/v1/mail_template.pb.h"
#include "server/storage/tx.h"

namespace hearth {

// A mail as it waits.
struct OutboxRow {
  std::string directory;
  std::string id;  // A UUID.
  std::string to;
  std::string person;
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
  std::string languages;  // Joined by commas.
  std::string key_id;     // Of the key that sealed it.
  std::string sealed;
  std::string mailbox;  // 16 bytes that keep mails in order; empty: the order does not matter.
  absl::Duration lifetime;
};

// Inserts a mail, due at once; its Message-ID is made of its id and the directory's primary domain. Nothing when that id is there already.
// Throws when the directory is not there or not served.
void InsertMail(Tx& tx, const OutboxRow& row);

}  // namespace hearth
