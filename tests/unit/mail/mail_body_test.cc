#include "server/mail/mail_body.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/sample_mail.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const MailBrand kBrand{.directory_name = "Forth Coffee", .support_uri = "https://help.forthcoffee.com"};

absl::Time Expiry() { return absl::FromCivil(absl::CivilSecond(2026, 11, 25, 16, 4, 0), absl::UTCTimeZone()); }

MailBody Render(v1::MailTemplate kind, const std::map<std::string, MailValue>& values,
                const std::string& language = "en") {
  return RenderMail(kind, {language, language}, kBrand, values, Expiry());
}

TEST(MailBody, EveryTemplateInEveryLanguageShowsItsValuesInBothBodies) {
  for (const std::string& language : MailLanguages()) {
    for (const v1::MailTemplate kind : AllTemplates()) {
      SCOPED_TRACE(language + " " + MailTemplateName(kind));
      const Mail mail = SampleMail(kind);
      const MailBody body = Render(kind, mail.values, language);
      for (const auto& rules : RulesOf(kind).values()) {
        if (rules.type() != v1::MAIL_VALUE_TYPE_TEXT && rules.type() != v1::MAIL_VALUE_TYPE_LINK) continue;
        EXPECT_THAT(body.text, HasSubstr(rules.sample()));
        EXPECT_THAT(body.html, HasSubstr(rules.sample()));
      }
      for (const std::string* all : {&body.subject, &body.text, &body.html}) {
        EXPECT_THAT(*all, Not(HasSubstr("{{")));
        EXPECT_THAT(*all, Not(HasSubstr("}}")));
      }
      EXPECT_THAT(body.html, HasSubstr(absl::StrCat("lang=\"", language, "\"")));
      EXPECT_THAT(body.text, HasSubstr("https://help.forthcoffee.com"));
      EXPECT_THAT(body.html, HasSubstr("href=\"https://help.forthcoffee.com\""));
      EXPECT_EQ(body.subject.find('\n'), std::string::npos);
    }
  }
}

TEST(MailBody, TheHtmlLoadsNothingFromElsewhere) {
  for (const v1::MailTemplate kind : AllTemplates()) {
    const std::string html = Render(kind, SampleMail(kind).values).html;
    for (const char* loads : {"<img", "<script", "<link", "url(", "@import", "src=", "<iframe"}) {
      EXPECT_THAT(html, Not(HasSubstr(loads))) << MailTemplateName(kind);
    }
  }
}

TEST(MailBody, ValuesAreTextInHtmlWhateverTheyHold) {
  auto values = SampleMail(v1::MAIL_TEMPLATE_INVITATION).values;
  values["inviter"] = "<script>alert('x')</script> & \"Co\" {{link}} {{{link}}}";
  values["message"] = "<img src=x onerror=alert(1)>\nsecond line";
  const MailBody body = Render(v1::MAIL_TEMPLATE_INVITATION, values);
  EXPECT_THAT(body.html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(body.html, Not(HasSubstr("<img")));
  EXPECT_THAT(body.html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(body.html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;\nsecond line"));
  // What looks like Mustache in a value stays as it is.
  EXPECT_THAT(body.html, HasSubstr("{{link}} {{{link}}}"));
  EXPECT_THAT(body.text, HasSubstr("<script>alert('x')</script> & \"Co\" {{link}} {{{link}}}"));
  EXPECT_THAT(body.text, HasSubstr("> <img src=x onerror=alert(1)>\n> second line"));
  EXPECT_THAT(body.html, HasSubstr("<title>&lt;script&gt;"));
}

TEST(MailBody, WhatIsNotGivenLeavesNoTrace) {
  auto values = SampleMail(v1::MAIL_TEMPLATE_RESET_REQUESTED).values;
  EXPECT_THAT(Render(v1::MAIL_TEMPLATE_RESET_REQUESTED, values).text, HasSubstr("Through: Sign-in page"));
  values.erase("requester");
  values.erase("link");
  const MailBody body = Render(v1::MAIL_TEMPLATE_RESET_REQUESTED, values);
  EXPECT_THAT(body.text, Not(HasSubstr("Through")));
  EXPECT_THAT(body.html, Not(HasSubstr("Through")));
  EXPECT_THAT(body.html, Not(HasSubstr("class=\"button\"")));
  auto guest = SampleMail(v1::MAIL_TEMPLATE_INVITATION).values;
  guest.erase("display_name");
  EXPECT_THAT(Render(v1::MAIL_TEMPLATE_INVITATION, guest).text, HasSubstr("Hello,\n"));
  const MailBrand plain{.directory_name = "Forth Coffee"};
  EXPECT_THAT(RenderMail(v1::MAIL_TEMPLATE_INVITATION, {"en", "en"}, plain, guest, Expiry()).text,
              Not(HasSubstr("Help")));
}

TEST(MailBody, TheMailSaysUntilWhenInTheDirectorysTimeZone) {
  MailBrand brand = kBrand;
  brand.time_zone = "Europe/Amsterdam";
  const auto values = SampleMail(v1::MAIL_TEMPLATE_RESET_LINK).values;
  EXPECT_THAT(RenderMail(v1::MAIL_TEMPLATE_RESET_LINK, {"de", "de"}, brand, values, Expiry()).text, HasSubstr("17:04"));
}

TEST(MailBody, FactsThatFollowEachOtherAreOneList) {
  const std::string html = Render(v1::MAIL_TEMPLATE_RESET_LINK, SampleMail(v1::MAIL_TEMPLATE_RESET_LINK).values).html;
  const size_t list = html.find("<dl>");
  ASSERT_NE(list, std::string::npos);
  EXPECT_EQ(html.find("<dl>", list + 1), std::string::npos);
}

TEST(MailBody, ButtonsCanBeReadOnEveryColor) {
  EXPECT_EQ(ReadableOn("#ffffff"), "#000000");
  EXPECT_EQ(ReadableOn("#ffe000"), "#000000");
  EXPECT_EQ(ReadableOn("#1f4e79"), "#ffffff");
  EXPECT_EQ(ReadableOn("#000000"), "#ffffff");
}

}  // namespace
}  // namespace hearth::test
