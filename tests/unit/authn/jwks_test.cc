#include "server/authn/jwks.h"

#include <openssl/err.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/token_maker.h"
#include "tests/unit/authn/vectors.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const SigningKey& Rsa() {
  static const SigningKey key = SigningKey::Rsa();
  return key;
}
const SigningKey& Ec() {
  static const SigningKey key = SigningKey::Ec();
  return key;
}

std::string RefusalOf(const std::string& json) {
  const auto keys = KeySet::Parse(json);
  EXPECT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument) << json;
  EXPECT_EQ(ERR_peek_error(), 0u) << "an error is left in OpenSSL's queue";
  return std::string(keys.status().message());
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(KeySetTest, FindsKeysByKid) {
  const auto keys = KeySet::Parse(KeySetJson({Rsa().Jwk("r"), Ec().Jwk("e", R"(,"use":"sig","alg":"ES256")")}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*keys)->size(), 2);
  ASSERT_NE((*keys)->Find("r"), nullptr);
  EXPECT_EQ((*keys)->Find("r")->type, KeyType::kRsa);
  EXPECT_EQ((*keys)->Find("r")->algorithm, "");
  EXPECT_EQ((*keys)->Find("r")->signature_bytes, 256);
  ASSERT_NE((*keys)->Find("e"), nullptr);
  EXPECT_EQ((*keys)->Find("e")->type, KeyType::kEcP256);
  EXPECT_EQ((*keys)->Find("e")->algorithm, "ES256");
  EXPECT_EQ((*keys)->Find("e")->signature_bytes, 64);
  EXPECT_EQ((*keys)->Find("R"), nullptr);
  EXPECT_EQ((*keys)->Find(""), nullptr);
}

TEST(KeySetTest, ReadsTheKeysOfRfc7515) { EXPECT_TRUE(KeySet::Parse(vectors::kKeySet).ok()); }

TEST(KeySetTest, IgnoresMembersItDoesNotKnow) {
  const std::string more = R"(,"x5c":["MIIB"],"x5t":"abc","issuer":"https://x.example","key_ops":["verify"])";
  EXPECT_TRUE(KeySet::Parse(KeySetJson({Rsa().Jwk("r", more)})).ok());
}

TEST(KeySetTest, RefusesWhatIsNotAKeySet) {
  EXPECT_THAT(RefusalOf(""), HasSubstr("one JSON object"));
  EXPECT_THAT(RefusalOf("[]"), HasSubstr("one JSON object"));
  EXPECT_THAT(RefusalOf(R"({"keys":[],"keys":[]})"), HasSubstr("no name stands twice"));
  EXPECT_THAT(RefusalOf("{}"), HasSubstr("array of 1 to 16 keys"));
  EXPECT_THAT(RefusalOf(R"({"keys":{}})"), HasSubstr("array of 1 to 16 keys"));
  EXPECT_THAT(RefusalOf(R"({"keys":[]})"), HasSubstr("array of 1 to 16 keys"));
  EXPECT_THAT(RefusalOf(R"({"keys":[7]})"), HasSubstr("keys[0] must be an object"));
  EXPECT_THAT(RefusalOf(R"({"keys":[],"x":")" + std::string(kMaxKeySetBytes, 'x') + "\"}"), HasSubstr("65536"));
}

TEST(KeySetTest, HoldsSixteenKeysAndNotSeventeen) {
  std::string keys;
  for (int i = 0; i < 16; ++i) keys += (i == 0 ? "" : ",") + Ec().Jwk("k" + std::to_string(i));
  EXPECT_TRUE(KeySet::Parse(R"({"keys":[)" + keys + "]}").ok());
  EXPECT_THAT(RefusalOf(R"({"keys":[)" + keys + "," + Ec().Jwk("k16") + "]}"), HasSubstr("1 to 16"));
}

TEST(KeySetTest, RefusesKeysWithoutAKidOfTheirOwn) {
  EXPECT_THAT(RefusalOf(KeySetJson({Ec().Jwk("")})), HasSubstr("keys[0] needs a \"kid\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Ec().Jwk(std::string(256, 'k'))})), HasSubstr("keys[0] needs a \"kid\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Replaced(Ec().Jwk("k"), "\"kid\":\"k\"", "\"kid\":1")})), HasSubstr("\"kid\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Ec().Jwk("k"), Rsa().Jwk("k")})), HasSubstr("keys[1] has the \"kid\""));
}

TEST(KeySetTest, RefusesPrivateKeysAndDoesNotRepeatThem) {
  for (const std::string member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    const std::string text = RefusalOf(KeySetJson({Rsa().Jwk("r", ",\"" + member + R"(":"c2VjcmV0")")}));
    EXPECT_THAT(text, HasSubstr("private member \"" + member + "\""));
    EXPECT_THAT(text, Not(HasSubstr("c2VjcmV0")));
  }
  EXPECT_THAT(RefusalOf(KeySetJson({Ec().Jwk("e", R"(,"d":"c2VjcmV0")")})), HasSubstr("replace the key"));
}

TEST(KeySetTest, RefusesSymmetricAndUnknownTypes) {
  EXPECT_THAT(RefusalOf(R"({"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]})"), HasSubstr("symmetric"));
  EXPECT_THAT(RefusalOf(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"s","x":"AA"}]})"), HasSubstr("\"kty\""));
  EXPECT_THAT(RefusalOf(R"({"keys":[{"kid":"s"}]})"), HasSubstr("\"kty\""));
}

TEST(KeySetTest, RefusesKeysForOtherUses) {
  EXPECT_THAT(RefusalOf(KeySetJson({Rsa().Jwk("r", R"(,"use":"enc")")})), HasSubstr("\"use\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Rsa().Jwk("r", R"(,"use":["sig"])")})), HasSubstr("\"use\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Rsa().Jwk("r", R"(,"key_ops":["encrypt"])")})), HasSubstr("\"key_ops\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Rsa().Jwk("r", R"(,"alg":"RSA-OAEP")")})), HasSubstr("\"alg\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Rsa().Jwk("r", R"(,"alg":"ES256")")})), HasSubstr("\"alg\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Ec().Jwk("e", R"(,"alg":"HS256")")})), HasSubstr("\"alg\""));
}

TEST(KeySetTest, BoundsTheSizeOfRsaKeys) {
  EXPECT_THAT(RefusalOf(KeySetJson({SigningKey::Rsa(1024).Jwk("r")})), HasSubstr("2048 to 8192 bits"));
  EXPECT_THAT(RefusalOf(KeySetJson({SigningKey::Rsa(2047).Jwk("r")})), HasSubstr("2048 to 8192 bits"));
  const auto modulus = [](size_t bytes, char last) {
    return R"({"kty":"RSA","kid":"r","e":"AQAB","n":")" + Base64Url(std::string(bytes - 1, '\xFF') + last) + "\"}";
  };
  EXPECT_TRUE(KeySet::Parse(KeySetJson({modulus(1024, '\x01')})).ok());
  EXPECT_THAT(RefusalOf(KeySetJson({modulus(1025, '\x01')})), HasSubstr("2048 to 8192 bits"));
  EXPECT_THAT(RefusalOf(KeySetJson({modulus(256, '\x02')})), HasSubstr("2048 to 8192 bits")) << "even";
}

TEST(KeySetTest, RefusesExponentsThatProveNothingOrCostTooMuch) {
  const auto with = [](const std::string& e) {
    return KeySetJson({Replaced(Rsa().Jwk("r"), "\"AQAB\"", "\"" + Base64Url(e) + "\"")});
  };
  EXPECT_TRUE(KeySet::Parse(with("\x01\x01\x01")).ok());
  EXPECT_THAT(RefusalOf(with("\x01")), HasSubstr("\"e\""));
  EXPECT_THAT(RefusalOf(with("\x03")), HasSubstr("\"e\""));
  EXPECT_THAT(RefusalOf(with(std::string("\x01\x00\x02", 3))), HasSubstr("\"e\"")) << "even";
  EXPECT_THAT(RefusalOf(with(std::string(9, '\x01'))), HasSubstr("\"e\"")) << "65 bits";
  EXPECT_THAT(RefusalOf(with("")), HasSubstr("\"e\""));
  EXPECT_THAT(RefusalOf(KeySetJson({Replaced(Rsa().Jwk("r"), "AQAB", "AQAB=")})), HasSubstr("base64url"));
}

TEST(KeySetTest, RefusesPointsThatAreNotOnTheCurve) {
  EXPECT_THAT(RefusalOf(KeySetJson({SigningKey::Ec("P-384").Jwk("e")})), HasSubstr("P-256"));
  const auto point = [](const std::string& x, const std::string& y) {
    return KeySetJson(
        {R"({"kty":"EC","crv":"P-256","kid":"e","x":")" + Base64Url(x) + R"(","y":")" + Base64Url(y) + "\"}"});
  };
  EXPECT_THAT(RefusalOf(point(std::string(32, '\x01'), std::string(32, '\x01'))), HasSubstr("not a valid public key"));
  EXPECT_THAT(RefusalOf(point(std::string(32, '\0'), std::string(32, '\0'))), HasSubstr("not a valid public key"));
  EXPECT_THAT(RefusalOf(point(std::string(31, '\x01'), std::string(32, '\x01'))), HasSubstr("32 bytes"));
  EXPECT_THAT(RefusalOf(point("", "")), HasSubstr("32 bytes"));
}

TEST(UsableKeysTest, KeepsWhatTokensCanBeCheckedWith) {
  const std::string encryption = Rsa().Jwk("enc", R"(,"use":"enc","alg":"RSA-OAEP")");
  const std::string edwards =
      R"({"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  const auto keys =
      UsableKeys(KeySetJson({encryption, Rsa().Jwk("r"), edwards, SigningKey::Ec("P-384").Jwk("p384"), "7",
                             R"({"kty":"oct","kid":"k","k":"AAAA"})", Ec().Jwk("e"), Ec().Jwk("r")}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto set = KeySet::Parse(*keys);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ((*set)->size(), 2);
  ASSERT_NE((*set)->Find("r"), nullptr);
  EXPECT_EQ((*set)->Find("r")->type, KeyType::kRsa) << "the first of two with one kid";
  EXPECT_NE((*set)->Find("e"), nullptr);
}

TEST(UsableKeysTest, RefusesWhatHasNone) {
  for (const std::string json : {"", "nonsense", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[7]})",
                                 R"({"keys":[{"kty":"oct","kid":"k","k":"AAAA"}]})"}) {
    EXPECT_EQ(UsableKeys(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(UsableKeysTest, TakesNoMoreThanASetMayHold) {
  std::vector<std::string> jwks;
  for (size_t i = 0; i < kMaxKeysInSet + 5; ++i) jwks.push_back(Ec().Jwk("k" + std::to_string(i)));
  std::string json = R"({"keys":[)";
  for (const std::string& jwk : jwks) json += (json.back() == '[' ? "" : ",") + jwk;
  const auto keys = UsableKeys(json + "]}");
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*KeySet::Parse(*keys))->size(), kMaxKeysInSet);
}

}  // namespace
}  // namespace hearth
