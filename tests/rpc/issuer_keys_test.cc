// Keys of issuers that are fetched: from a web server we did not write, with certificates that openssl made.
#include <stdio.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "server/authn/jwks.h"
#include "server/authn/key_fetch.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr char kIssuer[] = "https://login.forthcoffee.example";

class IssuerKeysTest : public ServerFixture {
 protected:
  IssuerKeysTest() {
    files_.MakeSelfSigned("web");
    Publish({});
    const char* source = std::getenv("HEARTH_SOURCE_DIR");
    web_ = popen(
        absl::StrCat("python3 '", source == nullptr ? "." : source, "/tests/support/key_server.py' ", files_.Path(""))
            .c_str(),
        "w");
    const absl::Time deadline = absl::Now() + kPatience;
    while (files_.Read("port").empty() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
    config.key_fetch = {.ca_file = files_.Path("web.pem"), .allow_private = true};
  }
  ~IssuerKeysTest() override {
    Stop();
    pclose(web_);
  }

  std::string Uri(const std::string& path) { return absl::StrCat("https://localhost:", files_.Read("port"), path); }
  // What the issuer publishes from now on.
  void Publish(const std::vector<std::string>& jwks) {
    std::string keys;
    for (const std::string& jwk : jwks) absl::StrAppend(&keys, keys.empty() ? "" : ",", jwk);
    std::ofstream(files_.Path("keys.new")) << R"({"keys":[)" << keys << "]}";
    files_.Run("mv keys.new keys.json");
  }
  long Requests() {
    const std::string requests = files_.Read("requests");
    return std::count(requests.begin(), requests.end(), '\n');
  }
  std::string WhyNot(const std::string& uri, const KeyFetchOptions& options) {
    return std::string(FetchKeys(uri, options).status().message());
  }

  v1::TrustedIssuer Register(const std::string& uri) {
    v1::CreateTrustedIssuerRequest request;
    v1::CreateTrustedIssuerResponse response;
    request.set_parent("directories/forthcoffee");
    request.set_trusted_issuer_id("login");
    request.mutable_trusted_issuer()->set_issuer(kIssuer);
    request.mutable_trusted_issuer()->set_audience(kAudience);
    request.mutable_trusted_issuer()->set_jwks_uri(uri);
    EXPECT_THAT(Call(ForthAdmin(), &Directories::CreateTrustedIssuer, request, &response), IsOk());
    return response.trusted_issuer();
  }
  v1::TrustedIssuer Registered() {
    v1::GetTrustedIssuerRequest request;
    v1::GetTrustedIssuerResponse response;
    request.set_name("directories/forthcoffee/trustedIssuers/login");
    EXPECT_THAT(Call(ForthAdmin(), &Directories::GetTrustedIssuer, request, &response), IsOk());
    return response.trusted_issuer();
  }
  absl::Status ReadWith(const SigningKey& key, const std::string& kid) {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name("directories/forthcoffee/users/user1");
    return CallWith(key.Sign("ES256", absl::StrCat(R"({"alg":"ES256","kid":")", kid, R"("})"),
                             absl::StrCat(R"({"iss":")", kIssuer, R"(","sub":"user1","aud":")", kAudience,
                                          R"(","iat":)", now, R"(,"exp":)", now + 600, "}")),
                    &Directories::GetUser, request, &response);
  }
  // Whether the call comes through before long; keys are fetched in the background.
  template <class Condition>
  bool Eventually(const Condition& condition) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      if (condition()) return true;
      absl::SleepFor(absl::Milliseconds(50));
    }
    return false;
  }

  CertificateFolder files_;
  FILE* web_;
};

TEST_F(IssuerKeysTest, AFetchTakesNothingButKeysFromAPublicAddressOverVerifiedTls) {
  const SigningKey key = SigningKey::Ec();
  Publish({key.Jwk("a")});
  const KeyFetchOptions trusting = {
      .ca_file = files_.Path("web.pem"), .allow_private = true, .timeout = absl::Seconds(20)};
  const auto keys = FetchKeys(Uri("/keys"), trusting);
  ASSERT_THAT(keys, IsOk());
  EXPECT_NE((*KeySet::Parse(*keys))->Find("a"), nullptr);

  EXPECT_THAT(WhyNot(Uri("/redirect"), trusting), HasSubstr("302"));
  EXPECT_THAT(WhyNot(Uri("/missing"), trusting), HasSubstr("404"));
  EXPECT_THAT(WhyNot(Uri("/large"), trusting), HasSubstr("64 KiB"));
  Publish({});
  EXPECT_THAT(WhyNot(Uri("/keys"), trusting), HasSubstr("none of the keys"));
  EXPECT_THAT(WhyNot(Uri("/slow"),
                     {.ca_file = files_.Path("web.pem"), .allow_private = true, .timeout = absl::Milliseconds(300)}),
              HasSubstr("in time"));
  files_.MakeAuthority("other");
  EXPECT_THAT(WhyNot(Uri("/keys"), {.ca_file = files_.Path("other.pem"), .allow_private = true}),
              HasSubstr("certificate"));
  const std::string port = files_.Read("port");
  EXPECT_THAT(WhyNot("http://localhost:" + port + "/keys", trusting), HasSubstr("no answer")) << "https only";
  EXPECT_THAT(WhyNot("file://" + files_.Path("keys.json"), trusting), HasSubstr("no answer"));
}

TEST_F(IssuerKeysTest, NoConnectionIsMadeIntoTheServersOwnNetwork) {
  const KeyFetchOptions strict = {.ca_file = files_.Path("web.pem")};
  const std::string port = files_.Read("port");
  const long before = Requests();
  // By name, by number, in other spellings of the number, and where nobody listens: the same answer.
  std::vector<std::string> answers;
  for (const std::string host :
       {"localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    answers.push_back(WhyNot("https://" + host + ":" + port + "/keys", strict));
  }
  answers.push_back(WhyNot("https://127.0.0.1:1/keys", strict));
  answers.push_back(WhyNot("https://169.254.169.254/latest/meta-data", strict));
  answers.push_back(WhyNot("https://no-such-host.invalid/keys", strict));
  for (const std::string& answer : answers) EXPECT_EQ(answer, "no answer came from a public address in time");
  EXPECT_EQ(Requests(), before);
}

TEST_F(IssuerKeysTest, TokensAreCheckedWithTheKeysThatTheIssuerPublishesAlsoAfterItTookUpAnother) {
  const SigningKey first = SigningKey::Ec(), second = SigningKey::Ec();
  Publish({first.Jwk("a")});
  Start();
  EXPECT_EQ(Register(Uri("/keys")).jwks(), "");
  ASSERT_TRUE(Eventually([&] { return ReadWith(first, "a").ok(); }));
  EXPECT_TRUE(Registered().has_keys_fetch_time());
  EXPECT_EQ(Registered().jwks(), "");

  EXPECT_THAT(ReadWith(second, "b"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  Publish({second.Jwk("b")});
  const long before = Requests();
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(ReadWith(second, "b").ok());
  EXPECT_LE(Requests(), before + 1) << "unknown keys are asked for every 30 seconds at most";
  Sql("UPDATE hearth.trusted_issuers SET keys_fetch_time = now() - interval '31 seconds' WHERE issuer_id = 'login'");
  ASSERT_TRUE(Eventually([&] { return ReadWith(second, "b").ok(); })) << "a token that names a new key has it fetched";
  EXPECT_THAT(ReadWith(first, "a"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << "the old key is gone";
}

TEST_F(IssuerKeysTest, KeysOutliveAnOutageOfTheirServerForADayAndTheProblemIsShown) {
  const SigningKey key = SigningKey::Ec();
  Publish({key.Jwk("a")});
  Start();
  Register(Uri("/keys"));
  ASSERT_TRUE(Eventually([&] { return ReadWith(key, "a").ok(); }));
  files_.Run("mv keys.json gone.json && printf 'no keys' >keys.json");
  Sql("UPDATE hearth.trusted_issuers SET next_fetch_time = now() WHERE issuer_id = 'login'");
  ASSERT_TRUE(Eventually([&] { return !Registered().keys_problem().empty(); }));
  EXPECT_THAT(ReadWith(key, "a"), IsOk());
  Sql("UPDATE hearth.trusted_issuers SET keys_fetch_time = now() - interval '25 hours', next_fetch_time = now() WHERE "
      "issuer_id = 'login'");
  ASSERT_TRUE(Eventually([&] { return !ReadWith(key, "a").ok(); })) << "not for ever";
  files_.Run("mv gone.json keys.json");
  Sql("UPDATE hearth.trusted_issuers SET next_fetch_time = now() WHERE issuer_id = 'login'");
  ASSERT_TRUE(Eventually([&] { return ReadWith(key, "a").ok(); }));
  EXPECT_EQ(Registered().keys_problem(), "");
}

TEST_F(IssuerKeysTest, FailedAttemptsAreRepeatedLaterAndLater) {
  Start();
  Register(Uri("/missing"));
  ASSERT_TRUE(Eventually([&] { return Registered().keys_problem() == "the server answers with status 404"; }));
  EXPECT_EQ(Sql("SELECT fetch_failures, next_fetch_time - now() < interval '6 seconds' FROM hearth.trusted_issuers "
                "WHERE issuer_id = 'login'")[0],
            (std::vector<std::string>{"1", "t"}));
  Sql("UPDATE hearth.trusted_issuers SET fetch_failures = 20, next_fetch_time = now() WHERE issuer_id = 'login'");
  ASSERT_TRUE(Eventually([&] {
    return Sql("SELECT 1 FROM hearth.trusted_issuers WHERE issuer_id = 'login' AND fetch_failures = 21"
               " AND next_fetch_time > now() + interval '9 minutes'")
               .size() == 1;
  }));
}

}  // namespace
}  // namespace hearth::test
