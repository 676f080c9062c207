#include "server/mail/mail_desk.h"

#include "server/mail/language.h"
#include "tests/storage/mail/mail_fixture.h"

namespace hearth::test {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kName[] = "directories/forthcoffee/mailSettings";

class MailDeskTest : public MailFixture {
 protected:
  v1::MailSettings Get() {
    v1::GetMailSettingsRequest request;
    request.set_name(kName);
    const auto response = desk_.GetMailSettings(By(ForthAdmin(), request), request);
    EXPECT_THAT(response, IsOk());
    return response.value_or(v1::GetMailSettingsResponse()).mail_settings();
  }
  // Updates the fields that are set, or those of the mask.
  absl::StatusOr<v1::UpdateMailSettingsResponse> Update(const v1::MailSettings& settings,
                                                        const std::vector<std::string>& mask = {}) {
    v1::UpdateMailSettingsRequest request;
    *request.mutable_mail_settings() = settings;
    request.mutable_mail_settings()->set_name(kName);
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    return desk_.UpdateMailSettings(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::PreviewMailResponse> Preview(v1::MailTemplate kind, const std::string& language = "") {
    v1::PreviewMailRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_template_(kind);
    request.set_language(language);
    return desk_.PreviewMail(By(ForthAdmin(), request), request);
  }

  MailDesk desk_{&database(), &keyring()};
};

TEST_F(MailDeskTest, ADirectoryThatChangedNothingHasTheDefaults) {
  const v1::MailSettings settings = Get();
  EXPECT_EQ(settings.name(), kName);
  EXPECT_EQ(settings.color(), "#1f4e79");
  EXPECT_EQ(settings.language(), "en");
  EXPECT_EQ(settings.time_zone(), "Etc/UTC");
  EXPECT_THAT(settings.sender_name(), IsEmpty());
  EXPECT_FALSE(settings.has_update_time());
}

TEST_F(MailDeskTest, WhatIsChangedStaysAndReturnsToItsDefaultWhenItIsCleared) {
  v1::MailSettings settings;
  settings.set_sender_name("Forth Coffee IT");
  settings.set_color("#FF8800");
  settings.set_language("nl-BE");
  settings.set_time_zone("Europe/Brussels");
  settings.set_support_uri("https://it.forthcoffee.com");
  ASSERT_THAT(Update(settings), IsOk());
  EXPECT_EQ(Get().color(), "#ff8800");
  EXPECT_EQ(Get().sender_name(), "Forth Coffee IT");
  EXPECT_EQ(Get().language(), "nl-BE");
  EXPECT_TRUE(Get().has_update_time());
  ASSERT_THAT(Update({}, {"color", "sender_name"}), IsOk());
  EXPECT_EQ(Get().color(), "#1f4e79");
  EXPECT_THAT(Get().sender_name(), IsEmpty());
  EXPECT_EQ(Get().time_zone(), "Europe/Brussels");
  EXPECT_EQ(Count("mail_settings WHERE directory_id <> 'forthcoffee'"), "0");
  EXPECT_EQ(Audit(kForth).back().action, "mail_settings.update");
}

TEST_F(MailDeskTest, AnOldEtagAndUnknownFieldsAreRefused) {
  v1::MailSettings settings = Get();
  settings.set_language("de");
  ASSERT_THAT(Update(settings, {"language"}), IsOk());
  EXPECT_THAT(Update(settings, {"language"}), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Update({}, {"name"}), HasReason(v1::ERROR_REASON_INVALID_FIELDS));
}

TEST_F(MailDeskTest, APreviewLooksAsTheMailWould) {
  v1::MailSettings settings;
  settings.set_color("#ff8800");
  settings.set_language("de");
  ASSERT_THAT(Update(settings), IsOk());
  const auto preview = Preview(v1::MAIL_TEMPLATE_RESET_LINK);
  ASSERT_THAT(preview, IsOk());
  EXPECT_THAT(preview->subject(), Eq("Wählen Sie ein neues Passwort"));
  EXPECT_THAT(preview->html(), HasSubstr("#ff8800"));
  EXPECT_THAT(preview->html(), HasSubstr("Forth Coffee"));
  EXPECT_THAT(preview->text(), HasSubstr("https://account.forthcoffee.com/reset#"));
  EXPECT_THAT(preview->message(), HasSubstr("Content-Type: multipart/alternative"));
  EXPECT_THAT(Preview(v1::MAIL_TEMPLATE_RESET_LINK, "fr")->subject(), HasSubstr("mot de passe"));
  EXPECT_EQ(Count("mails"), "0");
}

TEST_F(MailDeskTest, EveryTemplateCanBePreviewedInEveryLanguage) {
  for (const std::string& language : MailLanguages()) {
    for (const v1::MailTemplate kind : AllTemplates()) {
      EXPECT_THAT(Preview(kind, language), IsOk()) << language << " " << MailTemplateName(kind);
    }
  }
}

TEST_F(MailDeskTest, ADirectorysNameIsTextInItsMails) {
  Sql("UPDATE hearth.directories SET display_name = '<b>Forth</b> \"Coffee\", Inc.' WHERE directory_id = "
      "'forthcoffee'");
  const auto preview = Preview(v1::MAIL_TEMPLATE_PASSWORD_CHANGED);
  ASSERT_THAT(preview, IsOk());
  EXPECT_THAT(preview->html(), Not(HasSubstr("<b>Forth")));
  EXPECT_THAT(preview->html(), HasSubstr("&lt;b&gt;Forth"));
}

}  // namespace
}  // namespace hearth::test
