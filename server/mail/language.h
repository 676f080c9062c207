// Which language a mail is in, and how times and numbers are written there (Unicode CLDR, through ICU).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace hearth {

// The languages that mails are written in.
const std::vector<std::string>& MailLanguages();

// A language, and the region whose habits its times and numbers follow.
struct Language {
  std::string text;    // One of MailLanguages().
  std::string locale;  // A BCP 47 tag of that language: "de-AT".
};

// The first of the wished languages (BCP 47 tags, best first) that mails are written in, or one close to it; else the fallback's; else English.
// What is no language tag is skipped.
Language ChooseLanguage(const std::vector<std::string>& wished, const std::string& fallback);

// The same for an Accept-Language header (RFC 9110, 12.5.4): "de-AT, nl;q=0.8". English where it is malformed, too long, or names none of them.
std::string ChooseLanguageOf(const std::string& accept_language);

// Whether it is a well-formed language tag (RFC 5646, 2.2.9), at most 35 characters.
bool IsLanguageTag(std::string_view tag);
// Whether it names a time zone of the IANA database.
bool IsTimeZone(std::string_view name);

// "25 November 2026 at 16:30 CET", "1 hour, 30 minutes", "1,204", as the language writes them.
std::string FormatTime(const Language& language, const std::string& time_zone, absl::Time time);
std::string FormatDuration(const Language& language, absl::Duration duration);
std::string FormatNumber(const Language& language, int64_t number);

}  // namespace hearth
