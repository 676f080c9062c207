// Long runs, one of each method of a directory at a time.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace hearth {

// Few workers serve the class BULK, and a run keeps one for minutes: with one run of each method, and more workers than there are such methods, no
// directory keeps the workers from all others. Those who may call one method keep nobody from another, which takes another permission.
// Each replica counts for itself. Thread-safe.
class LongRuns {
 public:
  // A run of the directory; it is over when this is destroyed. The LongRuns outlive it.
  class Run {
   public:
    Run(LongRuns* runs, std::pair<std::string, std::string> key);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    LongRuns& runs_;
    const std::pair<std::string, std::string> key_;
  };

  // Null: the directory has one of the method that is not over.
  std::unique_ptr<Run> Begin(const std::string& directory, const std::string& method);

 private:
  absl::Mutex mutex_;
  std::set<std::pair<std::string, std::string>> under_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
