#include "server/rpc/visible_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <vector>

namespace hearth {
namespace {

constexpr UChar32 kNonJoiner = 0x200c;
constexpr UChar32 kJoiner = 0x200d;
constexpr UChar32 kBlankBraille = 0x2800;

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::vector<UChar32> CodePointsOf(std::string_view text) {
  std::vector<UChar32> all;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t i = 0; i < text.size();) {
    UChar32 c;
    U8_NEXT(bytes, i, text.size(), c);
    all.push_back(c);
  }
  return all;
}

// In some scripts the letter before a joiner ends in a mark.
bool IsOfAWord(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK)) != 0; }

bool IsInvisible(UChar32 c) {
  constexpr uint32_t kMasks = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
  return (U_GET_GC_MASK(c) & kMasks) != 0 && !u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK);
}

}  // namespace

bool HasInvisible(std::string_view text) {
  if (IsPrintableAscii(text)) return false;
  const std::vector<UChar32> all = CodePointsOf(text);
  for (size_t i = 0; i < all.size(); ++i) {
    if (!IsInvisible(all[i])) continue;
    const bool joins = all[i] == kNonJoiner || all[i] == kJoiner;
    if (!joins || i == 0 || i + 1 == all.size() || !IsOfAWord(all[i - 1]) || !IsOfAWord(all[i + 1])) return true;
  }
  return false;
}

bool ShowsNothing(std::string_view text) {
  const std::vector<UChar32> all = CodePointsOf(text);
  return std::all_of(all.begin(), all.end(), [](UChar32 c) {
    return u_isUWhiteSpace(c) || c == kBlankBraille || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
  });
}

}  // namespace hearth
