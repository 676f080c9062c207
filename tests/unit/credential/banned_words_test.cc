#include "server/credential/banned_words.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

WordList Words(const std::vector<std::string>& words) {
  WordList list;
  for (const std::string& word : words) list.Add(word);
  return list;
}

int PointsOf(const std::string& password, const std::vector<std::string>& banned) {
  const WordList list = Words(banned);
  return Points(PlainText(password), {&list}, std::numeric_limits<int>::max());
}

std::u32string Plain(const std::string& text) { return std::u32string(PlainText(text).view()); }

struct Vector {
  std::string password;
  std::vector<std::string> banned;
  int points;
  bool accepted;
};

// The examples that Microsoft's documentation of Entra password protection and its issues give, with the verdicts they state. The points where no
// number is stated follow from the algorithm.
TEST(PointsTest, KeepsTheDocumentedExamples) {
  const std::vector<Vector> vectors = {
      {"Bl@nK", {"blank"}, 1, false},
      {"abcdeg", {"abcdef"}, 1, false},
      {"abcdefg", {"abcdef"}, 1, false},
      {"abcde", {"abcdef"}, 1, false},
      {"C0ntos0Blank12", {"contoso", "blank"}, 4, false},
      {"ContoS0Bl@nkf9!", {"contoso", "blank"}, 5, true},
      {"Contoso!1", {"contoso", "london", "widget"}, 3, false},
      {"Contoso@London", {"contoso", "london", "widget"}, 3, false},
      {"ContosoWidget", {"contoso", "london", "widget"}, 2, false},
      {"!Contoso", {"contoso", "london", "widget"}, 1, false},
      {"LondonHQ", {"contoso", "london", "widget"}, 3, false},
      {"July 4 2018", {"july", "2018"}, 5, true},
      {"july2018...", {"july", "2018"}, 5, true},
      {"blankblankblankblankblank", {"blank"}, 5, true},
      {"PasswordPotato", {"password"}, 7, true},
  };
  for (const Vector& vector : vectors) {
    EXPECT_EQ(PointsOf(vector.password, vector.banned), vector.points) << vector.password;
    EXPECT_EQ(PointsOf(vector.password, vector.banned) >= kMinPoints, vector.accepted) << vector.password;
  }
}

TEST(PointsTest, ANameInItCountsWhateverThePointsAre) {
  // "p0LL23fb" of somebody named Poll: five points, and refused.
  EXPECT_EQ(PointsOf("p0LL23fb", {"poll"}), 5);
  EXPECT_TRUE(Words({"Poll"}).HasPartOf(PlainText("p0LL23fb").view()));
  EXPECT_FALSE(Words({"Poll"}).HasPartOf(PlainText("p0L23fb").view()));
}

TEST(PointsTest, TakesAPasswordApartInTheWayWithTheFewestPoints) {
  EXPECT_EQ(PointsOf("abcdefghij", {"abcd", "defghij", "efghij"}), 2);
  EXPECT_EQ(PointsOf("xabcdefghi", {"abcdefgh", "cdefghi"}), 3) << "x, abcdefgh, i";
}

TEST(PointsTest, CountsAWordOfAnyList) {
  const WordList one = Words({"espresso"});
  const WordList two = Words({"barista"});
  EXPECT_EQ(Points(PlainText("EspressoBarista!"), {&one, &two}), 3);
}

// Counted to the end, and until it is enough: the same verdict.
TEST(PointsTest, StopsOnlyWhenItIsSure) {
  const WordList list = Words({"abcdefghij", "bcde", "fghijabc"});
  std::mt19937 random(1);
  int weak = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string password;
    const size_t length = 4 + random() % 40;
    while (password.size() < length) {
      password +=
          random() % 4 == 0 ? "x" : std::string("abcdefghijabcdefghij").substr(random() % 10, 1 + random() % 10);
    }
    const int all = Points(PlainText(password), {&list}, std::numeric_limits<int>::max());
    weak += all < kMinPoints ? 1 : 0;
    EXPECT_EQ(Points(PlainText(password), {&list}) < kMinPoints, all < kMinPoints) << password;
  }
  EXPECT_GT(weak, 100);
}

TEST(PlainTextTest, MakesNoDifferenceOfCaseWidthOrMarksThatNobodySees) {
  const std::u32string plain = U"password";
  for (const char* like :
       {"password", "PASSWORD", "pa\xc2\xadssword", "\xef\xbd\x90\xef\xbd\x81\xef\xbd\x93\xef\xbd\x93word",
        "\xf0\x9d\x90\xa9"
        "assword",
        "p@$$w0rd", "P4S5w0rd"}) {
    EXPECT_EQ(Plain(like), plain) << like;
  }
  EXPECT_EQ(Plain("e\xcc\x81t\xc3\xa9"), Plain("\xc3\x89TE\xcc\x81")) << "combined or not";
  EXPECT_NE(Plain("p\xc3\xa4ssword"), plain) << "another letter";
}

TEST(PlainTextTest, IsNothingWhenItIsNoTextOrTooLong) {
  EXPECT_EQ(Plain("a\xff"), U"");
  EXPECT_EQ(Plain(std::string(1025, 'a')), U"");
  EXPECT_EQ(Plain(std::string(1024, 'a')).size(), 1024u);
  // What grows most: one character of three bytes becomes eighteen.
  std::string largest;
  for (int i = 0; i < 341; ++i) largest += "\xef\xb7\xba";
  EXPECT_EQ(Plain(largest).size(), 341u * 18);
}

TEST(WordListTest, LeavesOutShortWords) {
  EXPECT_TRUE(Words({"abc", "", "a\xc2\xad\xc2\xad\xc2\xad"}).empty());
  EXPECT_EQ(Words({"abcd"}).size(), 1u);
}

// Names as people write them.
TEST(WordListTest, TakesNamesApartAtEverythingButLettersAndDigits) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> names = {
      {"Kowalska, Anna", {"kowalska", "anna", "kowalskaanna"}},
      {"Kowalska,Anna", {"kowalska", "anna", "kowalskaanna"}},
      {"Anne-Marie Zielinska-Nowak", {"anne", "marie", "annemarie", "zielinska", "nowak", "zielinskanowak"}},
      {"Conan O'Brien", {"conan", "brien", "obrien", "conanobrien"}},
      {"Conan O\u2019Brien", {"obrien", "brien"}},
      {"anna.kowalska_77", {"anna", "kowalska", "annakowalska77"}},
      {"J\u00fcrgen Gro\u00dfmann (extern)", {"j\u00fcrgen", "gro\u00dfmann", "extern"}},
      {"\u0905\u092e\u093f\u0924\u093e\u092d", {"\u0905\u092e\u093f\u0924\u093e\u092d"}},  // Vowels there are marks.
  };
  for (const auto& [name, words] : names) {
    WordList list;
    list.AddWhole(name);
    list.AddWords(name);
    for (const std::string& word : words) EXPECT_TRUE(list.Has(Plain(word))) << name << ": " << word;
    EXPECT_TRUE(list.Has(Plain(name))) << name;
  }
  WordList list;
  list.AddWords("A. B. de la O'Neil");
  EXPECT_EQ(list.size(), 2u) << "oneil, neil: initials and particles are no words";
}

TEST(PlainTextTest, SqueezedHasLettersAndDigitsOnly) {
  const auto squeezed = [](const std::string& text) { return std::u32string(PlainText(text).Squeezed().view()); };
  EXPECT_EQ(squeezed("F.o-r'th\u00a0Coffee_ 7!"), Plain("forthcoffee7"));
  EXPECT_EQ(squeezed(" -.'"), U"");
  EXPECT_EQ(squeezed("Gro\u00dfmann"), Plain("grossmann"));
}

TEST(WordListTest, NearIsOneEdit) {
  const WordList list = Words({"abcdef"});
  for (const char32_t* near :
       {U"abcdef", U"xbcdef", U"abcdex", U"abcxef", U"bcdef", U"abcef", U"abcde", U"xabcdef", U"abcxdef", U"abcdefx"}) {
    EXPECT_TRUE(list.HasNear(near)) << std::string(near, near + std::u32string(near).size());
  }
  for (const char32_t* far : {U"", U"abcd", U"xbcdex", U"abdcef", U"abcdefxy", U"cdef"}) {
    EXPECT_FALSE(list.HasNear(far)) << std::string(far, far + std::u32string(far).size());
  }
}

TEST(CommonWordsTest, MakesCommonPasswordsWeak) {
  for (const char* password : {"password", "Passw0rd1", "qwertyuiop", "123456789012345", "PasswordPassword",
                               "aaaaaaaaaaaaaaa", "iloveyou123456", "Qwerty123456!", "correcthorsebatterystaple"}) {
    EXPECT_LT(Points(PlainText(password), {&CommonWords()}), kMinPoints) << password;
  }
  for (const char* password :
       {"correct horse battery staple", "a sentence that nobody else knows", "abcde-fghjk-mnpqr-6789z"}) {
    EXPECT_GE(Points(PlainText(password), {&CommonWords()}), kMinPoints) << password;
  }
  EXPECT_GT(CommonWords().size(), 500u);
}

}  // namespace
}  // namespace hearth
