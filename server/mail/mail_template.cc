#include "server/mail/mail_template.h"

#include <map>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/text.h"
#include "server/mail/language.h"
#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

constexpr char kSubject[] = "subject: ";

// "- label: value", "@ label: value"
MailBlock Labelled(MailBlock::Kind kind, absl::string_view line) {
  const size_t colon = line.find(": ");
  if (colon == absl::string_view::npos) throw std::invalid_argument("a line is not \"label: value\"");
  return {kind, std::string(line.substr(2, colon - 2)), std::string(line.substr(colon + 2))};
}

std::vector<MailBlock> BlocksOf(const std::string& chunk) {
  if (absl::StartsWith(chunk, "= ")) return {{MailBlock::kCode, "", chunk.substr(2)}};
  if (absl::StartsWith(chunk, "> ")) return {{MailBlock::kNote, "", chunk.substr(2)}};
  if (absl::StartsWith(chunk, "[")) {
    const size_t end = chunk.find("] ");
    if (end == std::string::npos) throw std::invalid_argument("a button has no link");
    return {{MailBlock::kButton, chunk.substr(1, end - 1), chunk.substr(end + 2)}};
  }
  if (absl::StartsWith(chunk, "@ ")) return {Labelled(MailBlock::kLink, chunk)};
  if (!absl::StartsWith(chunk, "- ")) return {{MailBlock::kParagraph, "", chunk}};
  std::vector<MailBlock> facts;
  for (const absl::string_view line : absl::StrSplit(chunk, '\n')) {
    if (!absl::StartsWith(line, "- ")) throw std::invalid_argument("a fact does not begin with \"- \"");
    facts.push_back(Labelled(MailBlock::kFact, line));
  }
  return facts;
}

MailText Load(v1::MailTemplate kind, const std::string& language) {
  const std::string name = absl::AsciiStrToLower(MailTemplateName(kind));
  MailText text = ParseMailText(EmbeddedMailFile(absl::StrCat(language, "/", name, ".mail")));
  const MailText footer =
      ParseMailText(absl::StrCat(kSubject, "-\n\n", ToAbsl(EmbeddedMailFile(absl::StrCat(language, "/footer.mail")))));
  text.footer = footer.blocks;
  return text;
}

}  // namespace

std::string_view EmbeddedMailFile(std::string_view name) {
  for (const EmbeddedFile& file : EmbeddedMailFiles()) {
    if (file.name == name) return file.text;
  }
  throw std::out_of_range(absl::StrCat("no mail file ", ToAbsl(name)));
}

MailText ParseMailText(std::string_view file) {
  MailText text;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(file), "\n\n", absl::SkipWhitespace())) {
    const std::string chunk(absl::StripAsciiWhitespace(part));
    if (text.subject.empty()) {
      if (!absl::StartsWith(chunk, kSubject)) throw std::invalid_argument("a mail does not begin with its subject");
      text.subject = chunk.substr(sizeof kSubject - 1);
      continue;
    }
    for (MailBlock& block : BlocksOf(chunk)) text.blocks.push_back(std::move(block));
  }
  if (text.blocks.empty()) throw std::invalid_argument("a mail says nothing");
  return text;
}

const MailText& MailTextOf(v1::MailTemplate kind, const std::string& language) {
  static const auto* const all = [] {
    auto* texts = new std::map<std::pair<std::string, int>, MailText>;
    for (const std::string& language : MailLanguages()) {
      for (int number = 1; number <= v1::MailTemplate_MAX; ++number) {
        if (!v1::MailTemplate_IsValid(number)) continue;
        texts->emplace(std::pair(language, number), Load(static_cast<v1::MailTemplate>(number), language));
      }
    }
    return texts;
  }();
  return all->at({language, kind});
}

std::vector<std::string> NamesIn(std::string_view text, bool in_sections) {
  std::vector<std::string> names;
  std::string section;
  size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const size_t end = text.find("}}", at);
    if (end == std::string_view::npos) throw std::invalid_argument("a {{ has no }}");
    const std::string_view name = text.substr(at + 2, end - at - 2);
    at = end + 2;
    if (name.empty()) throw std::invalid_argument("a {{}} has no name");
    if (name[0] == '#') {
      section = name.substr(1);
    } else if (name[0] == '/') {
      if (name.substr(1) != section) throw std::invalid_argument("a section ends that did not begin");
      section.clear();
    } else if (section.empty() != in_sections) {
      names.emplace_back(name);
    }
  }
  if (!section.empty()) throw std::invalid_argument("a section does not end");
  return names;
}

}  // namespace hearth
