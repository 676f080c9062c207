// Carries mails from the outbox to a server.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/mail/ledger.h"
#include "server/mail/mail_metrics.h"
#include "server/mail/outbox_store.h"
#include "server/mail/transport.h"
#include "server/storage/database.h"

namespace hearth {

struct CourierOptions {
  std::string from = {};  // The address that mails come from.
  // For how long mails are claimed. Those of a courier that died wait that long.
  absl::Duration lease = absl::Minutes(3);
  // The most that sending one mail takes; none is begun in less than that before the lease ends.
  absl::Duration send_time = absl::Seconds(90);
};

// What a round of a courier was like.
struct CourierRound {
  int claimed = 0;
  bool spoken = false;     // The server was spoken to.
  bool no_server = false;  // The server could not be spoken to; what was claimed is given back.
  std::string note;        // Why not.
};

// One thread's courier. A mail is sent, and then marked, some in one transaction (Ledger): whoever dies in between has them sent again, with the same
// Message-ID. A mail is never sent after it expired, by the database's clock at the claim and a steady clock from there on. What is passed in outlives
// the courier.
class Courier {
 public:
  Courier(Database* database, const Keyring* keyring, MailTransport* transport, MailMetrics* metrics, Random* random,
          const absl::Notification* stopping, CourierOptions options);

  // Claims at most `most` mails and handles each; what became of them is stored when it returns. Fails as Database::Write does.
  absl::StatusOr<CourierRound> Run(int most);

 private:
  using Clock = std::chrono::steady_clock;

  void Handle(const ClaimedMail& mail, CourierRound& round);
  Delivery Attempt(const ClaimedMail& mail, CourierRound& round);
  void End(const ClaimedMail& mail, MailEnd end, const std::string& note);
  void Defer(const ClaimedMail& mail, absl::Duration delay, bool counts, const std::string& note);
  absl::Duration elapsed() const { return absl::FromChrono(Clock::now() - claimed_at_); }

  Database& database_;
  const Keyring& keyring_;
  MailTransport& transport_;
  MailMetrics& metrics_;
  Random& random_;
  const absl::Notification& stopping_;
  const CourierOptions options_;
  std::string last_;  // The directory that was served last.
  Clock::time_point claimed_at_;
  Ledger ledger_;
};

}  // namespace hearth
