#include "server/credential/banned_words.h"

#include <sodium.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "absl/strings/str_split.h"
#include "server/credential/common_passwords.h"
#include "server/credential/password_rules.h"
#include "server/credential/scratch.h"

namespace hearth {
namespace {

// U+FDFA, three bytes of UTF-8, becomes 18 code units: nothing grows more.
constexpr size_t kMaxGrowth = 6;

char32_t Undo(char32_t c) {
  switch (c) {
    case U'0':
      return U'o';
    case U'1':
      return U'l';
    case U'3':
      return U'e';
    case U'4':
    case U'@':
      return U'a';
    case U'5':
    case U'$':
      return U's';
    case U'7':
      return U't';
    default:
      return c;
  }
}

// Whether it belongs to a word: letters, the marks that some scripts write them with, digits.
bool InWord(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

// Every kind of space is this one in a PlainText.
bool IsNoSpace(char32_t c) { return c != U' '; }

// The longest runs of characters that are `in`.
std::vector<std::u32string_view> Runs(std::u32string_view text, bool (*in)(char32_t)) {
  std::vector<std::u32string_view> runs;
  for (auto at = text.begin();;) {
    const auto begin = std::find_if(at, text.end(), in);
    if (begin == text.end()) return runs;
    at = std::find_if_not(begin, text.end(), in);
    runs.push_back(text.substr(static_cast<size_t>(begin - text.begin()), static_cast<size_t>(at - begin)));
  }
}

// What of it belongs to words.
std::u32string Squeeze(std::u32string_view text) {
  std::u32string squeezed;
  squeezed.reserve(text.size());  // Nothing is left behind by growing.
  std::copy_if(text.begin(), text.end(), std::back_inserter(squeezed), InWord);
  return squeezed;
}

// At most one edit apart.
bool Near(std::u32string_view a, std::u32string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin());
  if (in_a == a.end()) return true;
  const auto after_b = in_b + 1;
  return a.size() == b.size() ? std::equal(in_a + 1, a.end(), after_b) : std::equal(in_a, a.end(), after_b);
}

WordList ReadCommonWords() {
  WordList list;
  for (const absl::string_view line : absl::StrSplit(kCommonPasswords, '\n')) {
    if (!line.empty() && line.front() != '#') list.Add({line.data(), line.size()});
  }
  return list;
}

}  // namespace

PlainText::PlainText(std::string_view text) {
  if (text.size() > kMaxPasswordBytes) return;
  UErrorCode error = U_ZERO_ERROR;
  Scratch<UChar, kMaxPasswordBytes> decoded;
  u_strFromUTF8(decoded.units.data(), kMaxPasswordBytes, &decoded.length, text.data(),
                static_cast<int32_t>(text.size()), &error);
  Scratch<UChar, kMaxPasswordBytes * kMaxGrowth> folded;
  const UNormalizer2* casefold = unorm2_getNFKCCasefoldInstance(&error);
  folded.length = unorm2_normalize(casefold, decoded.units.data(), decoded.length, folded.units.data(),
                                   static_cast<int32_t>(folded.units.size()), &error);
  if (U_FAILURE(error)) return;
  characters_.reserve(static_cast<size_t>(folded.length));  // Nothing is left behind by growing.
  for (int32_t i = 0; i < folded.length;) {
    UChar32 c = 0;
    U16_NEXT(folded.units.data(), i, folded.length, c);
    characters_.push_back(Undo(static_cast<char32_t>(c)));
  }
}

PlainText::~PlainText() {
  if (!characters_.empty()) sodium_memzero(characters_.data(), characters_.size() * sizeof(char32_t));
}

PlainText PlainText::Squeezed() const {
  PlainText squeezed;
  squeezed.characters_ = Squeeze(characters_);
  return squeezed;
}

void WordList::AddPlain(std::u32string_view word) {
  if (word.size() < kMinWordLength) return;
  longest_ = std::max(longest_, word.size());
  words_.emplace(word);
}

void WordList::Add(std::string_view word) { AddPlain(PlainText(word).view()); }

void WordList::AddWhole(std::string_view name) {
  const PlainText plain(name);
  AddPlain(plain.view());
  AddPlain(Squeeze(plain.view()));
}

void WordList::AddWords(std::string_view name) {
  const PlainText plain(name);
  for (const std::u32string_view word : Runs(plain.view(), IsNoSpace)) AddPlain(Squeeze(word));
  for (const std::u32string_view word : Runs(plain.view(), InWord)) AddPlain(word);
}

bool WordList::HasNear(std::u32string_view text) const {
  return std::any_of(words_.begin(), words_.end(), [&](const std::u32string& word) { return Near(word, text); });
}

bool WordList::HasPartOf(std::u32string_view text) const {
  return std::any_of(words_.begin(), words_.end(),
                     [&](const std::u32string& word) { return text.find(word) != std::u32string_view::npos; });
}

int Points(const PlainText& password, std::initializer_list<const WordList*> lists, int enough) {
  const std::u32string_view text = password.view();
  size_t longest = 1;
  for (const WordList* list : lists) {
    if (list->HasNear(text)) return 1;
    longest = std::max(longest, list->longest());
  }
  // least[i]: the points of the first i characters.
  std::vector<int> least(text.size() + 1, 0);
  size_t run = 0;  // Of places up to here that have enough. No word leads over `longest` of them.
  for (size_t end = 1; end <= text.size(); ++end) {
    least[end] = least[end - 1] + 1;
    for (const WordList* list : lists) {
      for (size_t length = kMinWordLength; length <= std::min(end, list->longest()); ++length) {
        if (least[end - length] + 1 < least[end] && list->Has(text.substr(end - length, length))) {
          least[end] = least[end - length] + 1;
        }
      }
    }
    run = least[end] >= enough ? run + 1 : 0;
    if (run >= longest) return least[end];
  }
  return least.back();
}

const WordList& CommonWords() {
  static const auto* const words = new WordList(ReadCommonWords());
  return *words;
}

}  // namespace hearth
