// Every reason in every language, with its variables.
#include "server/rpc/reason_texts.h"

#include <set>
#include <stdexcept>

#include "gmock/gmock.h"
#include "hearth/v1/options.pb.h"
#include "server/base/error.h"
#include "server/mail/language.h"

namespace hearth {
namespace {

std::set<std::string> VariablesOf(const std::string& text) {
  std::set<std::string> variables;
  for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    variables.insert(text.substr(at, text.find('}', at) - at + 1));
  }
  return variables;
}

std::vector<v1::ErrorReason> Reasons() {
  std::vector<v1::ErrorReason> reasons;
  for (int number = v1::ErrorReason_MIN; number <= v1::ErrorReason_MAX; ++number) {
    if (v1::ErrorReason_IsValid(number) && number != v1::ERROR_REASON_UNSPECIFIED) {
      reasons.push_back(static_cast<v1::ErrorReason>(number));
    }
  }
  return reasons;
}

TEST(ReasonTexts, EveryReasonHasATextInEveryLanguageWithTheVariablesOfTheEnglishOne) {
  EXPECT_GT(Reasons().size(), 50u);
  for (const v1::ErrorReason reason : Reasons()) {
    const std::string english = ReasonText(reason, "en");
    EXPECT_NE(english, "") << ReasonName(reason);
    for (const std::string& language : MailLanguages()) {
      const std::string text = ReasonText(reason, language);
      EXPECT_EQ(VariablesOf(text), VariablesOf(english)) << language << " " << ReasonName(reason);
      EXPECT_EQ(text == english, language == "en") << language << " " << ReasonName(reason);
      EXPECT_THAT(text, testing::EndsWith(".")) << language << " " << ReasonName(reason);
    }
  }
}

TEST(ReasonTexts, FilesHaveNoOtherReasons) {
  std::set<std::string> names;
  for (const v1::ErrorReason reason : Reasons()) names.insert(ReasonName(reason));
  EXPECT_EQ(EmbeddedReasonFiles().size(), MailLanguages().size() - 1);
  for (const EmbeddedFile& file : EmbeddedReasonFiles()) {
    EXPECT_THAT(MailLanguages(), testing::Contains(std::string(file.name.substr(0, file.name.find(".txt")))));
    for (const auto& [name, text] : ParseReasonFile(file.text))
      EXPECT_TRUE(names.contains(name)) << file.name << " " << name;
  }
  EXPECT_EQ(ReasonText(v1::ERROR_REASON_NOT_FOUND, "ja"), "");
}

TEST(ReasonTexts, AFileOfAnotherFormIsNoticed) {
  for (const char* bad : {"NOT_FOUND", "NOT_FOUND:", "NOT_FOUND: ", "A: one\nA: two"}) {
    EXPECT_THROW(ParseReasonFile(bad), std::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace hearth
