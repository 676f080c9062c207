// The rules for passwords in words, for the people who choose them.
#pragma once

#include <string>

#include "hearth/v1/password_policy.pb.h"

namespace hearth {

// One sentence that says what to do, in a language of MailLanguages(). `min_length` is for TOO_SHORT. Empty when there is none.
std::string RuleText(v1::PasswordRule rule, const std::string& language, int min_length);

}  // namespace hearth
