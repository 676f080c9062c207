#include "server/mail/mime.h"

#include <algorithm>
#include <stdexcept>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;

// What Python's parser makes of messages is tested in tests/storage/mail; this is about the bytes.
MailHeader Header() {
  return {.from_name = "Forth Coffee",
          .from = "hearth@forthcoffee.com",
          .to = "ada@roastery.example",
          .message_id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10@forthcoffee.com",
          .date = absl::FromUnixSeconds(1795619040),
          .language = "en"};
}
const MailBody kBody{.subject = "Hello", .text = "text\n.\n..dots\n", .html = "<p>html</p>\n"};

std::string HeadOf(const std::string& message) { return message.substr(0, message.find("\r\n\r\n")); }

TEST(Mime, TheMessageIsAsciiAndItsLinesEndInCrLf) {
  MailHeader header = Header();
  header.from_name = "Caf\xc3\xa9 Zo\xc3\xab";
  const MailBody body{.subject =
                          "Gr\xc3\xbc\xc3\x9f"
                          "e",
                      .text = std::string(3000, 'a') + "\xc3\xa4\n",
                      .html = "<p>\xe2\x82\xac</p>"};
  const std::string message = ComposeMessage(header, body);
  for (size_t i = 0; i < message.size(); ++i) {
    ASSERT_LT(static_cast<unsigned char>(message[i]), 0x80u);
    const bool alone = (message[i] == '\n' && message[i - 1] != '\r') || (message[i] == '\r' && message[i + 1] != '\n');
    ASSERT_FALSE(alone) << i;
  }
  for (const absl::string_view line : absl::StrSplit(message, "\r\n")) EXPECT_LE(line.size(), 998u);
}

TEST(Mime, TheHeaderSaysWhatItShould) {
  const std::string head = HeadOf(ComposeMessage(Header(), kBody)) + "\r\n";
  for (const char* line :
       {"From: Forth Coffee <hearth@forthcoffee.com>\r\n", "To: ada@roastery.example\r\n", "Subject: Hello\r\n",
        "Message-Id: <6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10@forthcoffee.com>\r\n", "Auto-Submitted: auto-generated\r\n",
        "Content-Language: en\r\n", "MIME-Version: 1.0\r\n", "Content-Type: multipart/alternative;", "Date: "}) {
    EXPECT_THAT(head, HasSubstr(line));
  }
}

TEST(Mime, NamesOfManyKindsNeverMakeAnotherRecipientOrHeader) {
  for (const std::string name :
       {"a@b.example, c@d.example", "x\" <evil@example.com>", "a; b: c@d.example;",
        "=?utf-8?q?=0d=0aBcc:?=", "Caf\xc3\xa9, Inc. <x@y.example>", "(comment)", "back\\slash\""}) {
    MailHeader header = Header();
    header.from_name = name;
    const std::string head = HeadOf(ComposeMessage(header, kBody));
    int from = 0, to = 0;
    for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
      from += absl::StartsWith(line, "From:");
      to += absl::StartsWith(line, "To:") || absl::StartsWith(line, "Cc:") || absl::StartsWith(line, "Bcc:");
    }
    EXPECT_EQ(from, 1) << name;
    EXPECT_EQ(to, 1) << name;
  }
}

TEST(Mime, ControlCharactersInTheHeaderAreRefused) {
  for (const std::string& bad : {std::string("a\r\nBcc: x@y.example"), std::string("a\nb"), std::string("a\rb"),
                                 std::string("a\0b", 3), std::string("a\x1b[2J")}) {
    MailHeader header = Header();
    header.from_name = bad;
    EXPECT_THROW(ComposeMessage(header, kBody), std::invalid_argument);
    header = Header();
    header.message_id = bad;
    EXPECT_THROW(ComposeMessage(header, kBody), std::invalid_argument);
    header = Header();
    header.language = bad;
    EXPECT_THROW(ComposeMessage(header, kBody), std::invalid_argument);
    header = Header();
    header.to = "ada@roastery.example" + bad;
    EXPECT_THROW(ComposeMessage(header, kBody), std::invalid_argument);
    MailBody body = kBody;
    body.subject = bad;
    EXPECT_THROW(ComposeMessage(Header(), body), std::invalid_argument);
  }
}

}  // namespace
}  // namespace hearth::test
