#include "server/mail/mail_rules.h"

#include "gmock/gmock.h"
#include "tests/support/sample_mail.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Mail Sample() { return SampleMail(v1::MAIL_TEMPLATE_RESET_LINK); }

TEST(MailRules, EveryTemplateDeclaresItsValuesWithASampleThatFits) {
  ASSERT_EQ(AllTemplates().size(), 14u);
  for (const v1::MailTemplate kind : AllTemplates()) {
    EXPECT_FALSE(RulesOf(kind).values().empty()) << MailTemplateName(kind);
    EXPECT_THAT(MailDefect(SampleMail(kind)), IsEmpty()) << MailTemplateName(kind);
  }
}

TEST(MailRules, WhatIsASecretIsMarkedSensitive) {
  for (const v1::MailTemplate kind : AllTemplates()) {
    for (const auto& rules : RulesOf(kind).values()) {
      const bool secret = rules.name() == "code" || rules.name() == "password" ||
                          (rules.name() == "link" && rules.sample().find('#') != std::string::npos);
      EXPECT_EQ(rules.sensitive(), secret) << MailTemplateName(kind) << " " << rules.name();
    }
  }
}

TEST(MailRules, AMissingValueIsADefectUnlessItIsOptional) {
  Mail mail = Sample();
  mail.values.erase("requester");
  EXPECT_THAT(MailDefect(mail), IsEmpty());
  mail.values.erase("link");
  EXPECT_THAT(MailDefect(mail), HasSubstr("link is missing"));
}

TEST(MailRules, AValueThatTheTemplateDoesNotHaveIsADefect) {
  Mail mail = Sample();
  mail.values.emplace("password", "x");
  EXPECT_THAT(MailDefect(mail), HasSubstr("does not have"));
}

TEST(MailRules, ASecretIsGivenAsASecretAndNothingElseIs) {
  Mail mail = Sample();
  mail.values["link"] = "https://a.example/#token";
  EXPECT_THAT(MailDefect(mail), HasSubstr("link has another form"));
  mail = Sample();
  mail.values["display_name"] = Secret("Ada");
  EXPECT_THAT(MailDefect(mail), HasSubstr("display_name has another form"));
}

TEST(MailRules, ValuesHaveTheirForms) {
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("a\r\nBcc: b@c.example"),
                                 std::string("a\0b", 3), std::string("\x7f"), std::string(513, 'a')}) {
    Mail mail = Sample();
    mail.values["display_name"] = bad;
    EXPECT_THAT(MailDefect(mail), HasSubstr("display_name")) << bad;
  }
  for (const std::string bad : {"", "http://a.example", "javascript:alert(1)", "https://", "https://a.example/ b",
                                "https://a.example/\"><b>", "https://a.example/\n"}) {
    Mail mail = Sample();
    mail.values["link"] = Secret(bad);
    EXPECT_THAT(MailDefect(mail), HasSubstr("link")) << bad;
  }
  Mail mail = Sample();
  mail.values["request_time"] = absl::InfinitePast();
  EXPECT_THAT(MailDefect(mail), HasSubstr("request_time"));
  mail.values["request_time"] = "yesterday";
  EXPECT_THAT(MailDefect(mail), HasSubstr("request_time"));
}

TEST(MailRules, NotesMayHaveLinesAndNoOtherControlCharacters) {
  Mail mail = SampleMail(v1::MAIL_TEMPLATE_INVITATION);
  mail.values["message"] = "one\ntwo";
  EXPECT_THAT(MailDefect(mail), IsEmpty());
  for (const std::string bad : {"one\r\ntwo", "one\x1b[2J", "one\x7f"}) {
    mail.values["message"] = bad;
    EXPECT_THAT(MailDefect(mail), HasSubstr("message"));
  }
  mail.values["message"] = std::string(2001, 'a');
  EXPECT_THAT(MailDefect(mail), HasSubstr("message"));
}

TEST(MailRules, TheLifetimeHasBounds) {
  Mail mail = Sample();
  for (const absl::Duration bad : {absl::ZeroDuration(), -absl::Hours(1), kLongestMailLifetime + absl::Seconds(1)}) {
    mail.lifetime = bad;
    EXPECT_THAT(MailDefect(mail), HasSubstr("lifetime"));
  }
}

TEST(MailRules, LanguagesAreTags) {
  Mail mail = Sample();
  mail.languages = {"de-AT", "", "zh-Hant-TW"};
  EXPECT_THAT(MailDefect(mail), IsEmpty());
  for (const std::string bad : {"de\r\n", "de,en", "de_AT", "../../etc", std::string(36, 'a').c_str()}) {
    mail.languages = {bad};
    EXPECT_THAT(MailDefect(mail), HasSubstr("languages")) << bad;
  }
  mail.languages = std::vector<std::string>(9, "en");
  EXPECT_THAT(MailDefect(mail), HasSubstr("languages"));
}

TEST(MailAddress, OneMailboxThatSmtpCanCarry) {
  for (const std::string good :
       {"a@b.example", "ada.lovelace+x@roastery.example", "o'hara@a-b.example", "x_y%z@mail.roastery.example"}) {
    EXPECT_TRUE(IsMailAddress(good)) << good;
  }
  EXPECT_TRUE(IsMailAddress(std::string(64, 'a') + "@b.example"));
}

TEST(MailAddress, NoListsGroupsQuotesCommentsHeadersOrOtherAlphabets) {
  const std::vector<std::string> bad = {"",
                                        "a",
                                        "@b.example",
                                        "a@",
                                        "a@b",
                                        "a@b@c.example",
                                        "a@b.example,c@d.example",
                                        "a@b.example;c@d.example",
                                        "a@b.example c@d.example",
                                        "friends:a@b.example;",
                                        "<a@b.example>",
                                        "Ada <a@b.example>",
                                        "\"a b\"@c.example",
                                        "a(comment)@b.example",
                                        "a@[127.0.0.1]",
                                        "a@b.example\r\nBcc: c@d.example",
                                        "a\r\nRCPT TO:<c@d.example>@b.example",
                                        "a@b.example\n",
                                        std::string("a\0@b.example", 12),
                                        "a@b.example ",
                                        ".a@b.example",
                                        "a.@b.example",
                                        "a..b@c.example",
                                        "\xd0\xb0@b.example",
                                        "a@b\xc3\xa9.example",
                                        "a\xe2\x80\xa8@b.example",
                                        "=?utf-8?q?a?=@b.example>",
                                        std::string(65, 'a') + "@b.example",
                                        std::string(65536, 'a') + "@b.example"};
  for (const std::string& address : bad) {
    EXPECT_FALSE(IsMailAddress(address)) << address;
    Mail mail = Sample();
    mail.to = address;
    EXPECT_THAT(MailDefect(mail), HasSubstr("recipient")) << address;
  }
}

}  // namespace
}  // namespace hearth::test
