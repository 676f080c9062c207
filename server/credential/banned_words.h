// Words that make a password weak, by the algorithm of the model system (Microsoft Entra ID, "How are passwords evaluated"). Pure functions.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

namespace hearth {

// A word counts when it is at least this long, in plain characters. Names have the same limit there.
inline constexpr size_t kMinWordLength = 4;
// A password is strong enough with this many points.
inline constexpr int kMinPoints = 5;

// A text as words are compared: normalised and case-folded by NFKC_Casefold (Unicode Annex 31), so that width, case, ligatures and invisible
// characters make no difference; then usual substitutions are undone: 0 for o, 1 for l, $ for s, @ for a, which the model system documents as
// examples, and 3 for e, 4 for a, 5 for s, 7 for t, which are ours. Wiped when it is destroyed.
class PlainText {
 public:
  // `text` is UTF-8 of at most 1,024 bytes; of what is not, nothing is left.
  explicit PlainText(std::string_view text);
  PlainText(const PlainText&) = default;
  PlainText& operator=(const PlainText&) = default;
  ~PlainText();

  // The same without what stands between words or in them: its letters, their marks, and its digits. "conan o'brien" becomes "conanobrien".
  PlainText Squeezed() const;

  std::u32string_view view() const { return characters_; }
  size_t size() const { return characters_.size(); }

 private:
  PlainText() = default;

  std::u32string characters_;
};

// A set of words, as PlainText. Reading is thread-safe.
class WordList {
 public:
  // Words of fewer than kMinWordLength plain characters are left out.
  void Add(std::string_view word);
  // A name as a whole, as it is and squeezed.
  void AddWhole(std::string_view name);
  // The words of a name, as long as those must be: what stands between its spaces, squeezed, and what stands between any other characters than letters
  // and digits. Of "Anne-Marie O'Brien": annemarie, obrien, anne, marie, brien.
  void AddWords(std::string_view name);

  bool empty() const { return words_.empty(); }
  size_t size() const { return words_.size(); }
  size_t longest() const { return longest_; }
  bool Has(std::u32string_view text) const { return words_.find(text) != words_.end(); }
  // Whether one substitution, insertion or removal of a character, or none, makes the text one of the words.
  bool HasNear(std::u32string_view text) const;
  // Whether one of the words is somewhere in the text.
  bool HasPartOf(std::u32string_view text) const;

 private:
  void AddPlain(std::u32string_view word);

  std::set<std::u32string, std::less<>> words_;
  size_t longest_ = 0;
};

// The points of a password: 1 when all of it is near a word; else 1 for each word in it and 1 for each character beside them, in the way to take it
// apart that gives the fewest. (That nearness counts for the whole only, and how it is taken apart, is what fits all documented examples.)
// Counting ends when it is sure that there are `enough`, so that work is bounded by words, not by the password: that many or more is then returned.
int Points(const PlainText& password, std::initializer_list<const WordList*> lists, int enough = kMinPoints);

// The words and patterns that many people choose, in all directories: common_passwords.txt.
const WordList& CommonWords();

}  // namespace hearth
