#include "server/credential/password_rules.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/text.h"
#include "server/credential/breach_filter.h"
#include "server/credential/freeform_class.h"
#include "server/credential/scratch.h"

namespace hearth {
namespace {

// No text grows more than threefold in normalization form C, in UTF-8 or in UTF-16 (Unicode Annex 15, 9).
constexpr size_t kMaxGrowth = 3;

constexpr size_t kRulePrefix = std::string_view("PASSWORD_RULE_").size();
std::string NameOf(v1::PasswordRule rule) { return v1::PasswordRule_Name(rule).substr(kRulePrefix); }

// Microsoft Entra ID, "Password policies": the characters that passwords may have, and how many of the classes of small letters, capitals, digits
// and symbols.
constexpr std::string_view kEntraSymbols = " @#$%^&*-_!+=[]{}|\\:',.?/`~\"();<>";
constexpr int kMinClasses = 3;

bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSymbol(char c) { return kEntraSymbols.find(c) != std::string_view::npos; }
bool InAlphabet(char c) { return IsSmall(c) || IsCapital(c) || IsDigit(c) || IsSymbol(c); }

int CountClasses(std::string_view text) {
  int classes = 0;
  for (bool (*in_class)(char) : {IsSmall, IsCapital, IsDigit, IsSymbol}) {
    classes += std::any_of(text.begin(), text.end(), in_class) ? 1 : 0;
  }
  return classes;
}

// Also with other characters between its own: punctuation hides no name.
bool HasName(const PlainText& plain, const WordList& names) {
  return names.HasPartOf(plain.view()) || names.HasPartOf(plain.Squeezed().view());
}

// Every kind of space is one code unit, so the length stays.
void MapSpaces(UChar* text, int32_t length) {
  for (int32_t i = 0; i < length; ++i) {
    if (u_charType(text[i]) == U_SPACE_SEPARATOR) text[i] = u' ';
  }
}

}  // namespace

Preparation TryPassword(std::string_view given) {
  const auto broken = [](v1::PasswordRule rule) { return Preparation{.broken = rule, .password = Secret()}; };
  if (given.empty()) return broken(v1::PASSWORD_RULE_EMPTY);
  if (given.size() > kMaxPasswordBytes) return broken(v1::PASSWORD_RULE_TOO_LONG);
  UErrorCode error = U_ZERO_ERROR;
  Scratch<UChar, kMaxPasswordBytes> decoded;
  u_strFromUTF8(decoded.units.data(), kMaxPasswordBytes, &decoded.length, given.data(),
                static_cast<int32_t>(given.size()), &error);
  if (U_FAILURE(error)) return broken(v1::PASSWORD_RULE_NOT_UTF8);
  MapSpaces(decoded.units.data(), decoded.length);

  Scratch<UChar, kMaxPasswordBytes * kMaxGrowth> normal;
  const UNormalizer2* nfc = unorm2_getNFCInstance(&error);
  normal.length = unorm2_normalize(nfc, decoded.units.data(), decoded.length, normal.units.data(),
                                   static_cast<int32_t>(normal.units.size()), &error);
  // There is room for all that ICU can make of it; were it not so, the password would not be taken.
  if (U_FAILURE(error)) return broken(v1::PASSWORD_RULE_DISALLOWED_CHARACTER);
  const v1::PasswordRule violation = FreeformViolation({normal.units.data(), static_cast<size_t>(normal.length)});
  if (violation != v1::PASSWORD_RULE_UNSPECIFIED) return broken(violation);

  Scratch<char, kMaxPasswordBytes * kMaxGrowth> encoded;
  u_strToUTF8(encoded.units.data(), static_cast<int32_t>(encoded.units.size()), &encoded.length, normal.units.data(),
              normal.length, &error);
  if (U_FAILURE(error)) return broken(v1::PASSWORD_RULE_DISALLOWED_CHARACTER);
  return {.password = Secret(std::string_view(encoded.units.data(), static_cast<size_t>(encoded.length)))};
}

absl::Status BreaksRule(v1::PasswordRule rule) {
  return Refuse(v1::ERROR_REASON_PASSWORD_POLICY, {{"rule", NameOf(rule)}});
}

absl::Status BreaksRule(v1::PasswordRule rule, const v1::PasswordPolicy& policy) {
  if (rule != v1::PASSWORD_RULE_TOO_SHORT) return BreaksRule(rule);
  const std::string least = absl::StrCat(policy.effective_min_length());
  return Refuse(v1::ERROR_REASON_PASSWORD_POLICY, {{"rule", NameOf(rule)}, {"min_length", least}});
}

absl::StatusOr<Secret> PreparePassword(std::string_view given) {
  Preparation preparation = TryPassword(given);
  if (preparation.broken != v1::PASSWORD_RULE_UNSPECIFIED) return BreaksRule(preparation.broken);
  return std::move(preparation.password);
}

std::vector<RuleVerdict> JudgePassword(const Secret& prepared, const PasswordYardstick& yardstick,
                                       const BreachFilter* breached) {
  const std::string_view text = prepared.Expose();
  const size_t length = CountCodePoints(text);
  const v1::PasswordPolicy& policy = yardstick.policy;
  std::vector<RuleVerdict> verdicts = {
      {v1::PASSWORD_RULE_TOO_SHORT, length >= static_cast<size_t>(policy.effective_min_length())},
      {v1::PASSWORD_RULE_TOO_LONG, length <= kMaxPasswordCodePoints}};
  if (policy.preset() == v1::PasswordPolicy::PRESET_ENTRA) {
    const bool in_alphabet = std::all_of(text.begin(), text.end(), InAlphabet);
    verdicts.push_back({v1::PASSWORD_RULE_OUTSIDE_ALPHABET, in_alphabet});
    verdicts.push_back({v1::PASSWORD_RULE_TOO_FEW_CLASSES, CountClasses(text) >= kMinClasses});
  }
  const PlainText plain(text);
  verdicts.push_back({v1::PASSWORD_RULE_CONTAINS_NAME, !HasName(plain, yardstick.names)});
  const bool strong = Points(plain, {&CommonWords(), &yardstick.context}) >= kMinPoints;
  verdicts.push_back({v1::PASSWORD_RULE_EASILY_GUESSED, strong});
  if (!yardstick.banned.empty()) {
    const bool strong_here = Points(plain, {&CommonWords(), &yardstick.context, &yardstick.banned}) >= kMinPoints;
    // What is weak without the organisation's words is not the fault of those.
    verdicts.push_back({v1::PASSWORD_RULE_BANNED_TERM, !strong || strong_here});
  }
  if (breached != nullptr) verdicts.push_back({v1::PASSWORD_RULE_BREACHED, !breached->Contains(BreachKeyOf(text))});
  return verdicts;
}

}  // namespace hearth
