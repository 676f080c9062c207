#include "server/credential/password_rules.h"

#include <sodium.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <array>
#include <cstdint>

#include "server/base/error.h"
#include "server/credential/freeform_class.h"

namespace hearth {
namespace {

// No text grows more than threefold in normalization form C, in UTF-8 or in UTF-16 (Unicode Annex 15, 9).
constexpr size_t kMaxGrowth = 3;

absl::Status Broken(const char* rule) { return Refuse(v1::ERROR_REASON_PASSWORD_POLICY, {{"rule", rule}}); }

// Room for a password on its way, wiped at the end.
template <class Unit, size_t kSize>
struct Scratch {
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { sodium_memzero(units.data(), sizeof units); }

  std::array<Unit, kSize> units;
  int32_t length = 0;
};

// Every kind of space is one code unit, so the length stays.
void MapSpaces(UChar* text, int32_t length) {
  for (int32_t i = 0; i < length; ++i) {
    if (u_charType(text[i]) == U_SPACE_SEPARATOR) text[i] = u' ';
  }
}

}  // namespace

absl::StatusOr<Secret> PreparePassword(std::string_view given) {
  if (given.empty()) return Broken("EMPTY");
  if (given.size() > kMaxPasswordBytes) return Broken("TOO_LONG");
  UErrorCode error = U_ZERO_ERROR;
  Scratch<UChar, kMaxPasswordBytes> decoded;
  u_strFromUTF8(decoded.units.data(), kMaxPasswordBytes, &decoded.length, given.data(),
                static_cast<int32_t>(given.size()), &error);
  if (U_FAILURE(error)) return Broken("NOT_UTF8");
  MapSpaces(decoded.units.data(), decoded.length);

  Scratch<UChar, kMaxPasswordBytes * kMaxGrowth> normal;
  error = U_ZERO_ERROR;
  const UNormalizer2* nfc = unorm2_getNFCInstance(&error);
  normal.length = unorm2_normalize(nfc, decoded.units.data(), decoded.length, normal.units.data(),
                                   static_cast<int32_t>(normal.units.size()), &error);
  if (U_FAILURE(error)) return absl::InternalError("ICU cannot normalize");
  if (const char* rule = FreeformViolation({normal.units.data(), static_cast<size_t>(normal.length)})) {
    return Broken(rule);
  }

  Scratch<char, kMaxPasswordBytes * kMaxGrowth> encoded;
  error = U_ZERO_ERROR;
  u_strToUTF8(encoded.units.data(), static_cast<int32_t>(encoded.units.size()), &encoded.length, normal.units.data(),
              normal.length, &error);
  if (U_FAILURE(error)) return absl::InternalError("ICU cannot encode");
  return Secret(std::string_view(encoded.units.data(), static_cast<size_t>(encoded.length)));
}

absl::Status CheckPasswordRules(const Secret& prepared) {
  size_t code_points = 0;
  for (const char c : prepared.Expose()) {
    // Every code point of UTF-8 has one byte that does not continue another.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++code_points;
  }
  if (code_points < kMinPasswordCodePoints) return Broken("TOO_SHORT");
  if (code_points > kMaxPasswordCodePoints) return Broken("TOO_LONG");
  return absl::OkStatus();
}

}  // namespace hearth
