#include "server/mail/language.h"

#include <unicode/dtptngen.h>
#include <unicode/listformatter.h>
#include <unicode/localebuilder.h>
#include <unicode/localematcher.h>
#include <unicode/measfmt.h>
#include <unicode/measunit.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/synchronization/mutex.h"

namespace hearth {
namespace {

constexpr size_t kLongestTag = 35;  // RFC 5646, 4.4.1.
constexpr size_t kLongestList = 256;

void Check(UErrorCode code) {
  if (U_FAILURE(code)) throw std::runtime_error(std::string("ICU: ") + u_errorName(code));
}

std::string Utf8(const icu::UnicodeString& text) {
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes;
}

icu::Locale LocaleOf(const std::string& tag) {
  UErrorCode code = U_ZERO_ERROR;
  icu::Locale locale = icu::Locale::forLanguageTag(tag, code);
  return U_FAILURE(code) ? icu::Locale::getRoot() : locale;
}

icu::LocaleMatcher MakeMatcher() {
  icu::LocaleMatcher::Builder builder;
  for (const std::string& language : MailLanguages()) builder.addSupportedLocale(LocaleOf(language));
  builder.setNoDefaultLocale();
  UErrorCode code = U_ZERO_ERROR;
  icu::LocaleMatcher matcher = builder.build(code);
  Check(code);
  return matcher;
}

// Immutable, so one serves all threads.
const icu::LocaleMatcher& Matcher() {
  static const auto* const matcher = new icu::LocaleMatcher(MakeMatcher());
  return *matcher;
}

// How a locale writes a day and a time. ICU takes a third of a millisecond to find that out, so it is remembered for some.
icu::UnicodeString TimePatternOf(const icu::Locale& locale) {
  static constexpr size_t kMost = 64;
  static absl::Mutex mutex(absl::kConstInit);
  static auto* const patterns = new std::map<std::string, icu::UnicodeString>;
  absl::MutexLock lock(&mutex);
  if (const auto known = patterns->find(locale.getName()); known != patterns->end()) return known->second;
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::DateTimePatternGenerator> generator(
      icu::DateTimePatternGenerator::createInstance(locale, code));
  Check(code);
  icu::UnicodeString pattern = generator->getBestPattern(icu::UnicodeString::fromUTF8("yMMMMdjmmz"), code);
  Check(code);
  if (patterns->size() >= kMost) patterns->clear();  // Who asks for ever new regions does not fill the memory.
  return patterns->emplace(locale.getName(), std::move(pattern)).first->second;
}

icu::UnicodeString PartOf(const icu::Locale& locale, int64_t amount, icu::MeasureUnit* unit) {
  UErrorCode code = U_ZERO_ERROR;
  icu::MeasureFormat format(locale, UMEASFMT_WIDTH_WIDE, code);
  icu::UnicodeString text;
  icu::FieldPosition position;
  const icu::Measure measure(icu::Formattable(amount), unit, code);
  format.formatMeasures(&measure, 1, text, position, code);
  Check(code);
  return text;
}

// "2 days, 3 hours": the parts that are not zero.
std::vector<icu::UnicodeString> PartsOf(const icu::Locale& locale, absl::Duration duration) {
  std::vector<icu::UnicodeString> parts;
  UErrorCode code = U_ZERO_ERROR;
  const auto add = [&](absl::Duration size, icu::MeasureUnit* unit) {
    const int64_t amount = absl::IDivDuration(duration, size, &duration);
    if (amount != 0) {
      parts.push_back(PartOf(locale, amount, unit));
    } else {
      delete unit;
    }
  };
  add(absl::Hours(24), icu::MeasureUnit::createDay(code));
  add(absl::Hours(1), icu::MeasureUnit::createHour(code));
  add(absl::Minutes(1), icu::MeasureUnit::createMinute(code));
  add(absl::Seconds(1), icu::MeasureUnit::createSecond(code));
  Check(code);
  return parts;
}

}  // namespace

const std::vector<std::string>& MailLanguages() {
  static const auto* const all = new std::vector<std::string>{"en", "nl", "de", "fr", "es"};
  return *all;
}

bool IsLanguageTag(std::string_view tag) {
  if (tag.empty() || tag.size() > kLongestTag) return false;
  const auto good = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-'; };
  if (!std::all_of(tag.begin(), tag.end(), good)) return false;
  UErrorCode code = U_ZERO_ERROR;
  icu::LocaleBuilder builder;
  builder.setLanguageTag(icu::StringPiece(tag.data(), static_cast<int32_t>(tag.size())));
  const icu::Locale locale = builder.build(code);
  return U_SUCCESS(code) && locale.getLanguage()[0] != '\0';
}

bool IsTimeZone(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
      icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int32_t>(name.size())))));
  icu::UnicodeString id;
  // ICU also takes abbreviations such as "EST" and offsets such as "GMT+1"; an IANA name has an area.
  return *zone != icu::TimeZone::getUnknown() && name != "Etc/Unknown" && name.find('/') != std::string_view::npos &&
         Utf8(zone->getID(id)) == std::string(name);
}

Language ChooseLanguage(const std::vector<std::string>& wished, const std::string& fallback) {
  std::vector<std::string> all = wished;
  all.push_back(fallback);
  for (const std::string& tag : all) {
    if (!IsLanguageTag(tag)) continue;
    UErrorCode code = U_ZERO_ERROR;
    const icu::Locale desired = LocaleOf(tag);  // The result points to it.
    const icu::LocaleMatcher::Result result = Matcher().getBestMatchResult(desired, code);
    if (U_FAILURE(code) || result.getSupportedIndex() < 0) continue;
    const icu::Locale resolved = result.makeResolvedLocale(code);
    if (U_FAILURE(code)) continue;
    return {MailLanguages()[static_cast<size_t>(result.getSupportedIndex())],
            resolved.toLanguageTag<std::string>(code)};
  }
  return {"en", "en"};
}

std::string ChooseLanguageOf(const std::string& accept_language) {
  if (accept_language.size() > kLongestList) return "en";
  UErrorCode code = U_ZERO_ERROR;
  const icu::Locale* best = Matcher().getBestMatchForListString(accept_language, code);
  return U_FAILURE(code) || best == nullptr ? "en" : best->getLanguage();
}

std::string FormatTime(const Language& language, const std::string& time_zone, absl::Time time) {
  const icu::Locale locale = LocaleOf(language.locale);
  UErrorCode code = U_ZERO_ERROR;
  icu::SimpleDateFormat format(TimePatternOf(locale), locale, code);
  Check(code);
  format.adoptTimeZone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(time_zone)));
  icu::UnicodeString text;
  format.format(static_cast<UDate>(absl::ToUnixMillis(time)), text);
  return Utf8(text);
}

std::string FormatDuration(const Language& language, absl::Duration duration) {
  const icu::Locale locale = LocaleOf(language.locale);
  std::vector<icu::UnicodeString> parts = PartsOf(locale, duration);
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::ListFormatter> list(
      icu::ListFormatter::createInstance(locale, ULISTFMT_TYPE_UNITS, ULISTFMT_WIDTH_WIDE, code));
  Check(code);
  icu::UnicodeString text;
  list->format(parts.data(), static_cast<int32_t>(parts.size()), text, code);
  Check(code);
  return Utf8(text);
}

std::string FormatNumber(const Language& language, int64_t number) {
  UErrorCode code = U_ZERO_ERROR;
  const auto text = icu::number::NumberFormatter::withLocale(LocaleOf(language.locale)).formatInt(number, code);
  const icu::UnicodeString written = text.toString(code);
  Check(code);
  return Utf8(written);
}

}  // namespace hearth
