#include "server/app/method_limits.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"

namespace hearth {
namespace {

constexpr double kMost = 1e6;

bool IsMethod(const std::string& name) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  return pool->FindMethodByName(absl::StrCat("hearth.v1.", name)) != nullptr;
}

}  // namespace

absl::StatusOr<MethodRates> ParseMethodLimits(const std::string& flag, const std::vector<std::string>& texts) {
  MethodRates rates;
  for (const std::string& text : texts) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    double rate = -1;
    if (!absl::SimpleAtod(parts.second, &rate) || !(rate >= 0 && rate <= kMost)) {
      return absl::InvalidArgumentError(absl::StrCat(
          flag, " ", text, ": must have the form ResetPasswordService.ResetPassword=5, with 0 to 1000000"));
    }
    if (!IsMethod(parts.first)) {
      return absl::InvalidArgumentError(absl::StrCat(flag, " ", text, ": the contract has no method ", parts.first,
                                                     "; proto/PERMISSIONS.md lists all"));
    }
    rates[absl::StrReplaceAll(parts.first, {{".", "/"}})] = rate;
  }
  return rates;
}

}  // namespace hearth
