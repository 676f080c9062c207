// How a person signed in: how long ago, and whether wholly.
#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr char kScope[] = "hearth.change_password";

class SignInTest : public ServerFixture {
 protected:
  SignInTest() { Start(); }

  // A token of Forth Coffee's issuer; `more` are further claims: R"(,"scope":"x")".
  static std::string Token(const std::string& subject, const std::string& more) {
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    return KeyOf(kForth).Sign("ES256", R"({"alg":"ES256","kid":"k1"})",
                              absl::StrCat(R"({"iss":")", IssuerOf(kForth), R"(","sub":")", subject, R"(","aud":")",
                                           kAudience, R"(","iat":)", now, R"(,"exp":)", now + 3600, more, "}"));
  }
  // A claim of a time some seconds ago.
  static std::string SignedIn(int64_t ago) {
    return absl::StrCat(R"(,"auth_time":)", absl::ToUnixSeconds(absl::Now()) - ago);
  }

  absl::Status ResetWith(const std::string& token) {
    v1::ResetPasswordRequest request;
    v1::ResetPasswordResponse response;
    request.set_name("directories/forthcoffee/users/user1");
    return CallWith(token, &Reset::ResetPassword, request, &response);
  }
  absl::Status ReadWith(const std::string& token, const std::string& user = "user1") {
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name("directories/forthcoffee/users/" + user);
    return CallWith(token, &Directories::GetUser, request, &response);
  }
  absl::Status ChangeWith(const std::string& token, const std::string& user = "user1") {
    v1::ChangePasswordRequest request;
    v1::ChangePasswordResponse response;
    request.set_name("directories/forthcoffee/users/" + user);
    request.set_current_password("not the current one");
    request.set_new_password("a good long password that is new");
    return CallWith(token, &Passwords::ChangePassword, request, &response);
  }
};

TEST_F(SignInTest, AResetNeedsARecentSignIn) {
  const std::string admin = "global-administrator";
  EXPECT_THAT(ResetWith(Token(admin, SignedIn(12 * 3600 - 60))), IsOk());
  const absl::Status old = ResetWith(Token(admin, SignedIn(12 * 3600 + 60)));
  EXPECT_EQ(old.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(old, Refuses(v1::ERROR_REASON_STEP_UP_REQUIRED, "max_age", "43200"));
  EXPECT_THAT(ResetWith(Token(admin, "")), Refuses(v1::ERROR_REASON_STEP_UP_REQUIRED, "max_age", "43200"))
      << "it does not say";
  EXPECT_EQ(Audit(kForth).back().reason, "STEP_UP_REQUIRED");
  EXPECT_THAT(ReadWith(Token(admin, SignedIn(12 * 3600 + 60))), IsOk()) << "reading does not";
}

TEST_F(SignInTest, AServiceDoesNotSignInAndWhoeverLacksThePermissionIsNotAskedTo) {
  EXPECT_THAT(ResetWith(Token("backend", "")), IsOk());
  EXPECT_THAT(ResetWith(Token("user2", "")),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.perform"));
}

TEST_F(SignInTest, TheDeploymentSaysWhatIsRecent) {
  Stop();
  config.max_sign_in_seconds = 300;
  Start();
  EXPECT_THAT(ResetWith(Token("global-administrator", SignedIn(240))), IsOk());
  EXPECT_THAT(ResetWith(Token("global-administrator", SignedIn(360))),
              Refuses(v1::ERROR_REASON_STEP_UP_REQUIRED, "max_age", "300"));
}

TEST_F(SignInTest, ALimitedTokenOpensTheOneCallItIsForAndForItsOwnPersonOnly) {
  const std::string limited = Token("user1", absl::StrCat(R"(,"scope":"openid )", kScope, "\""));
  EXPECT_THAT(ChangeWith(limited), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED)) << "it gets to the desk";
  EXPECT_THAT(ChangeWith(limited, "user2"), HasReason(v1::ERROR_REASON_TOKEN_LIMITED));
  EXPECT_THAT(ReadWith(limited), HasReason(v1::ERROR_REASON_TOKEN_LIMITED)) << "not even what every person may";
  // Roles and recent sign-ins do not widen it.
  const std::string admin = Token("global-administrator", absl::StrCat(R"(,"scope":")", kScope, "\"", SignedIn(0)));
  EXPECT_THAT(ResetWith(admin), HasReason(v1::ERROR_REASON_TOKEN_LIMITED));
  EXPECT_THAT(ReadWith(admin), HasReason(v1::ERROR_REASON_TOKEN_LIMITED));
  EXPECT_THAT(ChangeWith(admin), HasReason(v1::ERROR_REASON_TOKEN_LIMITED)) << "somebody else's password";
  // Not even with a permission of its own does a service change a password by it.
  EXPECT_THAT(ChangeWith(Token("backend", absl::StrCat(R"(,"scope":")", kScope, "\""))),
              HasReason(v1::ERROR_REASON_TOKEN_LIMITED));
}

TEST_F(SignInTest, HalfAuthenticatedAndUnknownLimitsOpenNothing) {
  for (const char* more : {R"(,"acr":"0")", R"(,"scope":"hearth.something_new")", R"(,"scope":"hearth.")"}) {
    const std::string token = Token("user1", more);
    EXPECT_THAT(ReadWith(token), HasReason(v1::ERROR_REASON_TOKEN_LIMITED)) << more;
    EXPECT_THAT(ChangeWith(token), HasReason(v1::ERROR_REASON_TOKEN_LIMITED)) << more;
  }
  EXPECT_THAT(ChangeWith(Token("user1", absl::StrCat(R"(,"acr":"0","scope":")", kScope, "\""))),
              HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(SignInTest, OtherScopesLimitNothing) {
  for (const char* more :
       {R"(,"scope":"openid profile")", R"(,"scope":"")", R"(,"scope":"hearthstone xhearth.y")", R"(,"acr":"1")"}) {
    EXPECT_THAT(ReadWith(Token("user1", more)), IsOk()) << more;
  }
  for (const char* more :
       {R"(,"scope":["hearth.change_password"])", R"(,"scope":7)", R"(,"acr":0)", R"(,"scope":null)"}) {
    EXPECT_THAT(ReadWith(Token("user1", more)), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << more;
  }
}

}  // namespace
}  // namespace hearth::test
