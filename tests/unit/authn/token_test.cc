#include "server/authn/token.h"

#include <openssl/err.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/token_maker.h"
#include "tests/unit/authn/vectors.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kIssuer[] = "https://issuer.forthcoffee.example";
constexpr char kAudience[] = "hearth";
constexpr int64_t kNow = 4102444800 + 60;  // A minute after the vectors were issued.

const SigningKey& Rsa() {
  static const SigningKey key = SigningKey::Rsa();
  return key;
}
const SigningKey& Ec() {
  static const SigningKey key = SigningKey::Ec();
  return key;
}

std::shared_ptr<const KeySet> Parsed(const std::string& json) {
  const auto keys = KeySet::Parse(json);
  EXPECT_TRUE(keys.ok()) << keys.status();
  return *keys;
}

// The issuer's keys: "rsa", "ec", and "ps", which is the RSA key for PS256 only.
const KeySet& Keys() {
  static const auto keys = Parsed(KeySetJson({Rsa().Jwk("rsa"), Ec().Jwk("ec"), Rsa().Jwk("ps", R"(,"alg":"PS256")")}));
  return *keys;
}

const KeySet& VectorKeys() {
  static const auto keys = Parsed(vectors::kKeySet);
  return *keys;
}

// Members in the form of JSON, without the braces.
constexpr char kRsaHeader[] = R"("alg":"RS256","kid":"rsa","typ":"JWT")";
std::string Claims(const std::string& more = R"("exp":4102445000)") {
  return std::string(R"("iss":"https://issuer.forthcoffee.example","sub":"ada","aud":"hearth")") +
         (more.empty() ? "" : ",") + more;
}

std::string Object(const std::string& members) { return absl::StrCat("{", members, "}"); }
std::string Quoted(const std::string& text) { return absl::StrCat("\"", text, "\""); }

// A token with the RSA key's signature, good however wrong the members are.
std::string Signed(const std::string& header, const std::string& claims) {
  return Rsa().Sign("RS256", Object(header), Object(claims));
}

absl::StatusOr<TokenClaims> Verify(std::string_view token, const KeySet& keys = Keys(), int64_t now = kNow) {
  return VerifyToken(token, kIssuer, kAudience, keys, absl::FromUnixSeconds(now));
}

// Why the token is refused; also checks what every refusal has in common.
std::string RefusalOf(std::string_view token, const KeySet& keys = Keys(), int64_t now = kNow) {
  const absl::Status status = Verify(token, keys, now).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << token;
  EXPECT_EQ(ERR_peek_error(), 0u) << "an error is left in OpenSSL's queue";
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("ada")));
  return std::string(status.message());
}

TEST(VerifyTokenTest, AcceptsEachAlgorithm) {
  const std::string payload = Object(Claims());
  EXPECT_TRUE(Verify(Rsa().Sign("RS256", R"({"alg":"RS256","kid":"rsa"})", payload)).ok());
  EXPECT_TRUE(Verify(Rsa().Sign("PS256", R"({"alg":"PS256","kid":"rsa"})", payload)).ok());
  EXPECT_TRUE(Verify(Rsa().Sign("PS256", R"({"alg":"PS256","kid":"ps"})", payload)).ok());
  EXPECT_TRUE(Verify(Ec().Sign("ES256", R"({"alg":"ES256","kid":"ec"})", payload)).ok());
}

TEST(VerifyTokenTest, AcceptsTokensOfOtherTools) {
  for (const char* token : {vectors::kRs256, vectors::kPs256, vectors::kEs256, vectors::kRs256ByPyJwt,
                            vectors::kPs256ByPyJwt, vectors::kEs256ByPyJwt}) {
    const auto claims = Verify(token, VectorKeys());
    ASSERT_TRUE(claims.ok()) << claims.status() << token;
    EXPECT_EQ(claims->subject, "svc-signin");
    EXPECT_EQ(claims->expires, absl::FromUnixSeconds(4102448400));
  }
}

TEST(VerifyTokenTest, ReturnsTheClaims) {
  const auto claims = Verify(
      Signed(kRsaHeader, Claims(R"("exp":4102445000,"nbf":4102444000,"iat":4102444000,"auth_time":4102443000.5)")));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->issuer, kIssuer);
  EXPECT_EQ(claims->subject, "ada");
  EXPECT_EQ(claims->audience, "hearth");
  EXPECT_EQ(claims->expires, absl::FromUnixSeconds(4102445000));
  EXPECT_EQ(claims->not_before, absl::FromUnixSeconds(4102444000));
  EXPECT_EQ(claims->auth_time, absl::FromUnixMillis(4102443000500));
}

// OpenID Connect Core, 2 and 5.1.
TEST(VerifyTokenTest, SubjectsFromOutsideAreNoIdsAndBringAnAddressThatTheIssuerHasVerified) {
  const auto verify = [](const std::string& sub, const std::string& more) {
    const std::string claims =
        absl::StrCat(R"("iss":")", kIssuer, R"(","aud":"hearth","exp":4102445000,"sub":)", sub, more);
    return VerifyToken(Signed(kRsaHeader, claims), kIssuer, kAudience, Keys(), absl::FromUnixSeconds(kNow),
                       SubjectForm::kExternal);
  };
  for (const std::string& sub : {std::string("google-oauth2|1076"), std::string("A_b-c~!"), std::string(255, 'x')}) {
    const auto claims = verify(Quoted(sub), "");
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->subject, sub);
    EXPECT_EQ(claims->verified_mail, "");
  }
  for (const std::string& sub :
       {Quoted(""), Quoted("a b"), Quoted("\\u00e9"), Quoted(std::string(256, 'x')), std::string("7")}) {
    EXPECT_FALSE(verify(sub, "").ok()) << sub;
  }
  const std::string mail = R"(,"email":"Ann@Example.org","email_verified":)";
  EXPECT_EQ(verify(Quoted("1"), mail + "true")->verified_mail, "ann@example.org");
  for (const char* unverified : {"false", R"("true")", "1", "null"}) {
    EXPECT_EQ(verify(Quoted("1"), mail + unverified)->verified_mail, "") << unverified;
  }
  EXPECT_EQ(verify(Quoted("1"), R"(,"email":7,"email_verified":true)")->verified_mail, "");
  const auto own =
      Verify(Signed(kRsaHeader, Claims(R"("exp":4102445000,"email":"a@b.example","email_verified":true)")));
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->verified_mail, "") << "the claims of the directory's own people say nothing of addresses";
}

TEST(VerifyTokenTest, LeavesOptionalClaimsOut) {
  const auto claims = Verify(Signed(kRsaHeader, Claims()));
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->not_before, absl::InfinitePast());
  EXPECT_EQ(claims->auth_time, std::nullopt);
}

TEST(VerifyTokenTest, RefusesOtherAlgorithms) {
  EXPECT_THAT(RefusalOf(vectors::kNone, VectorKeys()), HasSubstr("alg is not"));
  EXPECT_THAT(RefusalOf(vectors::kHs256WithThePublicKey, VectorKeys()), HasSubstr("alg is not"));
  EXPECT_THAT(RefusalOf(vectors::kRs512, VectorKeys()), HasSubstr("alg is not"));
  EXPECT_THAT(RefusalOf(vectors::kEs384, VectorKeys()), HasSubstr("alg is not"));
  for (const std::string alg : {R"("none")", R"("None")", R"("rs256")", R"("RS256 ")", "null", "7", R"(["RS256"])"}) {
    EXPECT_THAT(RefusalOf(Signed(R"("kid":"rsa","alg":)" + alg, Claims())), HasSubstr("alg is not")) << alg;
  }
  EXPECT_THAT(RefusalOf(Signed(R"("kid":"rsa")", Claims())), HasSubstr("alg is not"));
}

TEST(VerifyTokenTest, RefusesAnAlgorithmThatDoesNotFitTheKey) {
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":"ec")", Claims())), HasSubstr("does not fit"));
  EXPECT_THAT(RefusalOf(Ec().Sign("ES256", R"({"alg":"ES256","kid":"rsa"})", Object(Claims()))),
              HasSubstr("does not fit"));
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":"ps")", Claims())), HasSubstr("not the one of the key"));
}

TEST(VerifyTokenTest, RefusesAKeyThatTheHeaderDoesNotNameWell) {
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256")", Claims())), HasSubstr("kid is absent"));
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":1)", Claims())), HasSubstr("kid is absent"));
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":"")", Claims())), HasSubstr("kid is not one"));
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":"RSA")", Claims())), HasSubstr("kid is not one"));
}

TEST(VerifyTokenTest, RefusesHeadersThatBringKeysOrUnknownDemands) {
  for (const std::string name : {"jku", "jwk", "x5u", "x5c"}) {
    const std::string header = std::string(kRsaHeader) + ",\"" + name + R"(":"https://evil.example/keys")";
    EXPECT_THAT(RefusalOf(Signed(header, Claims())), HasSubstr("points to a key")) << name;
  }
  for (const std::string crit : {R"(["exp"])", R"(["alg"])", "[]", "null"}) {
    EXPECT_THAT(RefusalOf(Signed(kRsaHeader + (R"(,"crit":)" + crit), Claims())), HasSubstr("crit")) << crit;
  }
}

TEST(VerifyTokenTest, KnowsTheTypesOfAccessTokens) {
  for (const std::string type : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"}) {
    EXPECT_TRUE(Verify(Signed(R"("alg":"RS256","kid":"rsa","typ":")" + type + "\"", Claims())).ok()) << type;
  }
  for (const std::string type : {R"("")", R"("dpop+jwt")", R"("secevent+jwt")", R"("logout+jwt")", "1"}) {
    EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","kid":"rsa","typ":)" + type, Claims())), HasSubstr("typ")) << type;
  }
}

TEST(VerifyTokenTest, RefusesNamesThatStandTwice) {
  EXPECT_THAT(RefusalOf(Signed(R"("alg":"RS256","alg":"RS256","kid":"rsa")", Claims())), HasSubstr("header is not"));
  EXPECT_THAT(RefusalOf(Signed(kRsaHeader, Claims(R"("exp":4102445000,"sub":"ada")"))), HasSubstr("payload is not"));
}

TEST(VerifyTokenTest, RefusesAnotherIssuer) {
  for (const std::string issuer : {"https://issuer.contoso.example", "https://issuer.forthcoffee.example/",
                                   "HTTPS://issuer.forthcoffee.example"}) {
    const std::string claims = R"("sub":"ada","aud":"hearth","exp":4102445000,"iss":")" + issuer + "\"";
    EXPECT_THAT(RefusalOf(Signed(kRsaHeader, claims)), HasSubstr("iss is another")) << issuer;
  }
  EXPECT_THAT(RefusalOf(Signed(kRsaHeader, R"("sub":"ada","aud":"hearth","exp":4102445000)")), HasSubstr("iss"));
}

TEST(VerifyTokenTest, RefusesTheKeyOfAnotherIssuer) {
  const SigningKey other = SigningKey::Rsa();
  const std::string token = other.Sign("RS256", Object(kRsaHeader), Object(Claims()));
  EXPECT_TRUE(Verify(token, *Parsed(KeySetJson({other.Jwk("rsa")}))).ok()) << "good under the other's keys";
  EXPECT_THAT(RefusalOf(token), HasSubstr("signature does not hold"));
}

TEST(VerifyTokenTest, ReadsTheAudience) {
  const auto with = [](const std::string& aud) {
    return Signed(kRsaHeader,
                  R"("iss":"https://issuer.forthcoffee.example","sub":"ada","exp":4102445000,"aud":)" + aud);
  };
  EXPECT_TRUE(Verify(with(R"("hearth")")).ok());
  EXPECT_TRUE(Verify(with(R"(["other","hearth"])")).ok());
  for (const std::string aud : {R"("other")", R"("")", R"("Hearth")", R"("hearth ")", R"(["other"])", "[]", "null",
                                R"(["hearth",7])", R"({"hearth":"hearth"})", R"([["hearth"]])"}) {
    EXPECT_THAT(RefusalOf(with(aud)), HasSubstr("aud")) << aud;
  }
  EXPECT_THAT(
      RefusalOf(Signed(kRsaHeader, R"("iss":"https://issuer.forthcoffee.example","sub":"ada","exp":4102445000)")),
      HasSubstr("aud"));
}

TEST(VerifyTokenTest, RefusesASubjectThatIsNotAnId) {
  const auto with = [](const std::string& sub) {
    return Signed(kRsaHeader,
                  R"("iss":"https://issuer.forthcoffee.example","aud":"hearth","exp":4102445000,"sub":)" + sub);
  };
  EXPECT_TRUE(Verify(with(Quoted(std::string(63, 'a')))).ok());
  for (const std::string& sub :
       {Quoted(std::string(64, 'a')), std::string(R"("")"), std::string(R"("Ada")"), std::string(R"("a b")"),
        std::string(R"("-a")"), std::string(R"("a/../b")"), std::string("7"), std::string("null")}) {
    EXPECT_THAT(RefusalOf(with(sub)), HasSubstr("sub is not an id")) << sub;
  }
}

TEST(VerifyTokenTest, TakesExpUntilSixtySecondsAfter) {
  const std::string token = Signed(kRsaHeader, Claims(R"("exp":4102445000)"));
  EXPECT_TRUE(Verify(token, Keys(), 4102445059).ok());
  EXPECT_THAT(RefusalOf(token, Keys(), 4102445060), HasSubstr("exp is past"));
  EXPECT_THAT(RefusalOf(Signed(kRsaHeader, Claims(""))), HasSubstr("exp is absent"));
}

TEST(VerifyTokenTest, TakesNbfFromSixtySecondsBefore) {
  const std::string token = Signed(kRsaHeader, Claims(R"("exp":4102449000,"nbf":4102448000)"));
  EXPECT_TRUE(Verify(token, Keys(), 4102447940).ok());
  EXPECT_THAT(RefusalOf(token, Keys(), 4102447939), HasSubstr("nbf is to come"));
}

TEST(VerifyTokenTest, TakesIatAndAuthTimeFromSixtySecondsBefore) {
  for (const std::string name : {"iat", "auth_time"}) {
    const std::string token = Signed(kRsaHeader, Claims(R"("exp":4102449000,")" + name + R"(":4102448000)"));
    EXPECT_TRUE(Verify(token, Keys(), 4102447940).ok()) << name;
    EXPECT_THAT(RefusalOf(token, Keys(), 4102447939), HasSubstr(name + " is to come"));
  }
}

TEST(VerifyTokenTest, RefusesLifetimesThatMakeNoSense) {
  const auto verdict = [](const std::string& times) {
    return std::string(Verify(Signed(kRsaHeader, Claims(times))).status().message());
  };
  EXPECT_EQ(verdict(R"("iat":4102444800,"exp":4102531200)"), "") << "24 hours";
  EXPECT_THAT(verdict(R"("iat":4102444800,"exp":4102531201)"), HasSubstr("lives too long"));
  EXPECT_EQ(verdict(R"("exp":4102531320)"), "") << "24 hours and the leeway from now, without iat";
  EXPECT_THAT(verdict(R"("exp":4102531321)"), HasSubstr("lives too long"));
  EXPECT_THAT(verdict(R"("iat":4102444850,"exp":4102444850)"), HasSubstr("exp is not after iat"));
  EXPECT_THAT(verdict(R"("nbf":4102444870,"exp":4102444860)"), HasSubstr("exp is before nbf"));
}

TEST(VerifyTokenTest, RefusesTimesThatAreNone) {
  for (const std::string value : {R"("4102445000")", "null", "true", "-1", "253402300800", "1e300", "[]"}) {
    EXPECT_THAT(RefusalOf(Signed(kRsaHeader, Claims("\"exp\":" + value))), HasSubstr("exp is not a time")) << value;
    const std::string nbf = R"("exp":4102445000,"nbf":)" + value;
    EXPECT_THAT(RefusalOf(Signed(kRsaHeader, Claims(nbf))), HasSubstr("nbf is not a time")) << value;
  }
}

TEST(VerifyTokenTest, RefusesLongTokensUnread) {
  const auto of_size = [](size_t padding) {
    return Signed(kRsaHeader, Claims(R"("exp":4102445000,"pad":")" + std::string(padding, 'x') + "\""));
  };
  const std::string long_token = of_size(5760);
  EXPECT_LT(long_token.size(), kMaxTokenBytes + 20);
  EXPECT_THAT(RefusalOf(long_token), HasSubstr("longer than 8 KiB"));
  const std::string allowed = of_size(5740);
  EXPECT_GT(allowed.size(), kMaxTokenBytes - 20);
  EXPECT_TRUE(Verify(allowed).ok()) << allowed.size();
}

TEST(VerifyTokenTest, RefusesEveryFlippedBitOfAnEs256Signature) {
  const std::string good = Ec().Sign("ES256", R"({"alg":"ES256","kid":"ec"})", Object(Claims()));
  const std::string text = good.substr(0, good.rfind('.'));
  const std::string signature = Ec().Signature("ES256", text);
  ASSERT_TRUE(Verify(text + "." + Base64Url(signature)).ok());
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string flipped = signature;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_THAT(RefusalOf(text + "." + Base64Url(flipped)), HasSubstr("signature does not hold"));
  }
}

TEST(VerifyTokenTest, RefusesEcdsaSignaturesOfAnotherLength) {
  const std::string text = Base64Url(R"({"alg":"ES256","kid":"ec"})") + "." + Base64Url(Object(Claims()));
  const std::string good = Ec().Signature("ES256", text);
  const std::string zero(1, '\0');
  // The same numbers r and s, in 33 bytes each: libcjose alone would take them.
  const std::string wide = zero + good.substr(0, 32) + zero + good.substr(32);
  for (const std::string& other : {wide, good.substr(0, 63), good + zero, std::string()}) {
    EXPECT_THAT(RefusalOf(text + "." + Base64Url(other)), HasSubstr("another length"));
  }
}

TEST(VerifyTokenTest, RefusesSignaturesOutOfRange) {
  const std::string claims = "." + Base64Url(Object(Claims())) + ".";
  const std::string rsa = Base64Url(Object(kRsaHeader)) + claims;
  const std::string ec = Base64Url(R"({"alg":"ES256","kid":"ec"})") + claims;
  for (const char byte : {'\0', '\xFF'}) {
    EXPECT_THAT(RefusalOf(rsa + Base64Url(std::string(256, byte))), HasSubstr("signature does not hold"));
    EXPECT_THAT(RefusalOf(ec + Base64Url(std::string(64, byte))), HasSubstr("signature does not hold"));
  }
}

TEST(VerifyTokenTest, RefusesTruncatedAndChangedRsaTokens) {
  const std::string good = Signed(kRsaHeader, Claims());
  ASSERT_TRUE(Verify(good).ok());
  for (size_t length = 0; length < good.size(); length += 7) RefusalOf(good.substr(0, length));
  for (size_t at = 0; at < good.size(); at += 3) {
    std::string changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    RefusalOf(changed);
  }
}

TEST(VerifyTokenTest, RefusesTheSameBytesInAnotherEncoding) {
  const std::string good = Signed(kRsaHeader, Claims());
  EXPECT_THAT(RefusalOf(good + "="), HasSubstr("base64url"));
  EXPECT_THAT(RefusalOf(good + "=="), HasSubstr("base64url"));
  EXPECT_THAT(RefusalOf(good + "\n"), HasSubstr("base64url"));
  EXPECT_THAT(RefusalOf(good + "."), HasSubstr("base64url")) << "a fourth part";
  // 256 bytes leave four bits of the last character over. They must be zero.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string loose = good;
  loose.back() = alphabet[alphabet.find(good.back()) + 1];
  EXPECT_THAT(RefusalOf(loose), HasSubstr("base64url"));
}

TEST(VerifyTokenTest, RefusesTextsThatAreNoTokens) {
  for (const std::string_view text : {"", ".", "..", "...", "a", "a.b", "{}.{}.{}", "e30.e30.", "e30.e30.e30.e30",
                                      "W10.e30.AA", "e30.W10.AA", "bnVsbA.bnVsbA.AA"}) {
    EXPECT_EQ(Verify(text).status().code(), absl::StatusCode::kUnauthenticated) << text;
    EXPECT_EQ(PeekIssuer(text).status().code(), absl::StatusCode::kUnauthenticated) << text;
  }
}

TEST(VerifyTokenTest, VerifiesFromManyThreadsWithOneKeySet) {
  const std::string rsa = Signed(kRsaHeader, Claims());
  const std::string ec = Ec().Sign("ES256", R"({"alg":"ES256","kid":"ec"})", Object(Claims()));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        EXPECT_TRUE(Verify(rsa).ok());
        EXPECT_TRUE(Verify(ec).ok());
        EXPECT_FALSE(Verify(ec.substr(0, ec.size() - 4) + "AAAA").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PeekIssuerTest, ReadsTheIssuerWithoutVerifying) {
  const auto issuer = PeekIssuer(vectors::kNone);
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  EXPECT_EQ(*issuer, kIssuer);
}

TEST(PeekIssuerTest, RefusesIssuersThatAreNone) {
  for (const std::string& iss :
       {std::string("7"), std::string(R"("")"), std::string("null"), Quoted(std::string(256, 'i'))}) {
    const std::string token = Base64Url(R"({"alg":"RS256"})") + "." + Base64Url(Object("\"iss\":" + iss)) + ".AA";
    EXPECT_EQ(PeekIssuer(token).status().code(), absl::StatusCode::kUnauthenticated) << iss;
  }
  EXPECT_FALSE(PeekIssuer(std::string(kMaxTokenBytes + 1, 'A')).ok());
}

}  // namespace
}  // namespace hearth
