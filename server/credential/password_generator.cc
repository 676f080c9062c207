#include "server/credential/password_generator.h"

#include <algorithm>
#include <string>

namespace hearth {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Secret GeneratePassword(Random& random, size_t min_length) {
  constexpr size_t kGroup = kPasswordGroupLength + 1;  // With the hyphen that follows all but the last.
  const size_t groups = std::max(kPasswordGroups, (min_length + 1 + kGroup - 1) / kGroup);
  std::string password(groups * kGroup - 1, '-');
  bool has_letter = false;
  bool has_digit = false;
  while (!has_letter || !has_digit) {
    has_letter = has_digit = false;
    for (size_t i = 0; i < password.size(); ++i) {
      if (i % kGroup == kPasswordGroupLength) continue;
      password[i] = kPasswordAlphabet[random.Uniform(static_cast<uint32_t>(kPasswordAlphabet.size()))];
      (IsDigit(password[i]) ? has_digit : has_letter) = true;
    }
  }
  Secret secret(password);
  WipeString(password);
  return secret;
}

}  // namespace hearth
