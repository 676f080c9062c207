#include "server/storage/pool.h"

#include <sys/socket.h>

#include "absl/time/clock.h"

namespace hearth {
namespace {

constexpr absl::Duration kWatchInterval = absl::Milliseconds(100);
// The server's own statement_timeout comes first and leaves the connection whole.
constexpr absl::Duration kGrace = absl::Milliseconds(250);

}  // namespace

Pool::Pool(std::string conninfo, int size) : conninfo_(std::move(conninfo)), size_(size) {
  watchdog_ = std::thread([this] { Watch(); });
}

Pool::~Pool() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  watchdog_.join();
}

std::unique_ptr<Connection> Pool::Take(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return static_cast<int>(taken_.size()) + opening_ < size_;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&free), deadline)) return nullptr;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      taken_.emplace(connection.get(), deadline);
      return connection;
    }
    ++opening_;
  }
  try {
    auto connection = std::make_unique<Connection>(conninfo_);
    absl::MutexLock lock(&mutex_);
    --opening_;
    taken_.emplace(connection.get(), deadline);
    return connection;
  } catch (...) {
    {
      absl::MutexLock lock(&mutex_);
      --opening_;
    }
    CloseIdle();
    throw;
  }
}

void Pool::GiveBack(std::unique_ptr<Connection> connection) {
  absl::MutexLock lock(&mutex_);
  taken_.erase(connection.get());
  idle_.push_back(std::move(connection));
}

void Pool::Drop(std::unique_ptr<Connection> connection, bool all) {
  {
    absl::MutexLock lock(&mutex_);
    taken_.erase(connection.get());
  }
  if (all) CloseIdle();
}

void Pool::CloseIdle() {
  std::vector<std::unique_ptr<Connection>> suspect;  // Declared before the lock, so closed after it is released.
  absl::MutexLock lock(&mutex_);
  suspect.swap(idle_);
}

void Pool::Watch() {
  absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kWatchInterval)) CutOverdue();
}

void Pool::CutOverdue() {
  const absl::Time now = absl::Now();
  for (auto& [connection, deadline] : taken_) {
    if (now < deadline + kGrace) continue;
    // Whoever waits on the socket is told that it is closed; it stays theirs to close.
    shutdown(connection->link.sock(), SHUT_RDWR);
    deadline = absl::InfiniteFuture();
  }
}

int Pool::open() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(taken_.size() + idle_.size());
}

}  // namespace hearth
