// Long runs, one of a directory at a time.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace hearth {

// Few workers serve the class BULK, and a run keeps one for minutes: with one run each, no directory keeps the workers from all others.
// Each replica counts for itself. Thread-safe.
class LongRuns {
 public:
  // The directory's run; it is over when this is destroyed. The LongRuns outlive it.
  class Run {
   public:
    Run(LongRuns* runs, std::string directory);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    LongRuns& runs_;
    const std::string directory_;
  };

  // Null: the directory has one that is not over.
  std::unique_ptr<Run> Begin(const std::string& directory);

 private:
  absl::Mutex mutex_;
  std::set<std::string> directories_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace hearth
