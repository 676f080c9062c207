// The FreeformClass of PRECIS (RFC 8264, 4.3): the characters that passwords may be made of.
#pragma once

#include <string_view>

#include "hearth/v1/password_policy.pb.h"

namespace hearth {

// The rule that the text breaks first; UNSPECIFIED when every code point is of the class. `text` is well-formed UTF-16 without unpaired surrogates. Which code points are assigned is a matter
// of ICU's Unicode version: 15 in Debian 12, 16 in Debian 13; assigned characters are never taken back.
// By the letter of the class, joiners and variation selectors are refused outside their scripts, so an emoji
// that is made of several joined with U+200D, or has U+FE0F, is not accepted; plain ones are.
v1::PasswordRule FreeformViolation(std::u16string_view text);

}  // namespace hearth
