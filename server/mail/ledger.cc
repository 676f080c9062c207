#include "server/mail/ledger.h"

#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "server/mail/mail_log.h"

namespace hearth {
namespace {

constexpr size_t kEnough = Ledger::kMostUnmarked / 2;  // While one half is stored, the other half is sent.
constexpr absl::Duration kLinger = absl::Milliseconds(20);
constexpr absl::Duration kPatience = absl::Seconds(10);  // For one transaction.
constexpr absl::Duration kBetweenTries = absl::Seconds(1);

Scope ScopeOfBatch(const std::vector<MailOutcome>& batch) {
  std::set<std::string> directories;
  for (const MailOutcome& outcome : batch) directories.insert(outcome.mail->directory);
  return Scope(directories.begin(), directories.end());
}

}  // namespace

Ledger::Ledger(Database* database, const absl::Notification* stopping)
    : database_(*database), stopping_(*stopping), thread_([this] { Run(); }) {}

Ledger::~Ledger() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  thread_.join();
}

void Ledger::Begin(Clock::time_point claim_end) {
  absl::MutexLock lock(&mutex_);
  claim_end_ = claim_end;
}

void Ledger::Note(MailOutcome outcome) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Ledger::HasRoom));
  waiting_.push_back(std::move(outcome));
}

void Ledger::Finish() {
  absl::MutexLock lock(&mutex_);
  hurried_ = true;
  mutex_.Await(absl::Condition(this, &Ledger::IsIdle));
  hurried_ = false;
}

bool Ledger::IsDue() const { return closed_ || hurried_ || waiting_.size() >= kEnough; }

std::vector<MailOutcome> Ledger::Take() {
  absl::MutexLock lock(&mutex_);
  storing_ = 0;
  mutex_.Await(absl::Condition(this, &Ledger::HasWork));
  mutex_.AwaitWithTimeout(absl::Condition(this, &Ledger::IsDue), kLinger);
  storing_ = waiting_.size();
  return std::exchange(waiting_, {});
}

void Ledger::Run() {
  for (std::vector<MailOutcome> batch = Take(); !batch.empty(); batch = Take()) Store(batch);
}

void Ledger::Store(const std::vector<MailOutcome>& batch) {
  Clock::time_point end;
  {
    absl::MutexLock lock(&mutex_);
    end = claim_end_;
  }
  while (true) {
    const absl::Status status = database_.Write(ScopeOfBatch(batch), absl::Now() + kPatience, [&](Tx& tx) {
      SettleMails(tx, batch);
      return absl::OkStatus();
    });
    if (status.ok()) return;
    // One of them is to blame, not the database.
    if (absl::IsInternal(status) && batch.size() > 1) break;
    if (Clock::now() > end || stopping_.WaitForNotificationWithTimeout(kBetweenTries)) {
      for (const MailOutcome& outcome : batch) {
        LogMail(LogLevel::kWarning, "what became of a mail could not be stored; it may be sent again", *outcome.mail,
                std::string(status.message()));
      }
      return;
    }
  }
  for (const MailOutcome& outcome : batch) Store({outcome});
}

}  // namespace hearth
