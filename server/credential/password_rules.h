// Which texts are passwords, and which of them are good enough. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/secret.h"

namespace hearth {

// NIST SP 800-63B-4, 3.1.1.2: a password that may stand alone has at least 15 characters, and a verifier
// accepts at least 64. A character is one Unicode code point. No composition rules, no expiry, for the same
// section forbids both.
inline constexpr size_t kMinPasswordCodePoints = 15;
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
// To verify an existing password this is all that is asked; a new one also passes CheckPasswordRules.
absl::StatusOr<Secret> PreparePassword(std::string_view given);

// The rules for new passwords, on what PreparePassword returned: kMinPasswordCodePoints to
// kMaxPasswordCodePoints. Refused with PASSWORD_POLICY and metadata "rule": TOO_SHORT, TOO_LONG.
absl::Status CheckPasswordRules(const Secret& prepared);

}  // namespace hearth
