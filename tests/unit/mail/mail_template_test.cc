#include "server/mail/mail_template.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "server/base/text.h"
#include "server/mail/language.h"
#include "tests/support/sample_mail.h"

namespace hearth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// What every mail has, besides the values of its template.
const std::vector<std::string> kCommon = {"directory_name", "support_uri", "expire_time"};

// All names that the text uses; `certain`: only those that show it whatever else is given.
std::vector<std::string> Names(const MailText& text, bool certain) {
  std::vector<std::string> parts = {text.subject};
  for (const auto* blocks : {&text.blocks, &text.footer}) {
    for (const MailBlock& block : *blocks) parts.insert(parts.end(), {block.label, block.text});
  }
  std::vector<std::string> names;
  for (const std::string& part : parts) {
    for (std::string& name : NamesIn(part, /*in_sections=*/false)) names.push_back(std::move(name));
    if (certain) continue;
    for (std::string& name : NamesIn(part, /*in_sections=*/true)) names.push_back(std::move(name));
  }
  return names;
}

TEST(MailTemplates, EveryLanguageHasEveryTemplateAndNothingElse) {
  std::vector<std::string> wanted = {"layout.html"};
  for (const std::string& language : MailLanguages()) {
    wanted.push_back(language + "/footer.mail");
    for (const v1::MailTemplate kind : AllTemplates()) {
      wanted.push_back(absl::StrCat(language, "/", absl::AsciiStrToLower(MailTemplateName(kind)), ".mail"));
    }
  }
  std::vector<std::string> there;
  for (const EmbeddedFile& file : EmbeddedMailFiles()) there.emplace_back(file.name);
  EXPECT_THAT(there, testing::UnorderedElementsAreArray(wanted));
}

TEST(MailTemplates, EveryTextUsesTheDeclaredValuesAllOfThemAndNoOthers) {
  for (const std::string& language : MailLanguages()) {
    for (const v1::MailTemplate kind : AllTemplates()) {
      SCOPED_TRACE(language + " " + MailTemplateName(kind));
      const std::vector<std::string> names = Names(MailTextOf(kind, language), /*certain=*/false);
      std::vector<std::string> declared = kCommon;
      for (const auto& rules : RulesOf(kind).values()) {
        declared.push_back(rules.name());
        EXPECT_THAT(names, Contains(rules.name()));
      }
      for (const std::string& name : names) EXPECT_THAT(declared, Contains(name));
    }
  }
}

TEST(MailTemplates, TheSubjectNeverNeedsAnOptionalValueAndNeverShowsASecret) {
  for (const std::string& language : MailLanguages()) {
    for (const v1::MailTemplate kind : AllTemplates()) {
      const std::vector<std::string> in_subject = NamesIn(MailTextOf(kind, language).subject, false);
      for (const auto& rules : RulesOf(kind).values()) {
        if (rules.optional() || rules.sensitive()) {
          EXPECT_THAT(in_subject, testing::Not(Contains(rules.name()))) << language << " " << MailTemplateName(kind);
        }
      }
    }
  }
}

TEST(MailTemplates, LanguagesDifferInWordsAndInNothingElse) {
  for (const v1::MailTemplate kind : AllTemplates()) {
    const auto shape = [&](const std::string& language) {
      std::string kinds;
      for (const MailBlock& block : MailTextOf(kind, language).blocks) absl::StrAppend(&kinds, block.kind, " ");
      return kinds;
    };
    for (const std::string& language : MailLanguages()) {
      EXPECT_EQ(shape(language), shape("en")) << language << " " << MailTemplateName(kind);
    }
  }
}

// French sets a space before these marks, at which no line may break: U+00A0.
TEST(MailTemplates, FrenchMarksStandOnTheLineOfTheirWords) {
  for (const EmbeddedFile& file : EmbeddedMailFiles()) {
    if (!absl::StartsWith(ToAbsl(file.name), "fr/")) continue;
    for (const char* broken : {" ?", " :", " ;", " !"})
      EXPECT_FALSE(absl::StrContains(ToAbsl(file.text), broken)) << file.name << broken;
  }
}

TEST(MailTemplates, TheReadmeSaysWhatEachMailIsMadeOf) {
  const char* source = std::getenv("HEARTH_SOURCE_DIR");
  std::ifstream file(std::string(source == nullptr ? "." : source) + "/server/mail/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(readme.empty());
  for (const v1::MailTemplate kind : AllTemplates()) {
    const size_t row = readme.find(absl::StrCat("| `", MailTemplateName(kind), "` |"));
    ASSERT_NE(row, std::string::npos) << MailTemplateName(kind);
    std::vector<std::string> values;
    for (const auto& rules : RulesOf(kind).values()) {
      const std::string name = rules.sensitive() ? absl::StrCat("**", rules.name(), "**") : rules.name();
      values.push_back(rules.optional() ? absl::StrCat("[", name, "]") : name);
    }
    EXPECT_THAT(readme.substr(row, readme.find('\n', row) - row),
                testing::EndsWith(absl::StrCat("| ", absl::StrJoin(values, ", "), " |")));
  }
}

TEST(MailTemplates, AFileIsTakenApart) {
  const MailText text = ParseMailText(
      "subject: S {{a}}\n\none\ntwo\n\n[Go] {{link}}\n\n= {{code}}\n\n> {{note}}\n\n- A: {{a}}\n- B: {{b}}\n\n@ H: "
      "{{h}}\n");
  EXPECT_EQ(text.subject, "S {{a}}");
  std::vector<std::string> blocks;
  for (const MailBlock& block : text.blocks)
    blocks.push_back(absl::StrCat(block.kind, "|", block.label, "|", block.text));
  EXPECT_THAT(blocks, ElementsAre("0||one\ntwo", "1|Go|{{link}}", "3||{{code}}", "4||{{note}}", "5|A|{{a}}",
                                  "5|B|{{b}}", "2|H|{{h}}"));
  for (const char* bad : {"", "hello\n\nyou", "subject: S\n", "subject: S\n\n[Go]\n", "subject: S\n\n- fact\n"}) {
    EXPECT_THROW(ParseMailText(bad), std::invalid_argument) << bad;
  }
}

TEST(MailTemplates, NamesAreFoundInsideAndOutsideOfSections) {
  EXPECT_THAT(NamesIn("a {{x}} b{{#y}} {{y}}{{/y}} {{z}}", false), ElementsAre("x", "z"));
  EXPECT_THAT(NamesIn("a {{x}} b{{#y}} {{y}}{{/y}} {{z}}", true), ElementsAre("y"));
  EXPECT_THAT(NamesIn("nothing", false), IsEmpty());
  for (const char* bad : {"{{x", "{{}}", "{{#x}}", "{{#x}}{{/y}}"})
    EXPECT_THROW(NamesIn(bad, false), std::invalid_argument) << bad;
}

}  // namespace
}  // namespace hearth::test
