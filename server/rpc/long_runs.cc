#include "server/rpc/long_runs.h"

namespace hearth {

LongRuns::Run::Run(LongRuns* runs, std::pair<std::string, std::string> key) : runs_(*runs), key_(std::move(key)) {}

LongRuns::Run::~Run() {
  absl::MutexLock lock(&runs_.mutex_);
  runs_.under_way_.erase(key_);
}

std::unique_ptr<LongRuns::Run> LongRuns::Begin(const std::string& directory, const std::string& method) {
  const std::pair key(directory, method);
  absl::MutexLock lock(&mutex_);
  if (!under_way_.insert(key).second) return nullptr;
  return std::make_unique<Run>(this, key);
}

}  // namespace hearth
