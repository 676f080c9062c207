#include "server/credential/password_generator.h"

#include <string>

namespace hearth {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Secret GeneratePassword(Random& random) {
  std::string password(kPasswordGroups * (kPasswordGroupLength + 1) - 1, '-');
  bool has_letter = false;
  bool has_digit = false;
  while (!has_letter || !has_digit) {
    has_letter = has_digit = false;
    for (size_t i = 0; i < password.size(); ++i) {
      if (i % (kPasswordGroupLength + 1) == kPasswordGroupLength) continue;
      password[i] = kPasswordAlphabet[random.Uniform(static_cast<uint32_t>(kPasswordAlphabet.size()))];
      (IsDigit(password[i]) ? has_digit : has_letter) = true;
    }
  }
  Secret secret(password);
  WipeString(password);
  return secret;
}

}  // namespace hearth
