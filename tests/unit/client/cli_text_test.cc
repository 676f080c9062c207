// The pure parts of the command line.
#include "client/cli/text.h"

#include "client/cli/enums.h"
#include "client/cli/flag_texts.h"
#include "client/cli/names.h"
#include "client/cli/verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/client/methods.h"
#include "hearth/v1/options.pb.h"
#include "hearth/v1/role.pb.h"

namespace hearth::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;

TEST(PrintableTest, EscapesWhatSteersOrMisleads) {
  EXPECT_EQ(Printable("plain ä 花 🙂"), "plain ä 花 🙂");
  EXPECT_EQ(Printable("a\nb\tc\r"), "a\\nb\\tc\\u{d}");
  EXPECT_EQ(Printable("\x1b[2J\x7f"), "\\u{1b}[2J\\u{7f}");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\u{9b}") << "the one-byte CSI, as UTF-8";
  EXPECT_EQ(Printable("\x9b"), "\\x9b") << "and raw";
  EXPECT_EQ(Printable("\xc0\xaf \xed\xa0\x80 \xf5"), "\\xc0\\xaf \\xed\\xa0\\x80 \\xf5") << "no UTF-8";
  EXPECT_EQ(Printable("\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf"), "\\u{202e}\\u{2066}\\u{feff}");
  EXPECT_EQ(Printable("\xe2\x80"), "\\xe2\\x80") << "cut short";
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\u{0}b");
}

TEST(AlignedTest, CountsColumnsAsTerminalsDo) {
  EXPECT_EQ(Aligned({{"a", "b"}, {"花", "c"}, {"", "d"}}), "a   b\n花  c\n    d\n");
  EXPECT_EQ(Aligned({{"long cell"}, {"x", "y"}}), "long cell\nx          y\n");
}

TEST(ParseSpanTest, ReadsSpans) {
  EXPECT_EQ(*ParseSpan("90s"), absl::Seconds(90));
  EXPECT_EQ(*ParseSpan("1m30s"), absl::Seconds(90));
  EXPECT_EQ(*ParseSpan("7d"), absl::Hours(168));
  for (const char* bad : {"", "d", "10", "-1s", "0s", "1w", "inf"}) EXPECT_FALSE(ParseSpan(bad).ok()) << bad;
}

TEST(NearestTest, FindsTyposAndNothingElse) {
  EXPECT_EQ(Nearest("usr", {"user", "role"}), "user");
  EXPECT_EQ(Nearest("reset-pasword", {"check-reset", "reset-password"}), "reset-password");
  EXPECT_EQ(Nearest("banana", {"user", "role"}), "");
}

TEST(EnumTest, PermissionsHaveTheirDot) {
  EXPECT_EQ(EnumText(*v1::Permission_descriptor()->FindValueByNumber(v1::PERMISSION_RESETS_PERFORM)), "resets.perform");
  for (const char* text : {"resets.perform", "resets_perform", "PERMISSION_RESETS_PERFORM", "Resets Perform"}) {
    EXPECT_EQ(*ParseEnum(*v1::Permission_descriptor(), text), v1::PERMISSION_RESETS_PERFORM) << text;
  }
}

TEST(EnumTest, EveryRoleIsReadAsItIsShown) {
  const auto* roles = v1::Role_descriptor();
  for (int i = 1; i < roles->value_count(); ++i) {
    EXPECT_EQ(*ParseEnum(*roles, EnumText(*roles->value(i))), roles->value(i)->number());
  }
  EXPECT_FALSE(ParseEnum(*roles, "").ok());
  EXPECT_FALSE(ParseEnum(*roles, "unspecified").ok());
}

TEST(FullNameTest, TakesNamesAndIds) {
  EXPECT_EQ(*FullName(v1::FORMAT_USER_NAME, "u", "d"), "directories/d/users/u");
  EXPECT_EQ(*FullName(v1::FORMAT_USER_NAME, "u", "directories/d"), "directories/d/users/u");
  EXPECT_EQ(*FullName(v1::FORMAT_USER_NAME, "directories/x/users/u", "d"), "directories/x/users/u");
  EXPECT_EQ(*FullName(v1::FORMAT_DOMAIN_NAME, "forthcoffee.com", "d"), "directories/d/domains/forthcoffee.com");
  EXPECT_EQ(*FullName(v1::FORMAT_SERVICE_ACCOUNT_NAME, "s", "d"), "directories/d/serviceAccounts/s");
  EXPECT_EQ(*FullName(v1::FORMAT_DIRECTORY_NAME, "d", ""), "directories/d");
  for (const char* bad : {"", "users/u", "directories/d/users/", "directories/d/domains/u", "u@forthcoffee.com"}) {
    EXPECT_FALSE(FullName(v1::FORMAT_USER_NAME, bad, "d").ok()) << bad;
  }
  EXPECT_FALSE(FullName(v1::FORMAT_USER_NAME, "u", "").ok()) << "no directory";
}

// A method needs no verb: `hearth call` finds it by its name.
TEST(VerbsTest, AreMethodsOfTheContractAndTheOthersAreReachedByTheirNames) {
  for (const auto* method : client::Methods()) EXPECT_EQ(client::FindMethod(std::string(method->name())), method);
  for (const Verb& verb : Verbs()) {
    EXPECT_NE(client::FindMethod(verb.method), nullptr) << verb.noun << " " << verb.verb;
    EXPECT_THAT(Nouns(), Contains(Field(&Noun::name, verb.noun)));
    EXPECT_NE(verb.examples.find("hearth " + verb.noun + " " + verb.verb), std::string::npos)
        << verb.noun << " " << verb.verb;
  }
}

}  // namespace
}  // namespace hearth::cli
