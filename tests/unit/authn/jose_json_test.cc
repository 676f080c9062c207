#include "server/authn/jose_json.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(DecodeBase64UrlTest, ReadsTheVectorsOfRfc4648) {
  EXPECT_THAT(DecodeBase64Url(""), Optional(Eq("")));
  EXPECT_THAT(DecodeBase64Url("Zg"), Optional(Eq("f")));
  EXPECT_THAT(DecodeBase64Url("Zm8"), Optional(Eq("fo")));
  EXPECT_THAT(DecodeBase64Url("Zm9v"), Optional(Eq("foo")));
  EXPECT_THAT(DecodeBase64Url("Zm9vYmE"), Optional(Eq("fooba")));
  EXPECT_THAT(DecodeBase64Url("-_8"), Optional(Eq("\xFB\xFF")));
}

TEST(DecodeBase64UrlTest, RefusesWhatIsNotCanonical) {
  EXPECT_EQ(DecodeBase64Url("Zg=="), std::nullopt) << "padding";
  EXPECT_EQ(DecodeBase64Url("Zh"), std::nullopt) << "bits beyond the last byte";
  EXPECT_EQ(DecodeBase64Url("Zm9"), std::nullopt) << "bits beyond the last byte";
  EXPECT_EQ(DecodeBase64Url("Z"), std::nullopt) << "a length that no bytes have";
  EXPECT_EQ(DecodeBase64Url("+/8"), std::nullopt) << "the other alphabet";
  EXPECT_EQ(DecodeBase64Url("Zm9v\n"), std::nullopt) << "white space";
  EXPECT_EQ(DecodeBase64Url("Zm.v"), std::nullopt) << "a dot";
  EXPECT_EQ(DecodeBase64Url(std::string_view("Zm\0v", 4)), std::nullopt) << "NUL";
}

TEST(ParseJsonObjectTest, ReadsOneObject) {
  const JsonPtr json = ParseJsonObject(R"( {"a": "x", "b": 1} )");
  ASSERT_NE(json, nullptr);
  EXPECT_THAT(TextMember(json.get(), "a"), Optional(Eq("x")));
  EXPECT_EQ(TextMember(json.get(), "b"), std::nullopt) << "not a text";
  EXPECT_EQ(TextMember(json.get(), "c"), std::nullopt) << "absent";
}

TEST(ParseJsonObjectTest, RefusesEverythingElse) {
  EXPECT_EQ(ParseJsonObject(""), nullptr);
  EXPECT_EQ(ParseJsonObject("[]"), nullptr);
  EXPECT_EQ(ParseJsonObject("\"a\""), nullptr);
  EXPECT_EQ(ParseJsonObject("{"), nullptr);
  EXPECT_EQ(ParseJsonObject("{}{}"), nullptr);
  EXPECT_EQ(ParseJsonObject(R"({"a": 1, "a": 1})"), nullptr) << "a name twice";
  EXPECT_EQ(ParseJsonObject(R"({"a": 1, "\u0061": 1})"), nullptr) << "a name twice, once escaped";
  EXPECT_EQ(ParseJsonObject(R"({"o": {"a": 1, "a": 1}})"), nullptr) << "a name twice, further in";
  EXPECT_EQ(ParseJsonObject("{\"a\": \"\xFF\"}"), nullptr) << "not UTF-8";
  EXPECT_EQ(ParseJsonObject(R"({"a": "\u0000"})"), nullptr) << "NUL in a text";
  EXPECT_EQ(ParseJsonObject(std::string(8000, '[')), nullptr) << "deep";
}

}  // namespace
}  // namespace hearth
