// The transport against a mail server that we did not write.
#include "server/mail/smtp_transport.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "server/mail/mime.h"
#include "tests/support/mail_sink.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class SmtpTransportTest : public testing::Test {
 protected:
  // Through STARTTLS, or as the scheme says, to a server whose certificate is known.
  SmtpOptions Options(const MailSink& sink, const std::string& scheme = "smtp") {
    return {.url = scheme + "://" + sink.address(),
            .from = "hearth@forthcoffee.com",
            .ca_file = certificate_.certificate(),
            .connect_timeout = absl::Seconds(2),
            .timeout = absl::Seconds(3)};
  }
  SmtpOptions Plain(const MailSink& sink) {
    SmtpOptions options = Options(sink);
    options.plaintext = true;
    options.ca_file.clear();
    return options;
  }
  std::vector<std::string> WithTls(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--certificate", certificate_.certificate(), "--key", certificate_.key()});
    return more;
  }
  static std::string Message(const std::string& to, const std::string& text = "hello\n",
                             const std::string& subject = "Hello", const std::string& name = "Forth Coffee") {
    return ComposeMessage({name, "hearth@forthcoffee.com", to, "1@forthcoffee.com", absl::Now(), "en"},
                          {subject, text, "<p>hello</p>\n"});
  }
  static Delivery SendTo(MailTransport& transport, const std::string& to) {
    return transport.Send("hearth@forthcoffee.com", to, Message(to));
  }
  static Delivery SendTo(const SmtpOptions& options, const std::string& to = "ada@roastery.example") {
    SmtpTransport transport(options);
    return SendTo(transport, to);
  }

  const TestCertificate certificate_;
};

TEST_F(SmtpTransportTest, AMailIsDeliveredThroughStartTls) {
  const MailSink sink(WithTls());
  const Delivery delivery = SendTo(Options(sink));
  EXPECT_EQ(delivery.outcome, Delivery::kAccepted) << delivery.note;
  EXPECT_THAT(delivery.note, HasSubstr("kept as 1"));
  const auto mails = sink.WaitFor(1);
  ASSERT_THAT(mails, SizeIs(1));
  EXPECT_TRUE(mails[0].all.at("tls").get<bool>());
  EXPECT_EQ(mails[0].text("mail_from"), "hearth@forthcoffee.com");
  EXPECT_EQ(mails[0].all.at("rcpt_tos"), nlohmann::json({"ada@roastery.example"}));
  EXPECT_EQ(mails[0].text("ehlo"), "forthcoffee.com");
}

TEST_F(SmtpTransportTest, AMailIsDeliveredThroughImplicitTlsWithAPassword) {
  const MailSink sink(WithTls({"--implicit-tls", "--auth", "hearth:s3cret"}));
  SmtpOptions options = Options(sink, "smtps");
  EXPECT_EQ(SendTo(options).outcome, Delivery::kNoServer);  // Without one.
  options.user = "hearth";
  options.password = Secret("wrong");
  const Delivery refused = SendTo(options);
  EXPECT_EQ(refused.outcome, Delivery::kNoServer);
  EXPECT_THAT(refused.note, Not(HasSubstr("wrong")));
  options.password = Secret("s3cret");
  const Delivery delivery = SendTo(options);
  EXPECT_EQ(delivery.outcome, Delivery::kAccepted) << delivery.note;
  ASSERT_THAT(sink.WaitFor(1), SizeIs(1));
  EXPECT_TRUE(sink.Mails()[0].all.at("authenticated").get<bool>());
}

TEST_F(SmtpTransportTest, PythonReadsWhatWeMeant) {
  const MailSink sink(WithTls());
  SmtpTransport transport(Options(sink));
  const std::string text =
      "Gr\xc3\xbc\xc3\x9f"
      "e\n.\n..\n.hidden\nFrom here\n" +
      std::string(1500, 'x') + "\n\xf0\x9f\x98\x80\n";
  const std::string subject =
      "Ein sehr langer Betreff, der mit \xc3\x9cmlauten gefaltet werden muss, damit keine Zeile zu lang wird, "
      "\xe2\x82\xac 100";
  const std::string name = "Caf\xc3\xa9 \"Zo\xc3\xab\", Inc. <x@y.example>";
  const std::string message = Message("ada@roastery.example", text, subject, name);
  ASSERT_EQ(transport.Send("hearth@forthcoffee.com", "ada@roastery.example", message).outcome, Delivery::kAccepted);
  const SunkMail mail = sink.WaitFor(1).at(0);
  EXPECT_EQ(mail.text("text"), text);
  EXPECT_EQ(mail.text("html"), "<p>hello</p>\n");
  EXPECT_EQ(mail.all.at("parts"), nlohmann::json({"text/plain", "text/html"}));
  EXPECT_EQ(mail.text("content_type"), "multipart/alternative");
  EXPECT_THAT(mail.Header("Subject"), ElementsAre(subject));
  EXPECT_THAT(mail.Header("From"), ElementsAre(HasSubstr("<hearth@forthcoffee.com>")));
  EXPECT_THAT(mail.Header("From"), ElementsAre(HasSubstr("Caf\xc3\xa9")));
  EXPECT_THAT(mail.Header("To"), ElementsAre("ada@roastery.example"));
  EXPECT_THAT(mail.Header("Bcc"), IsEmpty());
  EXPECT_EQ(mail.all.at("defects"), nlohmann::json::array());
}

TEST_F(SmtpTransportTest, ManyMailsGoOverOneConnectionAndAFaultOfOneIsNoneOfTheNext) {
  const MailSink sink(WithTls());
  SmtpTransport transport(Options(sink));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(SendTo(transport, absl::StrCat("a", i, "@roastery.example")).outcome, Delivery::kAccepted);
    EXPECT_EQ(SendTo(transport, "never-x@roastery.example").outcome, Delivery::kNever);
    EXPECT_EQ(SendTo(transport, "drop-x@roastery.example").outcome, Delivery::kLater);
  }
  EXPECT_THAT(sink.WaitFor(3), SizeIs(3));
}

TEST_F(SmtpTransportTest, WithoutStartTlsNothingIsSent) {
  const MailSink sink;  // Offers none, as it looks when somebody in between strips it.
  const Delivery delivery = SendTo(Options(sink));
  EXPECT_EQ(delivery.outcome, Delivery::kNoServer) << delivery.note;
  EXPECT_THAT(sink.Mails(), IsEmpty());
}

TEST_F(SmtpTransportTest, AServerThatAgreesToStartTlsAndGoesOnInClearGetsNothing) {
  const MailSink sink({"--mode", "plain-starttls"});
  EXPECT_EQ(SendTo(Options(sink)).outcome, Delivery::kNoServer);
}

// CVE-2021-22947 and its kind: replies that came before TLS are not taken for what was said through it.
TEST_F(SmtpTransportTest, RepliesThatCameInClearBeforeTlsAreNotBelieved) {
  const MailSink sink(WithTls({"--mode", "injects"}));
  SmtpOptions options = Options(sink);
  options.user = "hearth";
  options.password = Secret("s3cret");
  const Delivery delivery = SendTo(options);
  EXPECT_EQ(delivery.outcome, Delivery::kNoServer) << delivery.note;
}

TEST_F(SmtpTransportTest, ACertificateOfSomebodyElseOrForAnotherNameIsRefused) {
  const TestCertificate other;
  const TestCertificate elsewhere("DNS:mail.elsewhere.example");
  for (const char* scheme : {"smtp", "smtps"}) {
    std::vector<std::string> arguments = WithTls();
    if (std::string(scheme) == "smtps") arguments.push_back("--implicit-tls");
    const MailSink sink(arguments);
    SmtpOptions options = Options(sink, scheme);
    options.ca_file = other.certificate();
    EXPECT_EQ(SendTo(options).outcome, Delivery::kNoServer) << scheme;
    options.ca_file.clear();  // The system's authorities do not know it either.
    EXPECT_EQ(SendTo(options).outcome, Delivery::kNoServer) << scheme;
    EXPECT_THAT(sink.Mails(), IsEmpty());
  }
  const MailSink sink({"--certificate", elsewhere.certificate(), "--key", elsewhere.key()});
  SmtpOptions options = Options(sink);
  options.ca_file = elsewhere.certificate();
  const Delivery delivery = SendTo(options);
  EXPECT_EQ(delivery.outcome, Delivery::kNoServer);
  EXPECT_THAT(sink.Mails(), IsEmpty());
}

TEST_F(SmtpTransportTest, RefusalsAreToldApart) {
  const MailSink sink;
  const SmtpOptions options = Plain(sink);
  EXPECT_EQ(SendTo(options, "never-a@roastery.example").outcome, Delivery::kNever);
  EXPECT_EQ(SendTo(options, "full-a@roastery.example").outcome, Delivery::kNever);
  EXPECT_EQ(SendTo(options, "later-a@roastery.example").outcome, Delivery::kLater);
  EXPECT_EQ(SendTo(options, "policy-a@roastery.example").outcome, Delivery::kLater);
  EXPECT_EQ(SendTo(options, "drop-a@roastery.example").outcome, Delivery::kLater);
  EXPECT_EQ(SendTo(options, "lost-a@roastery.example").outcome, Delivery::kLater);
  EXPECT_EQ(SendTo(options, "busy-a@roastery.example").outcome, Delivery::kNoServer);
  EXPECT_THAT(SendTo(options, "never-a@roastery.example").note, HasSubstr("RCPT: 550 5.1.1 no such mailbox"));
}

TEST_F(SmtpTransportTest, NotesHoldNoAddress) {
  const MailSink sink;
  for (const char* to : {"never-a@roastery.example", "later-a@roastery.example", "full-a@roastery.example"}) {
    EXPECT_THAT(SendTo(Plain(sink), to).note, Not(HasSubstr(to)));
  }
}

TEST_F(SmtpTransportTest, AServerThatIsNoneHoldsNobodyLong) {
  for (const char* mode : {"silent", "closes", "rejects", "garbage", "endless"}) {
    const MailSink sink({"--mode", mode});
    const absl::Time before = absl::Now();
    EXPECT_EQ(SendTo(Plain(sink)).outcome, Delivery::kNoServer) << mode;
    EXPECT_LT(absl::Now() - before, absl::Seconds(20)) << mode;
  }
  MailSink gone;
  const SmtpOptions options = Plain(gone);
  gone.Stop();
  EXPECT_EQ(SendTo(options).outcome, Delivery::kNoServer);
}

TEST_F(SmtpTransportTest, AServerThatTakesAMailAndSaysNothingIsAskedAgain) {
  const MailSink sink;
  EXPECT_EQ(SendTo(Plain(sink), "slow-a@roastery.example").outcome, Delivery::kLater);
}

TEST_F(SmtpTransportTest, AStopEndsWhatWaitsForAServer) {
  const MailSink sink({"--mode", "silent"});
  SmtpOptions options = Plain(sink);
  options.timeout = absl::Seconds(60);
  SmtpTransport transport(options);
  const absl::Time before = absl::Now();
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(200));
    transport.Abort();
  });
  EXPECT_EQ(SendTo(transport, "ada@roastery.example").outcome, Delivery::kNoServer);
  stopper.join();
  EXPECT_LT(absl::Now() - before, absl::Seconds(20));
  EXPECT_EQ(SendTo(transport, "ada@roastery.example").outcome, Delivery::kNoServer);
}

}  // namespace
}  // namespace hearth::test
