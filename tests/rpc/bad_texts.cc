#include "tests/rpc/bad_texts.h"

#include "absl/strings/str_replace.h"
#include "tests/rpc/contract_calls.h"

namespace hearth::test {
namespace {

// Long enough for no format but a key set, and short enough for a message.
const std::string kOverLong(5000, 'a');

// Texts that no form but a password or a key set allows, made from a good one.
std::vector<std::string> WithControls(const std::string& good) {
  std::vector<std::string> bad;
  for (const std::string& mark : {std::string(1, '\0'), std::string("\x1b[2J"), std::string("\n"), std::string("\r\n"),
                                  std::string("\x7f"), std::string("\xc2\x85"), std::string("\xe2\x80\xae"),
                                  std::string("\xe2\x81\xa6"), std::string("\xe2\x80\xa8")}) {
    bad.push_back(good.substr(0, good.size() / 2) + mark + good.substr(good.size() / 2));
    bad.push_back(good + mark);
  }
  // Marks that nobody sees: U+200B, 200E, 200F, 061C, FEFF, 2060, 2064, 00AD, E0001; and joiners that join nothing.
  for (const char* mark : {"\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c", "\xef\xbb\xbf", "\xe2\x81\xa0",
                           "\xe2\x81\xa4", "\xc2\xad", "\xf3\xa0\x80\x81", "\xe2\x80\x8c", "\xe2\x80\x8d"}) {
    bad.push_back(good + mark);
  }
  bad.push_back("\xe2\x80\x8b");
  return bad;
}

// Look-alikes: Cyrillic, full-width, a ligature, a digit of another script, a letter with a mark, an invisible joiner.
std::vector<std::string> WithLookAlikes(const std::string& good) {
  std::vector<std::string> bad;
  const size_t at = good.rfind('o');
  for (const char* like :
       {"\xd0\xbe", "\xef\xbd\x8f", "\xef\xac\x81", "\xd9\xa5", "o\xcc\x88", "o\xe2\x80\x8d", "\xc4\xb1"}) {
    bad.push_back(good.substr(0, at) + like + good.substr(at + 1));
  }
  return bad;
}

std::vector<std::string> WrongForms(v1::Format format) {
  switch (format) {
    case v1::FORMAT_DIRECTORY_NAME:
    case v1::FORMAT_USER_NAME:
    case v1::FORMAT_DOMAIN_NAME:
    case v1::FORMAT_ROLE_ASSIGNMENT_NAME:
    case v1::FORMAT_ADMINISTRATIVE_UNIT_NAME:
    case v1::FORMAT_GROUP_NAME:
    case v1::FORMAT_CUSTOM_ROLE_NAME:
    case v1::FORMAT_ROLE_HOLDER_NAME:
    case v1::FORMAT_TRUSTED_ISSUER_NAME:
    case v1::FORMAT_SERVICE_ACCOUNT_NAME:
    case v1::FORMAT_MAIL_SETTINGS_NAME:
    case v1::FORMAT_GUEST_POLICY_NAME:
    case v1::FORMAT_MEMBERSHIP_NAME:
    case v1::FORMAT_USER_NAME_OR_ALL:
    case v1::FORMAT_RESET_POLICY_NAME:
    case v1::FORMAT_RESET_REQUEST_NAME:
    case v1::FORMAT_PASSWORD_POLICY_NAME:
    case v1::FORMAT_SIGN_IN_POLICY_NAME:
    case v1::FORMAT_AUDIT_POLICY_NAME:
    case v1::FORMAT_EVENT_RECEIVER_NAME:
    case v1::FORMAT_MAIL_NAME: {
      const std::string good = ValidText(format);
      return {"x",
              "/",
              "directories",
              "directories/",
              "/" + good,
              good + "/",
              good + "/users",
              "//" + good,
              " " + good,
              good + " ",
              "directories//users/user1",
              "directories/forthcoffee/users/",
              "directories/forthcoffee/users/../users/user1",
              absl::StrReplaceAll(good, {{"directories", "Directories"}}),
              absl::StrReplaceAll(good, {{"forthcoffee", "Forthcoffee"}}),
              absl::StrReplaceAll(good, {{"/", "%2f"}}),
              good + "?x=1",
              good + "*",
              good + "@",
              good + "@a@b",
              good + "@North",
              "directories/-/users/-",
              "directories/forthcoffee/widgets/x"};
    }
    case v1::FORMAT_RESOURCE_ID:
      return {"-a", "a-", "A", "a_b", "a b", "a/b", "a.b", "..", "a@b", "'", std::string(64, 'a')};
    case v1::FORMAT_USER_PRINCIPAL_NAME:
      return {"user1",
              "@forthcoffee.com",
              "user1@",
              "user1@forthcoffee",
              "a@b@forthcoffee.com",
              ".a@forthcoffee.com",
              "a.@forthcoffee.com",
              "a..b@forthcoffee.com",
              "a b@forthcoffee.com",
              "a@forthcoffee.com ",
              "a@-forthcoffee.com",
              "a@forthcoffee..com",
              "a@forthcoffee.com.",
              "a+b@forthcoffee.com",
              "a\"b@forthcoffee.com",
              "a@[127.0.0.1]",
              "\"a\"@forthcoffee.com",
              "A <a@forthcoffee.com>",
              "friends:a@forthcoffee.com;",
              "a@forthcoffee.com,b@forthcoffee.com",
              "a@forthcoffee.com;b@forthcoffee.com",
              "a(b)@forthcoffee.com",
              "a%b@forthcoffee.com",
              "user1_contoso.com#EXT#@forthcoffee.com",
              "#ext#@forthcoffee.com",
              "a#Ext#b@forthcoffee.com",
              std::string(65, 'a') + "@forthcoffee.com",
              "a@" + std::string(45, 'b') + ".com"};
    case v1::FORMAT_DOMAIN:
      return {"com",     "a",       ".com",          "a.",     "-a.com",  "a-.com",  "a..com",
              "a b.com", "a_b.com", "https://a.com", "a.com/", "a.com:1", "*.a.com", std::string(46, 'a') + ".com"};
    case v1::FORMAT_UUID4:
      return {"1",
              "6f1c7b0e7d1a4b3e9a550d9f2f6f8f10",
              "6f1c7b0e-7d1a-1b3e-9a55-0d9f2f6f8f10",
              "6f1c7b0e-7d1a-4b3e-0a55-0d9f2f6f8f10",
              "{6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10}",
              "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f1g",
              "00000000-0000-0000-0000-000000000000",
              "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10 "};
    case v1::FORMAT_DISPLAY_NAME:
      return {
          " a",           "a ",           " ",           std::string(257, 'a'), "\xc2\xa0", "\xe3\x80\x80",
          "\xe3\x85\xa4", "\xe2\xa0\x80", "\xef\xb8\x8f"};  // Only spaces and fillers: U+00A0, 3000, 3164, 2800, FE0F.
    case v1::FORMAT_HTTPS_URI:
      return {"http://a.example",
              "a.example",
              "https://",
              "https:///x",
              "https://user@a.example",
              "https://a.example/a b",
              "javascript:alert(1)",
              "https://a.example\\@b.example",
              "https://a.example/" + std::string(2048, 'a')};
    case v1::FORMAT_ISSUER:
      return {"http://a.example",          "https://",
              "https://a.example?x",       "https://a.example#x",
              "https://user:pw@a.example", "https://a.example/" + std::string(255, 'a')};
    case v1::FORMAT_MAIL:
      return {"a",
              "@a.example",
              "a@",
              "a b@a.example",
              "a@b@a.example",
              "a@localhost",
              "<a@a.example>",
              "a@a.example,b@a.example",
              "a@a.example;b@a.example",
              "friends:a@a.example;",
              "A <a@a.example>",
              "\"a b\"@a.example",
              "a(b)@a.example",
              "a@[127.0.0.1]",
              ".a@a.example",
              "a..b@a.example",
              std::string(65, 'a') + "@a.example",
              std::string(250, 'a') + "@a.example"};
    case v1::FORMAT_LANGUAGE:
      return {"de_DE", "de-", "-de", "123456789", "de DE", "../de", "*", std::string(36, 'a')};
    case v1::FORMAT_COLOR:
      return {"red", "#fff", "00aa7f", "#00aa7g", "#00aa7f;", "#00aa7f0"};
    case v1::FORMAT_TIME_ZONE:
      return {"EST", "Europe/Atlantis", "+01:00", "GMT+1", "../etc/passwd", "Europe/London ", std::string(65, 'a')};
    case v1::FORMAT_TOKEN:
      return {std::string(513, 'a')};
    case v1::FORMAT_INVITATION_TOKEN: {
      const std::string secret(43, 'o');
      return {"o",
              secret,
              "." + secret,
              "contoso." + secret,
              "contoso.ann.",
              "contoso.ann." + secret + "=",
              "contoso.ann." + secret.substr(1),
              "contoso.ann." + secret.substr(1) + "+",
              "contoso.ann.." + secret,
              "contoso.ann." + secret + ".x",
              "Contoso.ann." + secret,
              "contoso.-ann." + secret,
              "contoso.ann@x." + secret,
              " contoso.ann." + secret,
              "contoso.ann." + secret + " "};
    }
    case v1::FORMAT_FILTER:
      return {std::string(513, 'a'),
              "state",
              "state =",
              "= ACCEPTED",
              "state == ACCEPTED",
              "state != ACCEPTED",
              "state = ACCEPTED AND",
              "AND state = ACCEPTED",
              "state = ACCEPTED OR state = ACCEPTED",
              "state = ACCEPTED state = ACCEPTED",
              "(state = ACCEPTED)",
              "state = \"ACCEPTED",
              "password = x",
              "1 = 1; DROP TABLE hearth.users"};
    case v1::FORMAT_BANNED_TERM:
      return {"abc", std::string(17, 'a'), " abcd", "abcd ", "    "};
    case v1::FORMAT_COMPARISONS:
      return {std::string(513, 'a'),
              "action",
              "action =",
              "= password.reset",
              "action == password.reset",
              "action != password.reset",
              "action < password.reset",
              "action = a action = b",
              "action = a AND action = b",
              "action = a OR action = b",
              "(action = a)",
              "action = \"a",
              "verdict = MAYBE",
              "create_time = yesterday",
              "create_time >= \"2026-13-01T00:00:00Z\"",
              "create_time => \"2026-11-01T00:00:00Z\"",
              "create_time >= \"infinite-past\"",
              "create_time >= \"0001-01-01T00:00:00Z\"",
              "salt = 00",
              "peer = \"ipv4:127.0.0.1:1\"",
              "personal.salt = 00",
              "1 = 1; DROP TABLE hearth.audit_events"};
    case v1::FORMAT_DIGEST:
      return {std::string(63, '0'),       std::string(65, '0'),        std::string(63, '0') + "A",
              std::string(63, '0') + "g", "0x" + std::string(62, '0'), std::string(63, '0') + " "};
    case v1::FORMAT_RESET_CODE:
      return {"1",        "1234567",  "123456789", "1234567a", " 1234567", "1234567 ",
              "+1234567", "-1234567", "0x123456",  "1234 567", "1,234567", "null"};
    case v1::FORMAT_RESET_TOKEN:
      return {"o",
              std::string(42, 'o'),
              std::string(44, 'o'),
              std::string(42, 'o') + "=",
              std::string(42, 'o') + "+",
              std::string(42, 'o') + "/",
              std::string(42, 'o') + ".",
              std::string(42, 'o') + " ",
              "null",
              std::string(500'000, 'o')};
    case v1::FORMAT_IDENTIFIER:
      return {"a b", "a,b", "a*", "<a>", std::string(256, 'a')};
    case v1::FORMAT_CERTIFICATE_IDENTITY:
      return {"spiffe://",
              "spiffe://forthcoffee.com",
              "spiffe://forthcoffee.com/",
              "SPIFFE://forthcoffee.com/portal",
              "spiffe://forthcoffee.com/../portal",
              "spiffe://forthcoffee.com/portal?x",
              "https://forthcoffee.com/portal",
              "localhost",
              "*.forthcoffee.com",
              "Portal.forthcoffee.com",
              "portal.forthcoffee.com,spiffe://contoso.com/portal",
              "CN=portal"};
    case v1::FORMAT_PASSWORD_HASH:
      return {std::string(2049, 'a'), std::string(1 << 19, 'a')};
    case v1::FORMAT_UNSPECIFIED:
      return {std::string(257, 'a'), " ", "\xe3\x85\xa4"};
    default:
      return {};
  }
}

bool AllowsAnyLetter(v1::Format format) {
  return format == v1::FORMAT_DISPLAY_NAME || format == v1::FORMAT_UNSPECIFIED || format == v1::FORMAT_TOKEN ||
         format == v1::FORMAT_PASSWORD || format == v1::FORMAT_JWKS || format == v1::FORMAT_BANNED_TERM;
}

}  // namespace

std::vector<std::string> BadTexts(v1::Format format) {
  if (format == v1::FORMAT_NEW_PASSWORD) return {};  // Refused in another way; see bad_input_test.
  if (format == v1::FORMAT_PASSWORD) return {std::string(1025, 'a'), std::string(300'000, 'a')};
  if (format == v1::FORMAT_JWKS) return {std::string(64 * 1024 + 1, 'a')};
  std::vector<std::string> bad = WithControls(ValidText(format));
  const auto add = [&bad](const std::vector<std::string>& more) { bad.insert(bad.end(), more.begin(), more.end()); };
  bad.push_back(kOverLong);
  add(WrongForms(format));
  if (!AllowsAnyLetter(format)) add(WithLookAlikes(ValidText(format)));
  return bad;
}

}  // namespace hearth::test
