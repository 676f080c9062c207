#include "server/mail/mail_body.h"

#include <cmath>
#include <kainjow/mustache.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/base/text.h"
#include "server/mail/mail_rules.h"
#include "server/mail/mail_template.h"

namespace hearth {
namespace {

using Texts = std::map<std::string, std::string>;

std::string Show(const Language& language, const MailBrand& brand, const MailValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* secret = std::get_if<Secret>(&value)) return std::string(secret->Expose());
  if (const auto* time = std::get_if<absl::Time>(&value)) return FormatTime(language, brand.time_zone, *time);
  if (const auto* span = std::get_if<absl::Duration>(&value)) return FormatDuration(language, *span);
  return FormatNumber(language, std::get<int64_t>(value));
}

// Values as texts, ready to be filled in many times.
struct Values {
  explicit Values(Texts all) : texts(std::move(all)), data(kainjow::mustache::data::type::object) {
    for (const auto& [name, text] : texts) data.set(name, text);
  }
  Texts texts;
  kainjow::mustache::data data;
};

// Fills a Mustache text; `html` escapes every value.
std::string Fill(const std::string& mustache, const Values& values, bool html) {
  if (mustache.find("{{") == std::string::npos) return mustache;
  kainjow::mustache::mustache filled(mustache);
  if (!filled.is_valid()) throw std::invalid_argument("a mail is not Mustache: " + filled.error_message());
  if (!html) filled.set_custom_escape([](const std::string& text) { return text; });
  return filled.render(values.data);
}

// Whether all values that the block shows outside of sections are given.
bool IsComplete(const MailBlock& block, const Texts& texts) {
  for (const std::string& part : {block.label, block.text}) {
    for (const std::string& name : NamesIn(part, /*in_sections=*/false)) {
      if (!texts.contains(name)) return false;
    }
  }
  return true;
}

std::string PlainBlock(const MailBlock& block, const Values& values) {
  const std::string label = Fill(block.label, values, /*html=*/false);
  const std::string text = Fill(block.text, values, /*html=*/false);
  switch (block.kind) {
    case MailBlock::kButton:
      return absl::StrCat(label, ":\n", text);
    case MailBlock::kCode:
      return absl::StrCat("    ", text);
    case MailBlock::kNote:
      return absl::StrCat("> ", absl::StrReplaceAll(text, {{"\n", "\n> "}}));
    case MailBlock::kLink:
    case MailBlock::kFact:
      return absl::StrCat(label, ": ", text);
    default:
      return text;
  }
}

std::string HtmlBlock(const MailBlock& block, const Values& values) {
  const std::string label = Fill(block.label, values, /*html=*/true);
  const std::string text = Fill(block.text, values, /*html=*/true);
  switch (block.kind) {
    case MailBlock::kButton:
      return absl::StrCat("<p><a class=\"button\" href=\"", text, "\">", label, "</a></p>\n<p class=\"address\">", text,
                          "</p>");
    case MailBlock::kLink:
      return absl::StrCat("<p>", label, ": <a href=\"", text, "\">", text, "</a></p>");
    case MailBlock::kCode:
      return absl::StrCat("<p class=\"code\">", text, "</p>");
    case MailBlock::kNote:
      return absl::StrCat("<blockquote>", text, "</blockquote>");
    case MailBlock::kFact:
      return absl::StrCat("<dt>", label, "</dt><dd>", text, "</dd>");
    default:
      return absl::StrCat("<p>", absl::StrReplaceAll(text, {{"\n", " "}}), "</p>");
  }
}

// The blocks one after the other; facts that follow each other are one list.
std::string Join(const std::vector<MailBlock>& blocks, const Values& values, bool html) {
  std::string joined;
  bool in_list = false;
  for (const MailBlock& block : blocks) {
    if (!IsComplete(block, values.texts)) continue;
    const bool fact = block.kind == MailBlock::kFact;
    if (html && fact != in_list) absl::StrAppend(&joined, fact ? "<dl>\n" : "</dl>\n");
    if (!html && !joined.empty()) absl::StrAppend(&joined, fact && in_list ? "" : "\n");
    in_list = fact;
    absl::StrAppend(&joined, html ? HtmlBlock(block, values) : PlainBlock(block, values), "\n");
  }
  if (html && in_list) absl::StrAppend(&joined, "</dl>\n");
  return joined;
}

// Relative luminance as WCAG 2.2 defines it, from 0 (black) to 1 (white).
double Luminance(const std::string& color) {
  double luminance = 0;
  for (const auto& [at, weight] : {std::pair{1, 0.2126}, {3, 0.7152}, {5, 0.0722}}) {
    const double channel = std::stoi(color.substr(static_cast<size_t>(at), 2), nullptr, 16) / 255.0;
    luminance += weight * (channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4));
  }
  return luminance;
}

}  // namespace

std::string ReadableOn(const std::string& color) {
  const double luminance = Luminance(color);
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
}

MailBody RenderMail(v1::MailTemplate kind, const Language& language, const MailBrand& brand,
                    const std::map<std::string, MailValue>& values, absl::Time expire_time) {
  Texts texts{{"directory_name", brand.directory_name},
              {"expire_time", FormatTime(language, brand.time_zone, expire_time)}};
  if (!brand.support_uri.empty()) texts["support_uri"] = brand.support_uri;
  for (const auto& [name, value] : values) texts[name] = Show(language, brand, value);

  Values shown(std::move(texts));
  const MailText& mail = MailTextOf(kind, language.text);
  MailBody body;
  body.subject = Fill(mail.subject, shown, /*html=*/false);
  body.text =
      absl::StrCat(Join(mail.blocks, shown, /*html=*/false), "\n-- \n", Join(mail.footer, shown, /*html=*/false));
  // The layout gets finished HTML, and sets it in with {{{…}}}.
  body.html = Fill(std::string(EmbeddedMailFile("layout.html")),
                   Values({{"language", language.locale},
                           {"subject", body.subject},
                           {"directory_name", brand.directory_name},
                           {"color", brand.color},
                           {"on_color", ReadableOn(brand.color)},
                           {"body", Join(mail.blocks, shown, /*html=*/true)},
                           {"footer", Join(mail.footer, shown, /*html=*/true)}}),
                   /*html=*/true);
  for (auto& [name, text] : shown.texts) WipeString(text);
  return body;
}

}  // namespace hearth
