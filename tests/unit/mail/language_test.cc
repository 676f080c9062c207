#include "server/mail/language.h"

#include "gmock/gmock.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;

absl::Time Noon() { return absl::FromCivil(absl::CivilSecond(2026, 11, 25, 15, 4, 0), absl::UTCTimeZone()); }

TEST(Language, TheFirstWishedLanguageThatIsSpokenWins) {
  EXPECT_EQ(ChooseLanguage({"de"}, "nl").text, "de");
  EXPECT_EQ(ChooseLanguage({"ja", "fr-CA", "de"}, "nl").text, "fr");
  EXPECT_EQ(ChooseLanguage({}, "es").text, "es");
  EXPECT_EQ(ChooseLanguage({"ja"}, "ko").text, "en");
  EXPECT_EQ(ChooseLanguage({""}, "").text, "en");
}

TEST(Language, TheRegionOfTheReaderIsKeptForTimesAndNumbers) {
  EXPECT_EQ(ChooseLanguage({"de-AT"}, "en").text, "de");
  EXPECT_EQ(ChooseLanguage({"de-AT"}, "en").locale, "de-AT");
  EXPECT_EQ(ChooseLanguage({"en-GB"}, "de").locale, "en-GB");
}

TEST(Language, AHeaderNamesSeveralByTheirWeight) {
  EXPECT_EQ(ChooseLanguageOf("de"), "de");
  EXPECT_EQ(ChooseLanguageOf("de-AT, en;q=0.5"), "de");
  EXPECT_EQ(ChooseLanguageOf("en;q=0.5, nl-BE;q=0.9"), "nl");
  EXPECT_EQ(ChooseLanguageOf("ja, fr-CA;q=0.4"), "fr");
  EXPECT_EQ(ChooseLanguageOf("es;q=0, de;q=0.1"), "de");
  for (const std::string& none : {std::string(), std::string("ja"), std::string("*"), std::string("de;q=x"),
                                  std::string(";;;"), std::string("\xff\xfe"), std::string("../../etc/passwd"),
                                  std::string(300, 'a'), "de, " + std::string(300, ' ')}) {
    EXPECT_EQ(ChooseLanguageOf(none), "en") << none;
  }
}

TEST(Language, WhatIsNoLanguageTagIsSkipped) {
  for (const std::string bad : {"../../etc/passwd", "de\r\nBcc: a@b.example", "{{link}}", "\xff\xfe", "de_DE", "*",
                                "x-private", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_FALSE(IsLanguageTag(bad)) << bad;
    EXPECT_EQ(ChooseLanguage({bad, "nl"}, "de").text, "nl") << bad;
  }
  EXPECT_TRUE(IsLanguageTag("zh-Hant-TW"));
  EXPECT_FALSE(IsLanguageTag(""));
}

TEST(Language, TimesAreWrittenAsReadersWriteThem) {
  EXPECT_THAT(FormatTime({"en", "en-GB"}, "Europe/Amsterdam", Noon()), HasSubstr("25 November 2026"));
  EXPECT_THAT(FormatTime({"en", "en-GB"}, "Europe/Amsterdam", Noon()), HasSubstr("16:04"));
  EXPECT_THAT(FormatTime({"en", "en"}, "Etc/UTC", Noon()), HasSubstr("November 25, 2026"));
  EXPECT_THAT(FormatTime({"de", "de"}, "Etc/UTC", Noon()), HasSubstr("25. November 2026"));
  EXPECT_THAT(FormatTime({"de", "de"}, "Etc/UTC", Noon()), HasSubstr("UTC"));
  EXPECT_THAT(FormatTime({"nl", "nl"}, "Etc/UTC", Noon()), HasSubstr("25 november 2026"));
  EXPECT_THAT(FormatTime({"fr", "fr"}, "Etc/UTC", Noon()), HasSubstr("25 novembre 2026"));
  EXPECT_THAT(FormatTime({"es", "es"}, "Etc/UTC", Noon()), HasSubstr("25 de noviembre de 2026"));
}

TEST(Language, DurationsAndNumbersAreWrittenAsReadersWriteThem) {
  EXPECT_EQ(FormatDuration({"en", "en"}, absl::Minutes(10)), "10 minutes");
  EXPECT_EQ(FormatDuration({"en", "en"}, absl::Minutes(1)), "1 minute");
  EXPECT_EQ(FormatDuration({"de", "de"}, absl::Minutes(90)), "1 Stunde, 30 Minuten");
  EXPECT_EQ(FormatDuration({"fr", "fr"}, absl::Hours(24 * 7)), "7\xc2\xa0jours");
  EXPECT_EQ(FormatDuration({"nl", "nl"}, absl::Hours(2)), "2 uur");
  EXPECT_EQ(FormatDuration({"es", "es"}, absl::Seconds(45)), "45 segundos");
  EXPECT_EQ(FormatNumber({"en", "en"}, 1204), "1,204");
  EXPECT_EQ(FormatNumber({"de", "de"}, 1204), "1.204");
}

TEST(Language, TimeZonesAreThoseOfTheIanaDatabase) {
  for (const char* good : {"Europe/Amsterdam", "Etc/UTC", "America/Argentina/Buenos_Aires"})
    EXPECT_TRUE(IsTimeZone(good)) << good;
  for (const char* bad :
       {"", "Europe/Atlantis", "EST", "GMT+1", "+01:00", "../../etc/passwd", "europe", "Etc/Unknown"}) {
    EXPECT_FALSE(IsTimeZone(bad)) << bad;
  }
}

}  // namespace
}  // namespace hearth::test
