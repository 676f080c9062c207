// Which texts are passwords, and which of them are good enough. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/password_policy.pb.h"
#include "server/base/secret.h"
#include "server/credential/banned_words.h"

namespace hearth {

class BreachFilter;

// NIST SP 800-63B-4, 3.1.1.2: a verifier accepts at least 64 characters. A character is one Unicode code point.
inline constexpr size_t kMaxPasswordCodePoints = 256;
// The most bytes of UTF-8 that are looked at: 256 code points of four bytes.
inline constexpr size_t kMaxPasswordBytes = 4 * kMaxPasswordCodePoints;

// The form of a password that is hashed and compared, by the OpaqueString profile of RFC 8265, 4.2: every
// kind of space becomes U+0020, the text is brought to Unicode normalization form C, case and width stay as
// they are, and every character must be in the FreeformClass of RFC 8264 (checked after normalization, as its
// section 7 orders). Work is bounded by kMaxPasswordBytes. Refused with PASSWORD_POLICY and metadata "rule":
// EMPTY, TOO_LONG (bytes), NOT_UTF8, CONTROL_CHARACTER, UNASSIGNED_CHARACTER, INVISIBLE_CHARACTER (default
// ignorable, such as U+00AD or a joiner outside its script), DISALLOWED_CHARACTER (private use, line
// separators and the like).
// To verify an existing password this is all that is asked; a new one also passes JudgePassword.
absl::StatusOr<Secret> PreparePassword(std::string_view given);

// The same with the broken rule in place of a refusal; UNSPECIFIED: none.
struct Preparation {
  v1::PasswordRule broken = v1::PASSWORD_RULE_UNSPECIFIED;
  Secret password;
};
Preparation TryPassword(std::string_view given);

// By what a new password is judged, besides its form. Immutable once it is filled, so reading is thread-safe.
struct PasswordYardstick {
  v1::PasswordPolicy policy;  // Complete, with effective_min_length and version.
  WordList banned;            // The policy's banned_terms.
  WordList context;  // What anybody would think of in this place: the product, words of the organisation's name.
  WordList names;    // The person's and the organisation's, which must not be in it at all.
};

// How a password fares by one rule.
struct RuleVerdict {
  v1::PasswordRule rule;
  bool passed;
};

// Judges what PreparePassword returned by each rule of the yardstick, in the order in which the contract lists them; without a filter nothing is
// asked of breaches. `breached` may be null.
std::vector<RuleVerdict> JudgePassword(const Secret& prepared, const PasswordYardstick& yardstick,
                                       const BreachFilter* breached);

// PASSWORD_POLICY with metadata "rule": the name of the rule without its prefix.
absl::Status BreaksRule(v1::PasswordRule rule);
// The same for a rule of this policy: with TOO_SHORT also "min_length", the fewest code points.
absl::Status BreaksRule(v1::PasswordRule rule, const v1::PasswordPolicy& policy);

}  // namespace hearth
