#include "server/mail/smtp_options.h"

#include "gmock/gmock.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SmtpOptions Good() { return {.url = "smtps://mail.example.com", .from = "hearth@example.com"}; }

TEST(SmtpOptions, TheUrlIsASchemeAndAHost) {
  for (const char* url :
       {"smtps://mail.example.com", "smtp://mail.example.com:587", "smtps://[2001:db8::1]:465", "smtp://127.0.0.1"}) {
    SmtpOptions options = Good();
    options.url = url;
    EXPECT_THAT(SmtpDefects(options), IsEmpty()) << url;
  }
  for (const char* url :
       {"", "mail.example.com", "http://mail.example.com", "smtp://", "smtps://user:pw@mail.example.com",
        "smtp://mail.example.com/x", "smtp://mail.example.com\r\n", "file:///etc/passwd", "smtp:/x"}) {
    SmtpOptions options = Good();
    options.url = url;
    EXPECT_THAT(SmtpDefects(options), ElementsAre(HasSubstr("--smtp-url"))) << url;
  }
}

TEST(SmtpOptions, PlaintextIsForNumericLoopbackAddressesOnly) {
  SmtpOptions options = Good();
  options.plaintext = true;
  for (const char* url : {"smtp://mail.example.com", "smtps://127.0.0.1", "smtp://localhost", "smtp://10.0.0.1"}) {
    options.url = url;
    EXPECT_THAT(SmtpDefects(options), ElementsAre(HasSubstr("--smtp-plaintext"))) << url;
  }
  for (const char* url : {"smtp://127.0.0.1:2525", "smtp://[::1]:25"}) {
    options.url = url;
    EXPECT_THAT(SmtpDefects(options), IsEmpty()) << url;
  }
}

TEST(SmtpOptions, APasswordIsNotSentInClearAndNotHalf) {
  SmtpOptions options = Good();
  options.user = "hearth";
  EXPECT_THAT(SmtpDefects(options), ElementsAre(HasSubstr("belong together")));
  options.password = Secret("pw");
  EXPECT_THAT(SmtpDefects(options), IsEmpty());
  options.url = "smtp://127.0.0.1";
  options.plaintext = true;
  EXPECT_THAT(SmtpDefects(options), ElementsAre(HasSubstr("--smtp-user needs TLS")));
}

TEST(SmtpOptions, TheSenderIsOneAddress) {
  for (const char* from : {"", "hearth", "Hearth <hearth@example.com>", "a@b.example,c@d.example", "a@b.example\r\n"}) {
    SmtpOptions options = Good();
    options.from = from;
    EXPECT_THAT(SmtpDefects(options), ElementsAre(HasSubstr("--mail-from"))) << from;
  }
}

}  // namespace
}  // namespace hearth::test
