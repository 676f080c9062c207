// All SQL about mails that were set aside.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/mail_template.pb.h"
#include "server/storage/tx.h"

namespace hearth {

// A mail that was set aside; what it says is not read.
struct SetAsideMail {
  std::string directory;
  std::string id;  // A UUID.
  std::string to;
  std::string person;  // An id; empty: it is about nobody in particular.
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
  std::string note;
  bool retryable = false;  // It has not expired by the database's clock, and its values are still there.
  absl::Time create_time;
  absl::Time set_aside_time;
  absl::Time expire_time;

  // Where it stands in the list.
  std::string place() const;
};

// The last first, after the place `after` (empty: from the beginning), at most `limit`.
std::vector<SetAsideMail> ListSetAside(Tx& tx, std::string_view directory, const std::string& after, int limit);

// The mail of that id, locked until the transaction ends; nullopt when there is none that is set aside.
std::optional<SetAsideMail> LockSetAside(Tx& tx, std::string_view directory, std::string_view id);

// Puts a retryable one back into the outbox, due at once, after what waits in its mailbox (MailboxOf). The row is locked.
void RetrySetAside(Tx& tx, const SetAsideMail& mail, const std::string& mailbox);
// Ends it for good and wipes its values. The row is locked.
void DiscardSetAside(Tx& tx, const SetAsideMail& mail);

}  // namespace hearth
