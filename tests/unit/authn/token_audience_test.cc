// For whom tokens say that they are.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/authn/token.h"
#include "tests/support/token_maker.h"

namespace hearth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Peek(const std::string& aud) {
  return PeekAudiences(absl::StrCat(Base64Url("{}"), ".", Base64Url(absl::StrCat(R"({"aud":)", aud, "}")), ".AA"));
}

TEST(PeekAudiencesTest, ReadsEachOnceAndNoneWhereOneIsNone) {
  std::string most = R"("a")";
  for (size_t i = 1; i < kMaxAudiences; ++i) absl::StrAppend(&most, ",\"", i, "\"");
  EXPECT_THAT(Peek(R"("a")"), ElementsAre("a"));
  EXPECT_THAT(Peek(R"(["b","a","b"])"), ElementsAre("b", "a"));
  EXPECT_THAT(Peek("[" + most + "]"), SizeIs(kMaxAudiences));
  EXPECT_THAT(Peek("[" + most + R"(,"a"])"), IsEmpty()) << "too many";
  for (const char* aud : {"7", "null", "{}", "[]", R"(["a",7])", R"([["a"]])"})
    EXPECT_THAT(Peek(aud), IsEmpty()) << aud;
  EXPECT_THAT(PeekAudiences("a.b"), IsEmpty());
}

TEST(VerifyTokenTest, TellsTheAudiencesThatWereNotAskedFor) {
  const SigningKey key = SigningKey::Ec();
  const auto keys = KeySet::Parse(KeySetJson({key.Jwk("ec")}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  const std::string token = key.Sign("ES256", R"({"alg":"ES256","kid":"ec"})",
                                     R"({"iss":"https://i.example","sub":"ada","aud":["x","hearth","y"],"exp":1000})");
  const auto claims = VerifyToken(token, "https://i.example", "hearth", **keys, absl::FromUnixSeconds(500));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->audience, "hearth");
  EXPECT_THAT(claims->other_audiences, ElementsAre("x", "y"));
  EXPECT_FALSE(VerifyToken(token, "https://i.example", "z", **keys, absl::FromUnixSeconds(500)).ok());
}

}  // namespace
}  // namespace hearth
