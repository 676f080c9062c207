#include "server/authn/sample_keys.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/authn/jwks.h"
#include "tests/support/token_maker.h"
#include "tests/unit/authn/vectors.h"

namespace hearth {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

// Of RFC 7515, A.3, whose private half is in the text.
constexpr char kRfc7515[] =
    R"({"kty":"EC","crv":"P-256","kid":"rfc","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";

TEST(SampleKeysTest, ExamplesAreFoundAmongOthers) {
  static const SigningKey key = SigningKey::Ec();
  EXPECT_THAT(FindSampleKey(vectors::kKeySet), Optional(0u));
  EXPECT_THAT(FindSampleKey(KeySetJson({key.Jwk("own"), kRfc7515})), Optional(1u));
  EXPECT_THAT(FindSampleKey(KeySetJson({key.Jwk("own"), SigningKey::Rsa().Jwk("rsa")})), Eq(std::nullopt));
  for (const char* other : {"", "{}", R"({"keys":7})", R"({"keys":[7,{"x":8}]})"}) {
    EXPECT_THAT(FindSampleKey(other), Eq(std::nullopt)) << other;
  }
}

TEST(SampleKeysTest, PublishedOnesAreNotUsed) {
  static const SigningKey key = SigningKey::Ec();
  const auto usable = UsableKeys(KeySetJson({kRfc7515, key.Jwk("own")}));
  ASSERT_TRUE(usable.ok());
  EXPECT_THAT(*usable, Not(HasSubstr("f83OJ3D2xF1")));
  EXPECT_THAT(*usable, HasSubstr("own"));
  EXPECT_FALSE(UsableKeys(KeySetJson({kRfc7515})).ok());
}

}  // namespace
}  // namespace hearth
