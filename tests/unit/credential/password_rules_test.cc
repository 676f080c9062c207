#include "server/credential/password_rules.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/credential/policy_rules.h"
#include "server/credential/rule_texts.h"
#include "server/mail/language.h"

namespace hearth {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

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

PasswordYardstick Nist() {
  PasswordYardstick yardstick;
  yardstick.policy = DefaultPasswordPolicy();
  return yardstick;
}

PasswordYardstick Entra() {
  PasswordYardstick yardstick = Nist();
  yardstick.policy.set_preset(v1::PasswordPolicy::PRESET_ENTRA);
  yardstick.policy.set_effective_min_length(EffectiveMinLength(yardstick.policy));
  return yardstick;
}

// The first rule that a new password breaks, without its prefix; empty for none.
std::string RuleOfNew(std::string_view given, const PasswordYardstick& yardstick = Nist()) {
  const auto prepared = PreparePassword(given);
  if (!prepared.ok()) return RuleOf(prepared.status());
  for (const RuleVerdict& verdict : JudgePassword(*prepared, yardstick, nullptr)) {
    if (!verdict.passed) return RuleOf(BreaksRule(verdict.rule));
  }
  return "";
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

TEST(TryPasswordTest, SaysTheSameAsARule) {
  EXPECT_EQ(TryPassword("").broken, v1::PASSWORD_RULE_EMPTY);
  EXPECT_EQ(TryPassword(std::string(1025, 'a')).broken, v1::PASSWORD_RULE_TOO_LONG);
  EXPECT_EQ(TryPassword("\xff").broken, v1::PASSWORD_RULE_NOT_UTF8);
  EXPECT_EQ(TryPassword("a\nb").broken, v1::PASSWORD_RULE_CONTROL_CHARACTER);
  EXPECT_EQ(TryPassword("a b").broken, v1::PASSWORD_RULE_UNSPECIFIED);
  EXPECT_EQ(TryPassword("a b").password.Expose(), "a b");
}

// Long enough, and strong enough whatever follows: `count` code points.
std::string Phrase(int count) { return std::string("jfhrkwpzvx").substr(0, 10) + Times(count - 10, "g"); }

TEST(JudgePasswordTest, CountsCodePoints) {
  EXPECT_EQ(RuleOfNew(Phrase(14)), "TOO_SHORT");
  EXPECT_EQ(RuleOfNew(Phrase(15)), "");
  EXPECT_EQ(RuleOfNew(Phrase(64)), "");
  EXPECT_EQ(RuleOfNew(Phrase(256)), "");
  EXPECT_EQ(RuleOfNew(Phrase(257)), "TOO_LONG");
  EXPECT_EQ(RuleOfNew(Times(15, "\U0001F600")), "") << "fifteen emoji";
  EXPECT_EQ(RuleOfNew(Times(14, "\U0001F600")), "TOO_SHORT") << "56 bytes, 28 units of UTF-16";
  EXPECT_EQ(RuleOfNew(Times(256, "\U0001F600")), "");
  EXPECT_EQ(RuleOfNew(Times(14, "e\u0301")), "TOO_SHORT") << "28 code points before normalization";
  EXPECT_EQ(RuleOfNew(Times(15, "e\u0301")), "");
}

TEST(JudgePasswordTest, NistHasNoRulesOfComposition) {
  for (const char* phrase : {"correct horse battery staple", "jfhrkwpzvxbnmtq", "9261 5038 4417 2950"}) {
    EXPECT_EQ(RuleOfNew(phrase), "") << phrase;
  }
}

TEST(JudgePasswordTest, EntraAsksForItsAlphabetAndThreeOfFourClasses) {
  EXPECT_EQ(RuleOfNew("jfhrkWpzv7", Entra()), "");
  EXPECT_EQ(RuleOfNew("jfhrk pzv7", Entra()), "") << "a space is a symbol";
  EXPECT_EQ(RuleOfNew("JFHRK-PZV7", Entra()), "");
  EXPECT_EQ(RuleOfNew("jfhrkwpzv7", Entra()), "TOO_FEW_CLASSES");
  EXPECT_EQ(RuleOfNew("jfhrkwpzvx", Entra()), "TOO_FEW_CLASSES");
  EXPECT_EQ(RuleOfNew("jfhrkWpzv7\u00E9", Entra()), "OUTSIDE_ALPHABET");
  EXPECT_EQ(RuleOfNew("jfhrkWp", Entra()), "TOO_SHORT");
  EXPECT_EQ(RuleOfNew("jfhrkWp7", Entra()), "");
  // All that the documentation lists.
  EXPECT_EQ(RuleOfNew("aA0 @#$%^&*-_!+=[]{}|\\:',.?/`~\"();<>", Entra()), "");
}

TEST(JudgePasswordTest, NamesMustNotBeInItAtAll) {
  PasswordYardstick yardstick = Nist();
  yardstick.names.Add("Espresso");
  EXPECT_EQ(RuleOfNew("jfhrkwpzvx e5pr3SS0", yardstick), "CONTAINS_NAME");
  EXPECT_EQ(RuleOfNew("jfhrkwpzvx esprespo", yardstick), "");
}

TEST(JudgePasswordTest, CommonWordsCountAgainstIt) {
  EXPECT_EQ(RuleOfNew("passwordpassword"), "EASILY_GUESSED");
  EXPECT_EQ(RuleOfNew("aaaaaaaaaaaaaaa"), "EASILY_GUESSED");
  PasswordYardstick yardstick = Nist();
  EXPECT_EQ(RuleOfNew("password doppio", yardstick), "") << "eight points";
  yardstick.context.Add("doppio");
  EXPECT_EQ(RuleOfNew("password doppio", yardstick), "EASILY_GUESSED") << "three";
}

TEST(JudgePasswordTest, TheOrganisationsWordsAreBlamedForTheirPartOnly) {
  PasswordYardstick yardstick = Nist();
  yardstick.banned.Add("doppio");
  EXPECT_EQ(RuleOfNew("password doppio", yardstick), "BANNED_TERM");
  EXPECT_EQ(RuleOfNew("passwordpassword", yardstick), "EASILY_GUESSED");
  for (const RuleVerdict& verdict : JudgePassword(Secret("passwordpassword"), yardstick, nullptr)) {
    EXPECT_EQ(verdict.passed, verdict.rule != v1::PASSWORD_RULE_EASILY_GUESSED) << v1::PasswordRule_Name(verdict.rule);
  }
}

TEST(JudgePasswordTest, HasAVerdictForEachRuleThatApplies) {
  const auto rules = [](const PasswordYardstick& yardstick) {
    std::vector<v1::PasswordRule> rules;
    for (const RuleVerdict& verdict : JudgePassword(Secret("x"), yardstick, nullptr)) rules.push_back(verdict.rule);
    return rules;
  };
  EXPECT_THAT(rules(Nist()), ElementsAre(v1::PASSWORD_RULE_TOO_SHORT, v1::PASSWORD_RULE_TOO_LONG,
                                         v1::PASSWORD_RULE_CONTAINS_NAME, v1::PASSWORD_RULE_EASILY_GUESSED));
  PasswordYardstick entra = Entra();
  entra.banned.Add("doppio");
  EXPECT_THAT(rules(entra),
              ElementsAre(v1::PASSWORD_RULE_TOO_SHORT, v1::PASSWORD_RULE_TOO_LONG, v1::PASSWORD_RULE_OUTSIDE_ALPHABET,
                          v1::PASSWORD_RULE_TOO_FEW_CLASSES, v1::PASSWORD_RULE_CONTAINS_NAME,
                          v1::PASSWORD_RULE_EASILY_GUESSED, v1::PASSWORD_RULE_BANNED_TERM));
}

TEST(RuleTextTest, EveryRuleHasATextInEveryLanguageOfMails) {
  const auto* rules = v1::PasswordRule_descriptor();
  for (const std::string& language : MailLanguages()) {
    for (int i = 1; i < rules->value_count(); ++i) {
      const std::string text = RuleText(static_cast<v1::PasswordRule>(rules->value(i)->number()), language, 15);
      EXPECT_FALSE(text.empty()) << language << " " << rules->value(i)->name();
      EXPECT_EQ(text.find('{'), std::string::npos) << text;
    }
  }
  EXPECT_EQ(RuleText(v1::PASSWORD_RULE_TOO_SHORT, "nl", 12), "Gebruik minstens 12 tekens.");
}

}  // namespace
}  // namespace hearth
