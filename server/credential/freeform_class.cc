#include "server/credential/freeform_class.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include <cstdint>

namespace hearth {
namespace {

constexpr v1::PasswordRule kNone = v1::PASSWORD_RULE_UNSPECIFIED;
constexpr v1::PasswordRule kControl = v1::PASSWORD_RULE_CONTROL_CHARACTER;
constexpr v1::PasswordRule kDisallowed = v1::PASSWORD_RULE_DISALLOWED_CHARACTER;
constexpr v1::PasswordRule kInvisible = v1::PASSWORD_RULE_INVISIBLE_CHARACTER;
constexpr v1::PasswordRule kUnassigned = v1::PASSWORD_RULE_UNASSIGNED_CHARACTER;

constexpr UChar32 kNothing = -1;  // Before the first and after the last character.
constexpr int kVirama = 9;        // Canonical combining class (Unicode, 4.3).

// A character of a text, with the way to its neighbours.
class Position {
 public:
  // The character that begins at code unit `begin`.
  Position(std::u16string_view text, size_t begin) : text_(text), begin_(begin), end_(begin) {
    U16_NEXT(text_.data(), end_, text_.size(), character_);
  }

  UChar32 character() const { return character_; }
  size_t end() const { return end_; }

  UChar32 Before() const {
    size_t at = begin_;
    return Back(at);
  }
  UChar32 After() const {
    size_t at = end_;
    return Forward(at);
  }
  // The nearest characters on either side that do not join transparently.
  UChar32 BeforeTransparent() const {
    size_t at = begin_;
    UChar32 c = Back(at);
    while (IsTransparent(c)) c = Back(at);
    return c;
  }
  UChar32 AfterTransparent() const {
    size_t at = end_;
    UChar32 c = Forward(at);
    while (IsTransparent(c)) c = Forward(at);
    return c;
  }

 private:
  static bool IsTransparent(UChar32 c) {
    return c != kNothing && u_getIntPropertyValue(c, UCHAR_JOINING_TYPE) == U_JT_TRANSPARENT;
  }
  UChar32 Back(size_t& at) const {
    if (at == 0) return kNothing;
    UChar32 c;
    U16_PREV(text_.data(), 0, at, c);
    return c;
  }
  UChar32 Forward(size_t& at) const {
    if (at >= text_.size()) return kNothing;
    UChar32 c;
    U16_NEXT(text_.data(), at, text_.size(), c);
    return c;
  }

  std::u16string_view text_;
  size_t begin_;
  size_t end_;
  UChar32 character_ = kNothing;
};

bool HasScript(UChar32 c, UScriptCode script) {
  UErrorCode error = U_ZERO_ERROR;
  return c != kNothing && uscript_getScript(c, &error) == script && U_SUCCESS(error);
}

bool ContainsScript(std::u16string_view text, UScriptCode script) {
  for (size_t at = 0; at < text.size();) {
    const Position position(text, at);
    if (HasScript(position.character(), script)) return true;
    at = position.end();
  }
  return false;
}

bool ContainsAnyOf(std::u16string_view text, char16_t first, char16_t last) {
  for (const char16_t unit : text) {
    if (unit >= first && unit <= last) return true;
  }
  return false;
}

// RFC 5892, A.1 and A.2: after a virama, or (U+200C only) between letters that would join.
bool JoinerFits(const Position& at) {
  const UChar32 before = at.Before();
  if (before != kNothing && u_getCombiningClass(before) == kVirama) return true;
  if (at.character() != 0x200C) return false;
  const UChar32 left = at.BeforeTransparent();
  const UChar32 right = at.AfterTransparent();
  if (left == kNothing || right == kNothing) return false;
  const int left_type = u_getIntPropertyValue(left, UCHAR_JOINING_TYPE);
  const int right_type = u_getIntPropertyValue(right, UCHAR_JOINING_TYPE);
  return (left_type == U_JT_LEFT_JOINING || left_type == U_JT_DUAL_JOINING) &&
         (right_type == U_JT_RIGHT_JOINING || right_type == U_JT_DUAL_JOINING);
}

// RFC 5892, A.3 to A.9, for the characters that have such a rule; true for all others.
bool ContextFits(const Position& at, std::u16string_view text) {
  const UChar32 c = at.character();
  if (c == 0x00B7) return at.Before() == 'l' && at.After() == 'l';
  if (c == 0x0375) return HasScript(at.After(), USCRIPT_GREEK);
  if (c == 0x05F3 || c == 0x05F4) return HasScript(at.Before(), USCRIPT_HEBREW);
  if (c == 0x30FB) {
    return ContainsScript(text, USCRIPT_HIRAGANA) || ContainsScript(text, USCRIPT_KATAKANA) ||
           ContainsScript(text, USCRIPT_HAN);
  }
  if (c >= 0x0660 && c <= 0x0669) return !ContainsAnyOf(text, 0x06F0, 0x06F9);
  if (c >= 0x06F0 && c <= 0x06F9) return !ContainsAnyOf(text, 0x0660, 0x0669);
  return true;
}

// RFC 8264, 9.6: the exceptions that are disallowed. The others are of the class by their category too.
bool IsDisallowedException(UChar32 c) {
  return c == 0x0640 || c == 0x07FA || c == 0x302E || c == 0x302F || (c >= 0x3031 && c <= 0x3035) || c == 0x303B;
}

// RFC 8264, 9.9: the jamo that are not written as whole syllables.
bool IsOldHangul(UChar32 c) {
  const int type = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
  return type == U_HST_LEADING_JAMO || type == U_HST_VOWEL_JAMO || type == U_HST_TRAILING_JAMO;
}

// The order is that of RFC 8264, 8. The category HasCompat is left out: its members have one of the
// categories below, or are refused before.
v1::PasswordRule Violation(const Position& at, std::u16string_view text) {
  constexpr uint32_t kVisible = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK | U_GC_ZS_MASK;
  const UChar32 c = at.character();
  if (!ContextFits(at, text) || IsDisallowedException(c) || U_IS_UNICODE_NONCHAR(c)) return kDisallowed;
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_CN_MASK) != 0) return kUnassigned;
  if (c == 0x200C || c == 0x200D) return JoinerFits(at) ? kNone : kInvisible;
  if (IsOldHangul(c)) return kDisallowed;
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return kInvisible;
  if ((category & U_GC_CC_MASK) != 0) return kControl;
  return (category & kVisible) != 0 ? kNone : kDisallowed;
}

}  // namespace

v1::PasswordRule FreeformViolation(std::u16string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Position position(text, at);
    if (const v1::PasswordRule violation = Violation(position, text); violation != kNone) return violation;
    at = position.end();
  }
  return kNone;
}

}  // namespace hearth
