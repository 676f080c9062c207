// All SQL about the outbox.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/mail_template.pb.h"
#include "server/mail/brand.h"
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

// A mail that is being sent.
struct ClaimedMail {
  std::string lease;  // A UUID: whose claim it is.
  std::string directory;
  std::string id;
  int attempts = 0;  // This one included.
  std::string to;
  v1::MailTemplate kind = v1::MAIL_TEMPLATE_UNSPECIFIED;
  std::string languages;
  std::string message_id;
  std::string key_id;
  std::string sealed;
  absl::Time create_time;
  absl::Time expire_time;
  absl::Duration remaining;  // From the claim until it expires, by the database's clock.
  MailBrand brand;
};

// Claims at most `most` mails that are due, for `duration`, in any directories: the transaction needs no scope. Directories take turns,
// beginning after the id `last`. Of one mailbox only the first mail is claimed.
std::vector<ClaimedMail> ClaimMails(Tx& tx, const std::string& last, int most, const std::string& lease,
                                    absl::Duration duration);

// How a mail ended. What is set aside can be retried.
enum class MailEnd { kSent = 2, kExpired = 3, kSetAside = 4 };

// What became of a claimed mail.
struct MailOutcome {
  const ClaimedMail* mail = nullptr;
  std::optional<MailEnd> end;  // nullopt: it is given back.
  std::string note;
  // Given back: until this is over, at most until it expires; later mails of its mailbox wait too.
  absl::Duration delay = absl::ZeroDuration();
  bool counts = false;  // Given back: the attempt counts.
};

// Ends mails, and wipes the values of those that are not set aside, or gives them back. Nothing happens to a mail whose claim is over; returns how many
// that were not. The transaction serves their directories.
int SettleMails(Tx& tx, const std::vector<MailOutcome>& outcomes);

// How much waits, in all directories; the transaction needs no scope.
struct OutboxDepth {
  int64_t waiting = 0;
  absl::Duration lag;  // For how long the mail that has been due longest has been so.
};
OutboxDepth MeasureOutbox(Tx& tx);

// Ends mails that expired without being sent, also where no relay runs, wipes those that expired after they were set aside, and removes what ended
// more than 30 days ago, in the directories that the transaction serves. Returns how many expired.
int SweepMails(Tx& tx);

}  // namespace hearth
