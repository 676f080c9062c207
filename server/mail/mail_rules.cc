#include "server/mail/mail_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/resource_name.h"
#include "server/base/text.h"

namespace hearth {
namespace {

constexpr size_t kMaxAddress = 254;  // RFC 5321, 4.5.3.1, as corrected by erratum 1690 of RFC 3696.
constexpr size_t kMaxLocalPart = 64;
constexpr size_t kMaxLine = 512, kMaxNote = 2000;  // Code points.
constexpr size_t kMaxLink = 2048;
constexpr size_t kMaxLanguages = 8, kMaxLanguage = 35;  // RFC 5646, 4.4.1: tags of 35 characters fit.
constexpr std::string_view kPrefix = "MAIL_TEMPLATE_";
constexpr std::string_view kAtomSymbols = "!#$%&'*+-/=?^_`{|}~";

bool IsAtomOrDot(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
         kAtomSymbols.find(c) != std::string_view::npos;
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// A line of at most `longest` code points; `line_feeds`: several lines.
bool IsPlain(std::string_view text, size_t longest, bool line_feeds) {
  if (text.empty() || CodePoints(text) > longest) return false;
  return std::none_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !(line_feeds && c == '\n')) || byte == 0x7f;
  });
}

bool IsLink(std::string_view text) {
  return text.size() <= kMaxLink && absl::StartsWith(ToAbsl(text), "https://") && text.size() > 8 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
         });
}

bool HasForm(v1::MailValueType type, std::string_view text) {
  switch (type) {
    case v1::MAIL_VALUE_TYPE_TEXT:
      return IsPlain(text, kMaxLine, /*line_feeds=*/false);
    case v1::MAIL_VALUE_TYPE_NOTE:
      return IsPlain(text, kMaxNote, /*line_feeds=*/true);
    case v1::MAIL_VALUE_TYPE_LINK:
      return IsLink(text);
    default:
      return false;
  }
}

bool Fits(const v1::MailValueRules& rules, const MailValue& value) {
  if (const auto* secret = std::get_if<Secret>(&value)) {
    return rules.sensitive() && HasForm(rules.type(), secret->Expose());
  }
  if (rules.sensitive()) return false;
  switch (rules.type()) {
    case v1::MAIL_VALUE_TYPE_TIME: {
      const auto* time = std::get_if<absl::Time>(&value);
      return time != nullptr && *time > absl::UnixEpoch() &&
             *time < absl::FromCivil(absl::CivilDay(9999), absl::UTCTimeZone());
    }
    case v1::MAIL_VALUE_TYPE_DURATION: {
      const auto* duration = std::get_if<absl::Duration>(&value);
      return duration != nullptr && *duration > absl::ZeroDuration() && *duration <= absl::Hours(24 * 366);
    }
    case v1::MAIL_VALUE_TYPE_NUMBER:
      return std::holds_alternative<int64_t>(value);
    default: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && HasForm(rules.type(), *text);
    }
  }
}

std::string ValuesDefect(const Mail& mail) {
  size_t known = 0;
  for (const v1::MailValueRules& rules : RulesOf(mail.kind).values()) {
    const auto value = mail.values.find(rules.name());
    if (value == mail.values.end()) {
      if (!rules.optional()) return absl::StrCat("the value ", rules.name(), " is missing");
      continue;
    }
    ++known;
    if (!Fits(rules, value->second)) return absl::StrCat("the value ", rules.name(), " has another form");
  }
  return known == mail.values.size() ? "" : "there are values that the template does not have";
}

bool AreLanguages(const std::vector<std::string>& languages) {
  return languages.size() <= kMaxLanguages &&
         std::all_of(languages.begin(), languages.end(), [](const std::string& tag) {
           return tag.size() <= kMaxLanguage && std::all_of(tag.begin(), tag.end(), [](char c) {
                    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
                  });
         });
}

}  // namespace

const v1::MailRules& RulesOf(v1::MailTemplate kind) {
  const auto* value = v1::MailTemplate_descriptor()->FindValueByNumber(kind);
  return value == nullptr ? v1::MailRules::default_instance() : value->options().GetExtension(v1::mail);
}

std::string MailTemplateName(v1::MailTemplate kind) { return v1::MailTemplate_Name(kind).substr(kPrefix.size()); }

bool IsMailAddress(std::string_view address) {
  const size_t at = address.find('@');
  if (address.size() > kMaxAddress || at == std::string_view::npos || at == 0 || at > kMaxLocalPart) return false;
  const std::string_view local = address.substr(0, at);
  if (!std::all_of(local.begin(), local.end(), IsAtomOrDot)) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  return IsDomain(absl::AsciiStrToLower(ToAbsl(address.substr(at + 1))));
}

std::string MailDefect(const Mail& mail) {
  if (!v1::MailTemplate_IsValid(mail.kind) || RulesOf(mail.kind).values().empty()) return "the template is none";
  if (!IsMailAddress(mail.to)) return "the recipient is not one mail address";
  if (mail.person.size() > 256) return "the person is not an id";
  if (!AreLanguages(mail.languages)) return "the languages are not BCP 47 tags";
  if (mail.lifetime < absl::Seconds(1) || mail.lifetime > kLongestMailLifetime) return "the lifetime is out of bounds";
  return ValuesDefect(mail);
}

}  // namespace hearth
