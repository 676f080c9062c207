// What texts may be made of, and which show nothing.
#include "server/rpc/formats.h"

#include <unicode/uchar.h>

#include "gmock/gmock.h"
#include "server/rpc/visible_text.h"

namespace hearth {
namespace {

std::string Name(const std::string& text) { return FormatDefect(v1::FORMAT_DISPLAY_NAME, text, 0); }

TEST(VisibleText, NamesOfManyScriptsAreGood) {
  for (const char* good : {
           "User One",
           "Zo\xc3\xab O\xe2\x80\x99Neill-\xc3\x85ngstr\xc3\xb6m",
           "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0",
           "\xe5\xb1\xb1\xe7\x94\xb0\xe3\x80\x80\xe5\xa4\xaa\xe9\x83\x8e",          // With an ideographic space.
           "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88\xd8\xa7\xd9\x87\xd9\x85",  // Persian, with U+200C.
           "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",                      // Hindi, a virama before U+200D.
           "\xd8\x80 1",                                                            // A visible format character.
           "\xf0\x9f\x98\x80",
       }) {
    EXPECT_EQ(Name(good), "") << good;
  }
}

TEST(VisibleText, EveryFormatCharacterThatIsNotSeenIsRefused) {
  int refused = 0;
  for (UChar32 c = 0; c <= 0x10ffff; ++c) {
    if (u_charType(c) != U_FORMAT_CHAR || u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK)) continue;
    std::string text = "a";
    char bytes[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, c);
    text.append(bytes, static_cast<size_t>(size));
    EXPECT_NE(Name(text), "") << c;
    ++refused;
  }
  EXPECT_GT(refused, 140);
}

TEST(VisibleText, JoinersStandBetweenLetters) {
  for (const char* bad : {"\xe2\x80\x8d", "a\xe2\x80\x8d",
                          "\xe2\x80\x8c"
                          "a",
                          "a\xe2\x80\x8d\xe2\x80\x8d"
                          "a",
                          "1\xe2\x80\x8c"
                          "2",
                          "a \xe2\x80\x8d"
                          "b"}) {
    EXPECT_NE(Name(bad), "") << bad;
  }
}

TEST(VisibleText, ATextThatShowsNothingIsEmpty) {
  for (const char* nothing : {"", " ", "\xc2\xa0", "\xe3\x80\x80", "\xe3\x85\xa4", "\xef\xbe\xa0", "\xe1\x85\x9f",
                              "\xcd\x8f", "\xef\xb8\x8f", "\xe2\xa0\x80", "\xe2\x80\x8b", "\xc2\xa0\xe3\x85\xa4"}) {
    EXPECT_TRUE(ShowsNothing(nothing)) << nothing;
  }
  EXPECT_FALSE(ShowsNothing("."));
  EXPECT_NE(Name("\xe3\x85\xa4"), "");
  EXPECT_NE(FormatDefect(v1::FORMAT_UNSPECIFIED, "\xe3\x85\xa4", 0), "");
  EXPECT_EQ(Name("a\xe3\x85\xa4"
                 "b"),
            "");
}

}  // namespace
}  // namespace hearth
