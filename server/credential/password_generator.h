// Passwords that the server makes.
#pragma once

#include <cstddef>
#include <string_view>

#include "server/base/random.h"
#include "server/base/secret.h"

namespace hearth {

// Letters and digits that cannot be taken for one another when read or spelled aloud: no i, l, o, 0, 1, and
// one case.
inline constexpr std::string_view kPasswordAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
inline constexpr size_t kPasswordGroups = 4;
inline constexpr size_t kPasswordGroupLength = 5;

// A new password: four groups of five characters of kPasswordAlphabet, or as many as `min_length` code points need, joined by '-', with at
// least one letter and one digit among them (a draw without is thrown away whole, so the rest stay equally likely). 99 bits or more. Passes
// PreparePassword unchanged, and has three of the four classes of characters. Draws one number below 31 per character from `random`.
Secret GeneratePassword(Random& random, size_t min_length = 0);

}  // namespace hearth
