#include "server/credential/sign_in_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr int kLeastThreshold = 3, kMostThreshold = 50;
// Sixty seconds doubled this often are longer than any policy allows.
constexpr int kMostDoublings = 20;

absl::Duration LockoutSpan(const SignInRules& rules, int lockouts) {
  const int doublings = std::min(lockouts - 1, kMostDoublings);
  return std::min(rules.lockout_duration * (int64_t{1} << doublings), rules.max_lockout_duration);
}

absl::Duration SpanOf(bool given, const google::protobuf::Duration& duration, absl::Duration by_default) {
  return given ? absl::Microseconds(google::protobuf::util::TimeUtil::DurationToMicroseconds(duration)) : by_default;
}

}  // namespace

absl::Time CountTry(const SignInRules& rules, absl::Time now, bool familiar, const std::string& digest,
                    SignInCounts& counts) {
  SourceCount& count = counts.Of(familiar);
  if (counts.consecutive_failures >= kMostConsecutiveFailures) return absl::InfiniteFuture();
  if (now < count.locked_until) return count.locked_until;
  if (std::find(counts.tried.begin(), counts.tried.end(), digest) != counts.tried.end()) return absl::InfinitePast();
  counts.tried.push_back(digest);
  if (counts.tried.size() > kRememberedTries) counts.tried.pop_front();
  ++counts.consecutive_failures;
  ++count.failures;
  if (count.failures >= rules.lockout_threshold) {
    ++count.lockouts;
    count.locked_until = now + LockoutSpan(rules, count.lockouts);
  }
  return absl::InfinitePast();
}

void CountSuccess(bool familiar, SignInCounts& counts) {
  counts.Of(familiar) = {};
  counts.consecutive_failures = 0;
  counts.tried.clear();
}

absl::StatusOr<SignInRules> UpdatedSignInRules(const SignInRules& current,
                                               const v1::UpdateSignInPolicyRequest& request) {
  const v1::SignInPolicy& wanted = request.sign_in_policy();
  ASSIGN_OR_RETURN(
      const std::set<std::string> fields,
      FieldsToUpdate(wanted, request.update_mask(),
                     {"lockout_threshold", "lockout_duration", "max_lockout_duration", "familiar_source_lifetime"}));
  const SignInRules defaults;
  SignInRules updated = current;
  if (fields.contains("lockout_threshold")) {
    updated.lockout_threshold =
        wanted.lockout_threshold() == 0 ? defaults.lockout_threshold : wanted.lockout_threshold();
  }
  if (fields.contains("lockout_duration")) {
    updated.lockout_duration =
        SpanOf(wanted.has_lockout_duration(), wanted.lockout_duration(), defaults.lockout_duration);
  }
  if (fields.contains("max_lockout_duration")) {
    updated.max_lockout_duration =
        SpanOf(wanted.has_max_lockout_duration(), wanted.max_lockout_duration(), defaults.max_lockout_duration);
  }
  if (fields.contains("familiar_source_lifetime")) {
    updated.familiar_source_lifetime = SpanOf(wanted.has_familiar_source_lifetime(), wanted.familiar_source_lifetime(),
                                              defaults.familiar_source_lifetime);
  }
  if (updated.lockout_threshold < kLeastThreshold || updated.lockout_threshold > kMostThreshold) {
    return InvalidField("sign_in_policy.lockout_threshold",
                        absl::StrCat("must be between ", kLeastThreshold, " and ", kMostThreshold));
  }
  if (updated.max_lockout_duration < updated.lockout_duration) {
    return InvalidField("sign_in_policy.max_lockout_duration", "must not be below lockout_duration");
  }
  return updated;
}

}  // namespace hearth
