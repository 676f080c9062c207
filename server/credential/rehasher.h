// Gives stored passwords the current parameters and pepper, beside the calls that verified them.
#pragma once

#include <deque>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/credential/hasher.h"
#include "server/storage/database.h"

namespace hearth {

// Hashes verified passwords anew, one after the other in a thread of its own, in the lanes that calls use. What fails, or finds too many waiting, is
// left as it is: the next sign-in offers it again. Thread-safe.
class Rehasher {
 public:
  // What is passed in outlives the rehasher.
  Rehasher(Database* database, Hasher* hasher);
  // Ends after the password at hand; those that wait are wiped.
  ~Rehasher();

  // Takes a password that `old` was just verified with. At most kMostWaiting wait; more are dropped.
  void Offer(const CredentialBinding& binding, const PasswordHash& old, const Secret& prepared);

  static constexpr size_t kMostWaiting = 64;

 private:
  struct Item {
    CredentialBinding binding;
    PasswordHash old;
    Secret prepared;
  };

  void Run();
  void Rehash(const Item& item);

  Database& database_;
  Hasher& hasher_;
  absl::Mutex mutex_;
  std::deque<Item> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace hearth
