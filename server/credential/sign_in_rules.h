// When wrong passwords lock a sign-in. Pure functions.
#pragma once

#include <array>
#include <deque>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hearth/v1/credential_service.pb.h"

namespace hearth {

// No account takes more failures in a row than this (NIST SP 800-63B-4, 3.2.2), whatever the policy says.
inline constexpr int kMostConsecutiveFailures = 100;
// This many of the last wrong passwords are remembered; they do not count again (Entra, "Protect user accounts with smart lockout").
inline constexpr size_t kRememberedTries = 3;

// A directory's policy.
struct SignInRules {
  int lockout_threshold = 10;
  absl::Duration lockout_duration = absl::Minutes(1);
  absl::Duration max_lockout_duration = absl::Hours(1);
  absl::Duration familiar_source_lifetime = absl::Hours(30 * 24);
};

// What is counted of one kind of source.
struct SourceCount {
  int failures = 0;
  int lockouts = 0;
  absl::Time locked_until = absl::InfinitePast();
};

// What is counted of one person, or of one name that is nobody's.
struct SignInCounts {
  SourceCount familiar, unfamiliar;
  int consecutive_failures = 0;
  std::deque<std::string> tried;  // Digests, newest last; at most kRememberedTries.

  SourceCount& Of(bool is_familiar) { return is_familiar ? familiar : unfamiliar; }
};

// Whether a password may be tried at `now` (the database's clock): InfinitePast when it may, else until when it may not; InfiniteFuture after
// kMostConsecutiveFailures. A try that is allowed is counted as a failure at once, so that of many at the same time no more than the policy allows
// are under way; a password that turns out right takes it back (CountSuccess). `digest` stands for the password that is tried.
absl::Time CountTry(const SignInRules& rules, absl::Time now, bool familiar, const std::string& digest,
                    SignInCounts& counts);

// A right password ends the row of failures, and clears what was counted of its kind of source.
void CountSuccess(bool familiar, SignInCounts& counts);

// `current` as the request wants it. A field that the mask names and the request leaves out gets its default. Fails with INVALID_FIELDS.
absl::StatusOr<SignInRules> UpdatedSignInRules(const SignInRules& current,
                                               const v1::UpdateSignInPolicyRequest& request);

}  // namespace hearth
