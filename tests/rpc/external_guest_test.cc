// Guests whose home is outside Hearth, over gRPC: tokens of an issuer that Contoso trusts with guests, before and after they redeem.
#include <set>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "tests/rpc/contract_calls.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

constexpr char kAnn[] = "ann@example.org";
constexpr char kAnnVerified[] = R"(,"email":"Ann@example.org","email_verified":true)";

const SigningKey& ExternalKey() {
  static const auto* key = new SigningKey(SigningKey::Rsa());
  return *key;
}

// What the issuer signs. `audience` is one, or a JSON array.
std::string ExternalToken(const std::string& subject, const std::string& more = kAnnVerified,
                          const std::string& audience = "contoso-guests", const SigningKey& key = ExternalKey()) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  const std::string aud = audience[0] == '[' ? audience : absl::StrCat("\"", audience, "\"");
  return key.Sign("RS256", R"({"alg":"RS256","kid":"x1"})",
                  absl::StrCat(R"({"iss":")", kExternalIssuer, R"(","sub":")", subject, R"(","aud":)", aud,
                               R"(,"iat":)", now, R"(,"exp":)", now + 3600, more, "}"));
}

class ExternalGuestTest : public PasswordFixture {
 protected:
  absl::Status Trust(bool external_guests = true) {
    v1::CreateTrustedIssuerRequest request;
    v1::CreateTrustedIssuerResponse response;
    request.set_parent("directories/contoso");
    request.set_trusted_issuer_id("guests");
    v1::TrustedIssuer& issuer = *request.mutable_trusted_issuer();
    issuer.set_issuer(kExternalIssuer);
    issuer.set_audience("contoso-guests");
    issuer.set_jwks(KeySetJson({ExternalKey().Jwk("x1")}));
    issuer.set_external_guests(external_guests);
    return Call(ContosoAdmin(), &Directories::CreateTrustedIssuer, request, &response);
  }
  absl::Status Distrust() {
    v1::DeleteTrustedIssuerRequest request;
    v1::DeleteTrustedIssuerResponse response;
    request.set_name("directories/contoso/trustedIssuers/guests");
    return Call(ContosoAdmin(), &Directories::DeleteTrustedIssuer, request, &response);
  }
  // The token of a new invitation.
  std::string Invite(const std::string& address = kAnn, const std::string& id = "ann") {
    v1::InviteGuestUserRequest request;
    v1::InviteGuestUserResponse response;
    request.set_parent("directories/contoso");
    request.set_address(address);
    request.set_home_issuer(kExternalIssuer);
    request.set_user_id(id);
    EXPECT_THAT(Call(ContosoAdmin(), &Guest::InviteGuestUser, request, &response), IsOk());
    return response.invitation_token();
  }
  absl::Status Redeem(const std::string& token, const std::string& invitation, const std::string& request_id = "") {
    redeemed_.Clear();
    v1::RedeemInvitationRequest request;
    request.set_invitation_token(invitation);
    request.set_consent(true);
    request.set_request_id(request_id);
    return CallWith(token, &Guest::RedeemInvitation, request, &redeemed_);
  }
  absl::Status LookAt(const std::string& token, const std::string& id) {
    v1::GetGuestUserRequest request;
    v1::GetGuestUserResponse response;
    request.set_name(absl::StrCat("directories/contoso/users/", id));
    return CallWith(token, &Guest::GetGuestUser, request, &response);
  }

  v1::RedeemInvitationResponse redeemed_;
};

TEST_F(ExternalGuestTest, WhoRedeemsIsTheGuestOnEveryCall) {
  const std::string invitation = Invite();
  ASSERT_THAT(Trust(), IsOk());
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  const std::string request_id = NewUuid4();
  ASSERT_THAT(Redeem(ExternalToken("1076"), invitation, request_id), IsOk());
  EXPECT_EQ(redeemed_.guest_user(), "directories/contoso/users/ann");
  const std::string first = redeemed_.SerializeAsString();
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), IsOk());
  EXPECT_THAT(LookAt(ExternalToken("1076", ""), "ann"), IsOk()) << "by subject, whatever the address";
  EXPECT_THAT(LookAt(ExternalToken("1076"), "visitor"), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(LookAt(ExternalToken("1077"), "ann"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED))
      << "the address says nothing of who they are";
  ASSERT_THAT(Redeem(ExternalToken("1076"), invitation, request_id), IsOk()) << "the same attempt again";
  EXPECT_EQ(redeemed_.SerializeAsString(), first);
  EXPECT_THAT(DoReset(ResetOf("directories/contoso/users/ann"), ContosoAdmin()),
              HasReason(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH));

  Sql("UPDATE hearth.users SET disabled = true WHERE directory_id = 'contoso' AND user_id = 'ann'");
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  Sql("UPDATE hearth.users SET disabled = false WHERE directory_id = 'contoso' AND user_id = 'ann'");
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), IsOk());
  ASSERT_THAT(Distrust(), IsOk());
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
}

TEST_F(ExternalGuestTest, NobodyElseRedeems) {
  ASSERT_THAT(Trust(), IsOk());
  const std::string invitation = Invite();
  std::set<std::string> answers;
  for (const char* more : {"", R"(,"email":"ann@example.org")", R"(,"email":"ann@example.org","email_verified":false)",
                           R"(,"email":"ann@example.org","email_verified":"true")",
                           R"(,"email":"bob@example.org","email_verified":true)", R"(,"email_verified":true)"}) {
    const absl::Status status = Redeem(ExternalToken("1076", more), invitation);
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << more;
    answers.insert(status.ToString());
  }
  EXPECT_EQ(answers.size(), 1u);
  for (const std::string& token : {ExternalToken("1076", kAnnVerified, "hearth"),
                                   ExternalToken("1076", kAnnVerified, "contoso-guests", KeyOf(kContoso)),
                                   ExternalToken("with space"), ExternalToken("")}) {
    EXPECT_THAT(Redeem(token, invitation), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  }
  EXPECT_THAT(Redeem(TokenFor(ContosoAdmin()), invitation), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  EXPECT_THAT(Redeem(ExternalToken("1076"), invitation), IsOk()) << "the invited person still can";
}

// Who is let in by a public provider writes into no other directory's audit.
TEST_F(ExternalGuestTest, AnInvitationOfAnotherDirectoryIsNothingToThem) {
  ASSERT_THAT(Trust(), IsOk());
  EXPECT_THAT(Redeem(ExternalToken("1076"), "forthcoffee.user1." + std::string(43, 'A')),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  EXPECT_THAT(Audit(kForth), testing::IsEmpty());
  EXPECT_EQ(Audit(kContoso).back().actor, absl::StrCat("contoso/", kExternalIssuer, " 1076"));
}

// Also one whose subject is the id of an administrator or of a service.
TEST_F(ExternalGuestTest, BeforeRedeemingATokenOpensNothingElseAndLeavesNoTrace) {
  ASSERT_THAT(Trust(), IsOk());
  const size_t events = Audit(kContoso).size();
  int methods = 0;
  for (const auto* method : AllMethods(environment().table())) {
    const v1::Access access = PolicyOf(method).access();
    if (access == v1::ACCESS_INVITEE || access == v1::ACCESS_SINGLE_USE_TOKEN) continue;
    for (const char* subject : {"1076", "global-administrator", "backend"}) {
      const grpc::Status status = CallRaw(ExternalToken(subject), method, "");
      EXPECT_THAT(FromGrpc(status), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << method->full_name();
    }
    ++methods;
  }
  EXPECT_GT(methods, 50);
  EXPECT_EQ(Audit(kContoso).size(), events) << "strangers do not fill the audit";
}

// Forth Coffee trusts the issuer, too, by another audience and with keys that Contoso does not know.
TEST_F(ExternalGuestTest, DirectoriesThatShareAnIssuerAreToldApartByTheAudience) {
  ASSERT_THAT(Trust(), IsOk());
  const std::string both = R"(["contoso-guests","forth-guests"])", once = R"(["contoso-guests","contoso-guests","x"])";
  ASSERT_THAT(Redeem(ExternalToken("1076"), Invite()), IsOk());
  const std::string cached = ExternalToken("1076", kAnnVerified, both);
  ASSERT_THAT(LookAt(cached, "ann"), IsOk()) << "nobody else has the other audience yet";

  static const auto* forth_key = new SigningKey(SigningKey::Rsa());
  v1::CreateTrustedIssuerRequest request;
  v1::CreateTrustedIssuerResponse response;
  request.set_parent("directories/forthcoffee");
  request.set_trusted_issuer_id("guests");
  v1::TrustedIssuer& issuer = *request.mutable_trusted_issuer();
  issuer.set_issuer(kExternalIssuer);
  issuer.set_audience("forth-guests");
  issuer.set_jwks(KeySetJson({forth_key->Jwk("x1")}));
  issuer.set_external_guests(true);
  ASSERT_THAT(Call(ForthAdmin(), &Directories::CreateTrustedIssuer, request, &response), IsOk());

  const auto refused = HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED);
  EXPECT_THAT(LookAt(ExternalToken("1076"), "ann"), IsOk());
  EXPECT_THAT(LookAt(ExternalToken("1076", kAnnVerified, once), "ann"), IsOk());
  EXPECT_THAT(LookAt(cached, "ann"), refused) << "it fits two directories now, though it was good a moment ago";
  EXPECT_THAT(LookAt(ExternalToken("1076", "", both), "ann"), refused);
  for (const char* audience : {"forth-guests", "contoso-guests", both.c_str()}) {
    EXPECT_THAT(LookAt(ExternalToken("1076", kAnnVerified, audience, *forth_key), "ann"), refused)
        << "what Forth Coffee's keys sign is nothing in Contoso: " << audience;
  }
  EXPECT_THAT(Redeem(ExternalToken("1076", kAnnVerified, "forth-guests", *forth_key), Invite("bob@example.org", "bob")),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED))
      << "let in by Forth Coffee";
}

// The same subject is somebody else under the other rule.
TEST_F(ExternalGuestTest, AnIssuerStaysWhatItIs) {
  ASSERT_THAT(Trust(), IsOk());
  v1::UpdateTrustedIssuerRequest request;
  v1::UpdateTrustedIssuerResponse response;
  request.mutable_trusted_issuer()->set_name("directories/contoso/trustedIssuers/guests");
  request.mutable_update_mask()->add_paths("external_guests");
  EXPECT_THAT(Call(ContosoAdmin(), &Directories::UpdateTrustedIssuer, request, &response),
              ViolatesField("update_mask"));
  EXPECT_THAT(LookAt(ExternalToken("global-administrator"), "visitor"),
              HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  ASSERT_THAT(Distrust(), IsOk());
  ASSERT_THAT(Trust(/*external_guests=*/false), IsOk()) << "registered anew, it vouches for ids";
  EXPECT_THAT(LookAt(ExternalToken("global-administrator"), "visitor"), IsOk());
}

}  // namespace
}  // namespace hearth::test
