#include "server/credential/rehasher.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "server/base/log.h"
#include "server/credential/credential_store.h"

namespace hearth {
namespace {

// Nobody waits for it; it waits for a lane behind those who do.
constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

Rehasher::Rehasher(Database* database, Hasher* hasher) : database_(*database), hasher_(*hasher) {
  thread_ = std::thread([this] { Run(); });
}

Rehasher::~Rehasher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  thread_.join();
}

void Rehasher::Offer(const CredentialBinding& binding, const PasswordHash& old, const Secret& prepared) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || waiting_.size() >= kMostWaiting) return;
  waiting_.push_back({binding, old, prepared});
}

void Rehasher::Run() {
  while (true) {
    Item item;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); };
      mutex_.Await(absl::Condition(&ready));
      if (stopping_) return;
      item = std::move(waiting_.front());
      waiting_.pop_front();
    }
    Rehash(item);
  }
}

void Rehasher::Rehash(const Item& item) {
  const absl::Time deadline = absl::Now() + kPatience;
  auto hash = hasher_.Hash(item.binding, item.prepared, deadline);
  absl::Status status = hash.status();
  if (status.ok()) {
    status = database_.Write({item.binding.directory}, deadline, [&](Tx& tx) {
      RefreshHash(tx, item.binding, item.old, *hash);
      return absl::OkStatus();
    });
  }
  if (!status.ok()) Log(LogLevel::kWarning, "rehash failed", {{"detail", std::string(status.message())}});
}

}  // namespace hearth
