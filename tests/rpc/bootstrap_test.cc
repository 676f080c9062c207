// How the platform gets an operator.
#include "server/directory/bootstrap.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr char kIssuer[] = "https://operators.example";

class BootstrapTest : public ServerFixture {
 protected:
  BootstrapTest() { Start(); }

  // As `hearthd bootstrap` does.
  std::string NewToken(absl::Duration lifetime = absl::Hours(1)) {
    Database owner({.conninfo = owner_conninfo(), .connections = 1});
    const auto token = MakeBootstrapToken(owner, keyring(), lifetime, absl::Now() + absl::Seconds(20));
    EXPECT_THAT(token, IsOk());
    return token.value_or("");
  }
  static v1::BootstrapPlatformRequest Request(const std::string& token, const std::string& id = "ann") {
    v1::BootstrapPlatformRequest request;
    request.set_bootstrap_token(token);
    request.set_operator_id(id);
    request.set_issuer(kIssuer);
    request.set_audience("operators");
    request.set_jwks(KeySetJson({Key().Jwk("k1")}));
    request.set_trusted_issuer_id("operators");
    return request;
  }
  absl::Status Bootstrap(const v1::BootstrapPlatformRequest& request,
                         v1::BootstrapPlatformResponse* response = nullptr) {
    v1::BootstrapPlatformResponse unused;
    return CallWith("", &Directories::BootstrapPlatform, request, response == nullptr ? &unused : response);
  }
  // Whether the operator can do what operators do.
  absl::Status Operate(const std::string& id) {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    v1::ListDirectoriesResponse response;
    return CallWith(Key().Sign("ES256", R"({"alg":"ES256","kid":"k1"})",
                               absl::StrCat(R"({"iss":")", kIssuer, R"(","sub":")", id, R"(","aud":"operators","exp":)",
                                            now + 60, "}")),
                    &Directories::ListDirectories, v1::ListDirectoriesRequest(), &response);
  }
  static const SigningKey& Key() {
    static const SigningKey* key = new SigningKey(SigningKey::Ec());
    return *key;
  }
};

TEST_F(BootstrapTest, ATokenMakesOneOperatorAndIsUsedUp) {
  const std::string token = NewToken();
  v1::BootstrapPlatformResponse response;
  ASSERT_THAT(Bootstrap(Request(token), &response), IsOk());
  EXPECT_EQ(response.operator_().name(), "directories/platform/users/ann");
  EXPECT_EQ(response.trusted_issuer().name(), "directories/platform/trustedIssuers/operators");
  EXPECT_THAT(Operate("ann"), IsOk());
  const AuditRow row = Audit(kPlatform).back();
  EXPECT_EQ(row, (AuditRow{"platform.bootstrap", "allowed", "", "platform/ann", "directories/platform/users/ann"}));
  EXPECT_THAT(Bootstrap(Request(token, "bo")), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  EXPECT_THAT(Bootstrap(Request(NewToken(), "bo")), IsOk()) << "with another token, the same issuer";
  EXPECT_THAT(Operate("bo"), IsOk());
}

TEST_F(BootstrapTest, OnlyALiveTokenOfThisDeploymentCounts) {
  const std::string expired = NewToken(absl::Hours(1));
  Sql("UPDATE hearth.bootstrap_tokens SET expire_time = now()");
  const std::string good = NewToken();
  std::string other = good;
  other[0] = other[0] == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {std::string("x"), expired, other, good + "=", good.substr(1), TokenFor(Operator()).substr(0, 500)}) {
    EXPECT_THAT(Bootstrap(Request(token)), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << token;
  }
  EXPECT_THAT(Operate("ann"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  EXPECT_THAT(Bootstrap(Request(good)), IsOk());
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.bootstrap_tokens")[0][0], "0") << "the expired one was swept";
}

TEST_F(BootstrapTest, AFailedAttemptLeavesTheTokenAndNothingElse) {
  const std::string token = NewToken();
  auto request = Request(token);
  request.set_jwks("{}");
  EXPECT_THAT(Bootstrap(request), ViolatesField("jwks"));
  EXPECT_THAT(Bootstrap(Request(token, "operator")), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "user"));
  request = Request(token);
  request.set_trusted_issuer_id("primary");
  EXPECT_THAT(Bootstrap(request), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "issuer"));
  request = Request(token);
  request.set_issuer(IssuerOf(kForth));
  EXPECT_THAT(Bootstrap(request), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "issuer"))
      << "another directory's issuer vouches for no operator";
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.users WHERE user_id = 'ann'")[0][0], "0");
  EXPECT_THAT(Bootstrap(Request(token)), IsOk());
}

TEST_F(BootstrapTest, OneOfManyAtOnceWins) {
  const std::string token = NewToken();
  std::vector<absl::Status> statuses(20);
  std::vector<std::function<void()>> attempts;
  for (size_t i = 0; i < statuses.size(); ++i) {
    attempts.push_back([&, i] { statuses[i] = Bootstrap(Request(token, absl::StrCat("ann", i))); });
  }
  RunTogether(attempts);
  EXPECT_EQ(std::count_if(statuses.begin(), statuses.end(), [](const auto& status) { return status.ok(); }), 1);
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.role_assignments WHERE role = 'platform_operator'")[0][0], "2");
}

TEST_F(BootstrapTest, TheSameAttemptGetsTheSameAnswer) {
  auto request = Request(NewToken());
  request.set_request_id("6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10");
  v1::BootstrapPlatformResponse first, second;
  ASSERT_THAT(Bootstrap(request, &first), IsOk());
  ASSERT_THAT(Bootstrap(request, &second), IsOk());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
}

TEST_F(BootstrapTest, OnAnEmptyPlatformToo) {
  Sql("DELETE FROM hearth.role_assignments WHERE directory_id = 'platform'; DELETE FROM hearth.users WHERE "
      "directory_id = 'platform';"
      "DELETE FROM hearth.trusted_issuers WHERE directory_id = 'platform'; DELETE FROM hearth.domains WHERE "
      "directory_id = 'platform';"
      "DELETE FROM hearth.directories WHERE directory_id = 'platform'");
  EXPECT_THAT(Bootstrap(Request("guess")), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  EXPECT_THAT(Bootstrap(Request(NewToken())), IsOk());
  EXPECT_THAT(Operate("ann"), IsOk());
}

TEST_F(BootstrapTest, TheTokenIsStoredNowhereAndTheServerCannotMakeOne) {
  const std::string token = NewToken();
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.bootstrap_tokens t WHERE t::text LIKE '%" + token + "%'")[0][0], "0");
  const Scope scope = {kPlatform};
  EXPECT_THAT(SqlAsApp(&scope,
                       "INSERT INTO hearth.bootstrap_tokens (directory_id, digest, expire_time)"
                       " VALUES ('platform', '\\x01', now() + interval '1 hour')"),
              testing::Not(IsOk()));
  EXPECT_THAT(Bootstrap(Request(token)), IsOk());
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.idempotency i WHERE i::text LIKE '%" + token + "%'")[0][0], "0");
}

}  // namespace
}  // namespace hearth::test
