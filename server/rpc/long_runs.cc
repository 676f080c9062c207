#include "server/rpc/long_runs.h"

#include <utility>

namespace hearth {

LongRuns::Run::Run(LongRuns* runs, std::string directory) : runs_(*runs), directory_(std::move(directory)) {}

LongRuns::Run::~Run() {
  absl::MutexLock lock(&runs_.mutex_);
  runs_.directories_.erase(directory_);
}

std::unique_ptr<LongRuns::Run> LongRuns::Begin(const std::string& directory) {
  absl::MutexLock lock(&mutex_);
  if (!directories_.insert(directory).second) return nullptr;
  return std::make_unique<Run>(this, directory);
}

}  // namespace hearth
