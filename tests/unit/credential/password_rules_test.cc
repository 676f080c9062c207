#include "server/credential/password_rules.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "server/base/error.h"

namespace hearth {
namespace {

using namespace std::string_literals;

// The rule that a status names; empty when it is OK.
std::string RuleOf(const absl::Status& status) {
  if (status.ok()) return "";
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_PASSWORD_POLICY) << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_TRUE(payload.has_value() && info.ParseFromString(std::string(*payload)));
  return info.metadata().at("rule");
}

std::string RuleOfPrepare(std::string_view given) { return RuleOf(PreparePassword(given).status()); }

std::string Prepared(std::string_view given) {
  const auto prepared = PreparePassword(given);
  EXPECT_TRUE(prepared.ok()) << prepared.status();
  return prepared.ok() ? std::string(prepared->Expose()) : "";
}

std::string RuleOfNew(std::string_view given) {
  const auto prepared = PreparePassword(given);
  return RuleOf(prepared.ok() ? CheckPasswordRules(*prepared) : prepared.status());
}

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(PreparePasswordTest, KeepsTheExamplesOfRfc8265) {
  EXPECT_EQ(Prepared("correct horse battery staple"), "correct horse battery staple");
  EXPECT_EQ(Prepared("Correct Horse Battery Staple"), "Correct Horse Battery Staple") << "case is kept";
  EXPECT_EQ(Prepared("πßå"), "πßå");
  EXPECT_EQ(Prepared("Jack of ♦s"), "Jack of ♦s");
  EXPECT_EQ(Prepared("foo\u1680bar"), "foo bar") << "OGHAM SPACE MARK";
  EXPECT_EQ(RuleOfPrepare(""), "EMPTY");
  EXPECT_EQ(RuleOfPrepare("my cat is a \tby"), "CONTROL_CHARACTER");
}

TEST(PreparePasswordTest, BringsTextToNormalizationFormC) {
  EXPECT_EQ(Prepared("e\u0301"), "\u00E9");
  EXPECT_EQ(Prepared("\u00E9"), "\u00E9");
  EXPECT_EQ(Prepared("\u212B"), "\u00C5") << "ANGSTROM SIGN is LETTER A WITH RING ABOVE";
  EXPECT_EQ(Prepared("\u1112\u1161\u11AB"), "\uD55C") << "jamo that a keyboard left apart";
}

TEST(PreparePasswordTest, MapsEveryKindOfSpaceToTheOne) {
  for (const std::string space :
       {"\u0020", "\u00A0", "\u1680", "\u2000", "\u2003", "\u200A", "\u202F", "\u205F", "\u3000"}) {
    EXPECT_EQ(Prepared("a" + space + "b"), "a b");
  }
  EXPECT_EQ(Prepared("  a  "), "  a  ") << "nothing is trimmed";
}

TEST(PreparePasswordTest, KeepsWidthAndCompatibilityCharacters) {
  EXPECT_EQ(Prepared("\uFF21"), "\uFF21") << "full-width A is not A";
  EXPECT_EQ(Prepared("\uFB01"), "\uFB01") << "the ligature is not fi";
  EXPECT_EQ(Prepared("\u00BD"), "\u00BD");
}

TEST(PreparePasswordTest, RefusesTextThatIsNotUtf8) {
  for (const std::string& text : {"\xFF"s, "\xC0\x80"s, "\xE2\x82"s, "a\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s}) {
    EXPECT_EQ(RuleOfPrepare(text), "NOT_UTF8");
  }
}

TEST(PreparePasswordTest, RefusesControlCharacters) {
  for (const std::string& text : {"a\0b"s, "\0"s, "\a"s, "\n"s, "\x1F"s, "\x7F"s, "\u0080"s, "\u009F"s}) {
    EXPECT_EQ(RuleOfPrepare(text), "CONTROL_CHARACTER");
  }
}

TEST(PreparePasswordTest, RefusesUnassignedCharacters) {
  EXPECT_EQ(RuleOfPrepare("\u0378"), "UNASSIGNED_CHARACTER");
  EXPECT_EQ(RuleOfPrepare("\U000E0FFF"), "UNASSIGNED_CHARACTER");
}

TEST(PreparePasswordTest, RefusesInvisibleCharacters) {
  for (const std::string text :
       {"\u00AD", "\u200B", "\u2060", "\uFE0F", "\uFEFF", "\U000E0041", "a\u200Cb", "a\u200Db"}) {
    EXPECT_EQ(RuleOfPrepare(text), "INVISIBLE_CHARACTER");
  }
}

TEST(PreparePasswordTest, AllowsJoinersWhereScriptsNeedThem) {
  EXPECT_EQ(RuleOfPrepare("\u0915\u094D\u200D\u0937"), "") << "after a virama";
  EXPECT_EQ(RuleOfPrepare("\u0915\u094D\u200C\u0937"), "") << "after a virama";
  EXPECT_EQ(RuleOfPrepare("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"), "") << "between letters that would join";
  EXPECT_EQ(RuleOfPrepare("\u0645\u064E\u200C\u064E\u062E"), "") << "with vowel signs between";
  EXPECT_EQ(RuleOfPrepare("\u0627\u200C\u0628"), "INVISIBLE_CHARACTER") << "alef does not join to the left";
  EXPECT_EQ(RuleOfPrepare("\u0628\u200C"), "INVISIBLE_CHARACTER") << "nothing follows";
  EXPECT_EQ(RuleOfPrepare("\u200C\u0628"), "INVISIBLE_CHARACTER") << "nothing precedes";
}

TEST(PreparePasswordTest, RefusesOtherCharactersOutsideTheFreeformClass) {
  const std::vector<std::string> texts = {"\uE000", "\u2028", "\u2029", "\u0600", "\uFFFE", "\U0010FFFF",
                                          "\u0640", "\u302E", "\u303B", "\u1161", "\uA97C", "\U000F0000"};
  for (const std::string& text : texts) EXPECT_EQ(RuleOfPrepare(text), "DISALLOWED_CHARACTER") << text;
}

TEST(PreparePasswordTest, AppliesTheRulesOfContext) {
  EXPECT_EQ(RuleOfPrepare("l\u00B7l"), "");
  EXPECT_EQ(RuleOfPrepare("a\u00B7l"), "DISALLOWED_CHARACTER");
  EXPECT_EQ(RuleOfPrepare("\u0375\u03B1"), "");
  EXPECT_EQ(RuleOfPrepare("\u0375a"), "DISALLOWED_CHARACTER");
  EXPECT_EQ(RuleOfPrepare("\u05D0\u05F3"), "");
  EXPECT_EQ(RuleOfPrepare("a\u05F4"), "DISALLOWED_CHARACTER");
  EXPECT_EQ(RuleOfPrepare("\u30A2\u30FB\u30A2"), "");
  EXPECT_EQ(RuleOfPrepare("a\u30FBb"), "DISALLOWED_CHARACTER");
  EXPECT_EQ(RuleOfPrepare("\u0661\u0662"), "");
  EXPECT_EQ(RuleOfPrepare("\u06F1\u06F2"), "");
  EXPECT_EQ(RuleOfPrepare("\u0661\u06F2"), "DISALLOWED_CHARACTER");
}

TEST(PreparePasswordTest, IsItsOwnResult) {
  for (const std::string text : {"e\u0301 \u3000 \uFF21", "\u1112\u1161\u11AB", "plain"}) {
    EXPECT_EQ(Prepared(Prepared(text)), Prepared(text));
  }
}

TEST(PreparePasswordTest, LooksAtNoMoreThanFourBytesForEachOf256CodePoints) {
  EXPECT_EQ(RuleOfPrepare(Times(256, "\U0001F600")), "");
  EXPECT_EQ(RuleOfPrepare(Times(256, "\U0001F600") + "a"), "TOO_LONG");
  EXPECT_EQ(RuleOfPrepare(std::string(64 * 1024, '\xFF')), "TOO_LONG") << "unread";
  // U+FB2C is the character that grows most in normalization form C: threefold in UTF-16, twofold in UTF-8.
  EXPECT_EQ(Prepared(Times(341, "\uFB2C")), Times(341, "\u05E9\u05BC\u05C1"));
}

TEST(CheckPasswordRulesTest, CountsCodePoints) {
  EXPECT_EQ(RuleOfNew(std::string(14, 'a')), "TOO_SHORT");
  EXPECT_EQ(RuleOfNew(std::string(15, 'a')), "");
  EXPECT_EQ(RuleOfNew(std::string(64, 'a')), "");
  EXPECT_EQ(RuleOfNew(std::string(256, 'a')), "");
  EXPECT_EQ(RuleOfNew(std::string(257, 'a')), "TOO_LONG");
  EXPECT_EQ(RuleOfNew(Times(15, "\U0001F600")), "") << "fifteen emoji";
  EXPECT_EQ(RuleOfNew(Times(14, "\U0001F600")), "TOO_SHORT") << "56 bytes, 28 units of UTF-16";
  EXPECT_EQ(RuleOfNew(Times(256, "\U0001F600")), "");
  EXPECT_EQ(RuleOfNew(Times(14, "e\u0301")), "TOO_SHORT") << "28 code points before normalization";
  EXPECT_EQ(RuleOfNew(Times(15, "e\u0301")), "");
}

TEST(CheckPasswordRulesTest, HasNoRulesOfComposition) {
  for (const char* phrase : {"correct horse battery staple", "aaaaaaaaaaaaaaa", "000000000000000"}) {
    EXPECT_EQ(RuleOfNew(phrase), "") << phrase;
  }
}

}  // namespace
}  // namespace hearth
