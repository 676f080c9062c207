#include "usage.h"

#include "absl/strings/cord.h"

namespace hearth::cli {
namespace {

constexpr char kUsage[] = "hearth.cli/usage";

}  // namespace

absl::Status UsageError(const std::string& message, const std::string& next) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsage, absl::Cord(next));
  return status;
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kUsage).has_value(); }

std::string NextOf(const absl::Status& status) {
  const auto next = status.GetPayload(kUsage);
  return next.has_value() ? std::string(*next) : "";
}

}  // namespace hearth::cli
