// Who calls: every defect of the credentials gets the same bytes, and what was true a moment ago counts for nothing.
#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

// The claims of a token; Token signs them.
struct Claims {
  std::string issuer = IssuerOf(kForth);
  std::string subject = "global-administrator";
  std::string audience = kAudience;
  int64_t issued = -5, expires = 3600;  // Seconds from now.
  std::string more = "";
};

std::string Token(const SigningKey& key, const Claims& claims,
                  const std::string& header = R"({"alg":"ES256","kid":"k1","typ":"JWT"})") {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  return key.Sign(
      "ES256", header,
      absl::StrCat(R"({"iss":")", claims.issuer, R"(","sub":")", claims.subject, R"(","aud":")", claims.audience,
                   R"(","iat":)", now + claims.issued, R"(,"exp":)", now + claims.expires, claims.more, "}"));
}

class AuthenticationTest : public ServerFixture {
 protected:
  AuthenticationTest() { Start(); }

  using Metadata = std::vector<std::pair<std::string, std::string>>;

  // The whole status of a call with this metadata that would read a person.
  grpc::Status CallWithMetadata(const Metadata& metadata, v1::GetUserResponse* response = nullptr,
                                const std::string& name = "directories/forthcoffee/users/user1") {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    v1::GetUserRequest request;
    request.set_name(name);
    v1::GetUserResponse unused;
    Directories stub(Channel());
    return stub.GetUser(&context, request, response == nullptr ? &unused : response);
  }
  grpc::Status CallWithToken(const std::string& token) {
    return CallWithMetadata({{"authorization", "Bearer " + token}});
  }

  void ExpectNotAccepted(const grpc::Status& status, const std::string& what) {
    EXPECT_THAT(FromGrpc(status), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << what;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << what;
    const grpc::Status without = CallWithMetadata({});
    EXPECT_EQ(status.error_message(), without.error_message()) << what;
    EXPECT_EQ(status.error_details(), without.error_details()) << what;
  }
};

TEST_F(AuthenticationTest, AGoodTokenIsAccepted) {
  EXPECT_TRUE(CallWithToken(Token(KeyOf(kForth), {})).ok());
  EXPECT_TRUE(CallWithMetadata({{"authorization", "bearer " + Token(KeyOf(kForth), {})}}).ok())
      << "the scheme has no case (RFC 9110)";
}

TEST_F(AuthenticationTest, EveryDefectOfATokenGetsTheSameBytes) {
  const std::string good = Token(KeyOf(kForth), {});
  const SigningKey stranger = SigningKey::Ec();
  const std::map<std::string, std::string> tokens = {
      {"empty", ""},
      {"garbage", "garbage"},
      {"dots", ".."},
      {"two parts", good.substr(0, good.rfind('.'))},
      {"signature cut", good.substr(0, good.size() - 2)},
      {"signature of nothing", good.substr(0, good.rfind('.') + 1)},
      {"four parts", good + ".x"},
      {"long", std::string(8193, 'a')},
      {"expired", Token(KeyOf(kForth), {.issued = -7200, .expires = -3600})},
      {"not yet", Token(KeyOf(kForth), {.more = absl::StrCat(R"(,"nbf":)", absl::ToUnixSeconds(absl::Now()) + 3600)})},
      {"issued in the future", Token(KeyOf(kForth), {.issued = 3600, .expires = 7200})},
      {"lives too long", Token(KeyOf(kForth), {.expires = 48 * 3600})},
      {"other audience", Token(KeyOf(kForth), {.audience = "elsewhere"})},
      {"unknown issuer", Token(KeyOf(kForth), {.issuer = "https://nowhere.example"})},
      {"unknown key", Token(stranger, {})},
      {"another directory's key", Token(KeyOf(kContoso), {})},
      {"unknown kid", Token(KeyOf(kForth), {}, R"({"alg":"ES256","kid":"k2","typ":"JWT"})")},
      {"no algorithm", Token(KeyOf(kForth), {}, R"({"alg":"none","kid":"k1"})")},
      {"HMAC", Token(KeyOf(kForth), {}, R"({"alg":"HS256","kid":"k1"})")},
      {"key of its own",
       Token(stranger, {}, absl::StrCat(R"({"alg":"ES256","kid":"k1","jwk":)", stranger.Jwk("k1"), "}"))},
      {"no subject", Token(KeyOf(kForth), {.subject = ""})},
      {"subject with a slash", Token(KeyOf(kForth), {.subject = "../users/user1"})},
      {"two issuers", Token(KeyOf(kForth), {.more = R"(,"iss":"https://issuer.contoso.com")"})},
  };
  for (const auto& [what, token] : tokens) ExpectNotAccepted(CallWithToken(token), what);
  EXPECT_THAT(Audit(kForth), testing::IsEmpty());
}

TEST_F(AuthenticationTest, MetadataThatIsNotOneBearerTokenGetsTheSameBytes) {
  const std::string good = Token(KeyOf(kForth), {});
  const std::map<std::string, Metadata> all = {
      {"basic", {{"authorization", "Basic " + good}}},
      {"no scheme", {{"authorization", good}}},
      {"two spaces", {{"authorization", "Bearer  " + good}}},
      {"two entries", {{"authorization", "Bearer " + good}, {"authorization", "Bearer " + good}}},
      {"two different", {{"authorization", "Bearer " + good}, {"authorization", "Bearer x"}}},
      {"list", {{"authorization", "Bearer " + good + ", Bearer " + good}}},
      {"other name", {{"x-authorization", "Bearer " + good}}},
      {"proxy", {{"proxy-authorization", "Bearer " + good}}},
      {"cookie", {{"cookie", "token=" + good}}},
  };
  for (const auto& [what, metadata] : all) ExpectNotAccepted(CallWithMetadata(metadata), what);
}

TEST_F(AuthenticationTest, HeadersThatClaimAnIdentityAreRefusedAlsoBesideAGoodToken) {
  for (const char* name : {"x-user", "x-user-id", "x-tenant-id", "x-forwarded-user", "x-directory",
                           "x-hearth-principal", "x-forwarded-client-cert"}) {
    ExpectNotAccepted(CallWithMetadata({{name, "forthcoffee/global-administrator"}}), name);
    ExpectNotAccepted(CallWithMetadata({{name, ""}, {"authorization", "Bearer " + TokenFor(ForthAdmin())}}), name);
  }
}

TEST_F(AuthenticationTest, AnIssuerSpeaksForItsOwnDirectoryOnly) {
  // The subject exists in both directories; the claims of a mail or of another directory change nothing.
  const std::string token =
      Token(KeyOf(kContoso), {.issuer = IssuerOf(kContoso),
                              .more = R"(,"email":"global-administrator@forthcoffee.com","directory":"forthcoffee")"});
  EXPECT_THAT(FromGrpc(CallWithToken(token)), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(AuthenticationTest, ARemovedIssuersTokensAreDeadOnTheNextCall) {
  const std::string token = Token(KeyOf(kForth), {});
  ASSERT_TRUE(CallWithToken(token).ok());
  Sql("DELETE FROM hearth.trusted_issuers WHERE directory_id = 'forthcoffee'");
  ExpectNotAccepted(CallWithToken(token), "removed");
  ExpectNotAccepted(CallWithToken(Token(KeyOf(kForth), {})), "removed, another token");
}

TEST_F(AuthenticationTest, AnIssuerRegisteredAnewWithOtherKeysIsBelievedWithThoseOnly) {
  const std::string old_token = Token(KeyOf(kForth), {});
  ASSERT_TRUE(CallWithToken(old_token).ok());
  const SigningKey key = SigningKey::Rsa();
  Sql(absl::StrCat(
      "DELETE FROM hearth.trusted_issuers WHERE directory_id = 'forthcoffee'; INSERT INTO hearth.trusted_issuers"
      " (directory_id, issuer_id, issuer, audience, jwks) VALUES ('forthcoffee', 'primary', '",
      IssuerOf(kForth), "', 'hearth', '", KeySetJson({key.Jwk("k2")}), "')"));
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  const std::string new_token =
      key.Sign("RS256", R"({"alg":"RS256","kid":"k2"})",
               absl::StrCat(R"({"iss":")", IssuerOf(kForth), R"(","sub":"global-administrator","aud":"hearth","exp":)",
                            now + 600, "}"));
  // No old token tells of the change first. Keys are read again at most once a second.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (!CallWithToken(new_token).ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_THAT(FromGrpc(CallWithToken(new_token)), IsOk());
  ExpectNotAccepted(CallWithToken(old_token), "signed with the old key");
  EXPECT_THAT(FromGrpc(CallWithToken(new_token)), IsOk());
}

TEST_F(AuthenticationTest, AnIssuerThatMovedToAnotherDirectorySpeaksForThatOne) {
  const std::string token = Token(KeyOf(kForth), {});
  ASSERT_TRUE(CallWithToken(token).ok());
  Sql("UPDATE hearth.trusted_issuers SET directory_id = 'contoso', issuer_id = 'second', revision = "
      "nextval('hearth.issuer_revision')"
      " WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(FromGrpc(CallWithToken(token)), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(AuthenticationTest, CallersWhoAreNotActiveAreRefusedOnTheNextCall) {
  const std::string token = TokenFor(ForthAdmin());
  ASSERT_TRUE(CallWithToken(token).ok());
  const std::string who = " WHERE directory_id = 'forthcoffee' AND user_id = 'global-administrator'";
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"UPDATE hearth.users SET disabled = true" + who, "UPDATE hearth.users SET disabled = false" + who},
      {"UPDATE hearth.users SET delete_time = now()" + who, "UPDATE hearth.users SET delete_time = NULL" + who},
      {"UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'forthcoffee'",
       "UPDATE hearth.directories SET delete_time = NULL WHERE directory_id = 'forthcoffee'"}};
  for (const auto& [change, undo] : changes) {
    Sql(change);
    const grpc::Status status = CallWithToken(token);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << change;
    EXPECT_THAT(FromGrpc(status), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << change;
    Sql(undo);
    EXPECT_TRUE(CallWithToken(token).ok()) << undo;
  }
  EXPECT_THAT(FromGrpc(CallWithToken(TokenFor({kForth, "stranger"}))), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
}

TEST_F(AuthenticationTest, ARoleThatWasTakenIsDeadOnTheNextCallAndOneThatWasGivenLives) {
  const Principal helpdesk = Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR);
  v1::ResetPasswordRequest request;
  v1::ResetPasswordResponse response;
  request.set_name("directories/forthcoffee/users/user1");
  ASSERT_THAT(Call(helpdesk, &Reset::ResetPassword, request, &response), IsOk());
  Unassign(kForth, helpdesk.subject, v1::ROLE_HELPDESK_ADMINISTRATOR);
  EXPECT_THAT(Call(helpdesk, &Reset::ResetPassword, request, &response),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.perform"));
  Assign(kForth, helpdesk.subject, v1::ROLE_PASSWORD_ADMINISTRATOR);
  EXPECT_THAT(Call(helpdesk, &Reset::ResetPassword, request, &response), IsOk());
  EXPECT_EQ(response.credential_version(), 2);
}

TEST_F(AuthenticationTest, AServiceAccountThatWasRemovedIsDeadOnTheNextCall) {
  const std::string token = TokenFor({kForth, "backend"});
  ASSERT_TRUE(CallWithToken(token).ok());
  Sql("UPDATE hearth.service_accounts SET permissions = '{passwords.verify}' WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(FromGrpc(CallWithToken(token)), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.read"));
  Sql("DELETE FROM hearth.service_accounts WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(FromGrpc(CallWithToken(token)), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
}

}  // namespace
}  // namespace hearth::test
