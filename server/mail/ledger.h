// Stores what became of mails while the next ones are sent.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "server/mail/outbox_store.h"
#include "server/storage/database.h"

namespace hearth {

// The ledger of one courier. What it notes is stored by a thread of its own, some mails in one transaction: as soon as there are some, or a moment
// passed, or the courier waits for it. A batch that cannot be stored is stored mail by mail. A mail that was sent and is not stored when the server
// dies is sent again, with the same Message-ID; there are never more than kMostUnmarked of those. Its courier's thread calls it.
class Ledger {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMostUnmarked = 16;

  // What is passed in outlives the ledger.
  Ledger(Database* database, const absl::Notification* stopping);
  // Stores what was noted, as Finish does.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Begins with the mails of a claim that lasts until then: for so long it tries to store what became of them.
  void Begin(Clock::time_point claim_end);
  // Notes what became of a mail of that claim; waits while too much is not stored. The mail outlives Finish.
  void Note(MailOutcome outcome);
  // Waits until all is stored, or cannot be any more.
  void Finish();

 private:
  // Waits for the next batch; empty: there will be none.
  std::vector<MailOutcome> Take();
  void Run();
  void Store(const std::vector<MailOutcome>& batch);
  bool IsDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return waiting_.size() + storing_ < kMostUnmarked; }
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return waiting_.empty() && storing_ == 0; }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !waiting_.empty(); }

  Database& database_;
  const absl::Notification& stopping_;
  absl::Mutex mutex_;
  std::vector<MailOutcome> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t storing_ ABSL_GUARDED_BY(mutex_) = 0;
  bool hurried_ ABSL_GUARDED_BY(mutex_) = false;  // Somebody waits.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Clock::time_point claim_end_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // The last: it works at once.
};

}  // namespace hearth
