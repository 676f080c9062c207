#include "server/storage/pool.h"

#include <utility>

namespace hearth {

std::unique_ptr<Connection> Pool::Take(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return taken_ < size_; };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&free), deadline)) return nullptr;
    ++taken_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  try {
    return std::make_unique<Connection>(conninfo_);
  } catch (...) {
    Dropped(/*all=*/true);
    throw;
  }
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  absl::MutexLock lock(&mutex_);
  --taken_;
  idle_.push_back(std::move(connection));
}

void Pool::Dropped(bool all) {
  std::vector<std::unique_ptr<Connection>> suspect;  // Closed after the lock is released.
  {
    absl::MutexLock lock(&mutex_);
    --taken_;
    if (all) suspect.swap(idle_);
  }
}

int Pool::open() const {
  absl::MutexLock lock(&mutex_);
  return taken_ + static_cast<int>(idle_.size());
}

}  // namespace hearth
