// RedemptionDesk for guests whose home is outside Hearth, and who they are from then on. Whether the issuer's token is good, the gate has asked.
#include <atomic>
#include <set>

#include "server/authz/access_store.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kAddress[] = "ann@example.org";

class OutsiderTest : public GuestDeskTest {
 protected:
  OutsiderTest() {
    for (const char* directory : {kContoso, kForth}) Trust(directory, directory == kContoso);
  }

  // Contoso trusts kExternalIssuer, Forth Coffee another issuer, with guests from outside.
  void Trust(const std::string& directory, bool first) {
    Sql(absl::StrCat(
        "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks, external_guests)"
        " VALUES ('",
        directory, "', 'guests', '", first ? kExternalIssuer : "https://other.example.com",
        "', 'x', '{\"keys\":[]}', true)"));
  }
  static ExternalIdentity Ann() { return {kExternalIssuer, "Ann|1", kAddress}; }
  std::string Invited(const std::string& address = kAddress, const std::string& id = "guest") {
    auto request = Invitation(address, id);
    request.set_home_issuer(kExternalIssuer);
    const auto response = Invite(request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->invitation_token() : "";
  }
  absl::StatusOr<v1::RedeemInvitationResponse> RedeemAs(const std::string& token,
                                                        const ExternalIdentity& outsider = Ann(),
                                                        const std::string& directory = kContoso,
                                                        const std::string& request_id = "") {
    v1::RedeemInvitationRequest request;
    request.set_invitation_token(token);
    request.set_consent(true);
    request.set_request_id(request_id);
    Call call = By(ContosoAdmin(), request);
    call.principal = {directory, absl::StrCat(outsider.issuer, " ", outsider.subject)};
    call.outsider = outsider;
    call.access = Access{};
    call.access.active = true;
    return redemptions_.RedeemInvitation(call, request);
  }
  // Whom the directory knows them as; empty: nobody.
  std::string Who(const ExternalIdentity& outsider = Ann()) {
    std::string who;
    const absl::Status status = database().ReadAlone(absl::Now() + absl::Seconds(20), [&](Tx& tx) {
      const auto row = ReadCallers(tx, {{kContoso, outsider.issuer, outsider.subject}})[0];
      EXPECT_TRUE(row.has_value() && row->external);
      if (row.has_value()) who = absl::StrCat(row->subject, row->access.active ? "" : " inactive");
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return who;
  }
};

TEST_F(OutsiderTest, WhoRedeemsIsTheGuestFromThenOn) {
  const std::string token = Invited();
  EXPECT_EQ(Who(), " inactive");
  const auto response = RedeemAs(token);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->guest_user(), Contoso("guest"));
  EXPECT_FALSE(response->has_membership());
  EXPECT_EQ(Who(), "guest");
  EXPECT_EQ(Who({kExternalIssuer, "ann|1", kAddress}), " inactive") << "to the byte";
  const User guest = Person(kContoso, "guest");
  EXPECT_EQ(guest.invitation_state, v1::INVITATION_STATE_ACCEPTED);
  EXPECT_EQ(guest.user_principal_name, kAddress);
  EXPECT_THAT(Sql("SELECT consent_time IS NOT NULL FROM hearth.users WHERE user_id = 'guest'"),
              ElementsAre(ElementsAre("t")));
  EXPECT_EQ(LastAudit(kContoso),
            (AuditRow{"guest.redeem", "allowed", "", "contoso/https://accounts.example.com Ann|1", Contoso("guest")}));
  EXPECT_THAT(RedeemAs(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << "once";
}

TEST_F(OutsiderTest, EverybodyElseGetsOneAnswerAndTheInvitationStays) {
  const std::string token = Invited();
  std::set<std::string> answers;
  const auto refused = [&](const absl::Status& status, const char* what) {
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << what;
    answers.insert(status.ToString());
  };
  refused(RedeemAs(token, {kExternalIssuer, "Ann|1", ""}).status(), "an address that nobody has verified");
  refused(RedeemAs(token, {kExternalIssuer, "Ann|1", "bob@example.org"}).status(), "another address");
  refused(RedeemAs(token, {"https://other.example.com", "Ann|1", kAddress}, kForth).status(), "another issuer");
  refused(RedeemAs(token, {"https://other.example.com", "Ann|1", kAddress}).status(), "another issuer, misplaced");
  refused(RedeemAs(token, Ann(), kForth).status(), "another directory");
  refused(RedeemAs("contoso.guest." + std::string(43, 'A')).status(), "another secret");
  refused(Redeem(token, {kContoso, "user1"}).status(), "a member of the directory");
  refused(Redeem(token, User2()).status(), "somebody of another directory");
  Sql("UPDATE hearth.users SET mail = 'ann@example.org' WHERE user_id = 'user2'");
  refused(Redeem(token, User2()).status(), "somebody with that mail in another directory");
  Sql("UPDATE hearth.users SET mail = '' WHERE user_id = 'user2'");
  Sql("UPDATE hearth.trusted_issuers SET external_guests = false WHERE issuer_id = 'guests'");
  refused(RedeemAs(token).status(), "an issuer that is not trusted with guests");
  Sql("DELETE FROM hearth.trusted_issuers WHERE issuer_id = 'guests'");
  refused(RedeemAs(token).status(), "an issuer that is not trusted any more");
  Trust(kContoso, true);
  AddFabrikam();
  Sql("INSERT INTO hearth.domains (domain, directory_id) VALUES ('example.org', 'fabrikam')");
  refused(RedeemAs(token).status(), "an address whose domain is in Hearth by now");
  Sql("DELETE FROM hearth.domains WHERE domain = 'example.org'");
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(Who(), " inactive");
  EXPECT_THAT(RedeemAs(token), IsOk()) << "the invited person still can";
}

TEST_F(OutsiderTest, InvitationsForHearthAreNotForOutsiders) {
  EXPECT_THAT(RedeemAs(Token("user2@forthcoffee.com"), {kExternalIssuer, "Ann|1", "user2@forthcoffee.com"}),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
}

TEST_F(OutsiderTest, WhatIsAskedOfOthersIsAskedOfThem) {
  const std::string token = Invited();
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_inbound_rule(v1::DOMAIN_RULE_ONLY_LISTED); }), IsOk());
  EXPECT_THAT(RedeemAs(token), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "INBOUND_DOMAINS"));
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_inbound_rule(v1::DOMAIN_RULE_ANY); }), IsOk());
  Sql("UPDATE hearth.users SET mail = 'Ann@example.org' WHERE directory_id = 'contoso' AND user_id = 'user1'");
  EXPECT_THAT(RedeemAs(token), HasReason(v1::ERROR_REASON_ADDRESS_HELD_LOCALLY));
  Sql("UPDATE hearth.users SET mail = ''; UPDATE hearth.invitations SET expire_time = now()");
  EXPECT_THAT(RedeemAs(token), HasReason(v1::ERROR_REASON_INVITATION_EXPIRED));
  EXPECT_THAT(RedeemAs(token, {kExternalIssuer, "Bob", "bob@example.org"}),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED))
      << "told to nobody else";
}

TEST_F(OutsiderTest, SameRequestIdSameAnswer) {
  const std::string token = Invited(), id = NewUuid4();
  const auto first = RedeemAs(token, Ann(), kContoso, id), again = RedeemAs(token, Ann(), kContoso, id);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_THAT(RedeemAs(token, {kExternalIssuer, "Bob", kAddress}, kContoso, id),
              HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED))
      << "another's request_id means nothing";
}

TEST_F(OutsiderTest, OfAHundredAtOnceByTwoSubjectsOfTheAddressOneWinsOnce) {
  const std::string token = Invited();
  std::atomic<int> wins = 0, refusals = 0;
  std::vector<std::function<void()>> all;
  for (int i = 0; i < 100; ++i) {
    all.emplace_back([&, subject = i % 2 == 0 ? "first" : "second"] {
      const auto response = RedeemAs(token, {kExternalIssuer, subject, kAddress});
      if (response.ok()) ++wins;
      if (ReasonOf(response.status()) == v1::ERROR_REASON_INVITATION_NOT_ACCEPTED) ++refusals;
    });
  }
  RunTogether(all);
  EXPECT_EQ(wins, 1);
  EXPECT_EQ(refusals, 99);
  const std::string first = Who({kExternalIssuer, "first", ""}), second = Who({kExternalIssuer, "second", ""});
  EXPECT_THAT((std::set<std::string>{first, second}), ElementsAre(" inactive", "guest"));
}

TEST_F(OutsiderTest, OneIdentityIsOneGuestOfADirectory) {
  ASSERT_THAT(RedeemAs(Invited()), IsOk());
  const std::string token = Invited("ann@example.net", "again");
  EXPECT_THAT(RedeemAs(token, {kExternalIssuer, "Ann|1", "ann@example.net"}),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "guest user"));
  ASSERT_THAT(Remove("guest"), IsOk());
  ASSERT_THAT(RedeemAs(token, {kExternalIssuer, "Ann|1", "ann@example.net"}), IsOk());
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_EQ(Who(), "again");
}

TEST_F(OutsiderTest, WhatEndsTheGuestTakesTheIdentityAway) {
  ASSERT_THAT(RedeemAs(Invited()), IsOk());
  ASSERT_THAT(Remove("guest"), IsOk());
  EXPECT_EQ(Who(), " inactive");
  ASSERT_THAT(Restore("guest"), IsOk());
  EXPECT_EQ(Who(), "guest");
  auto reset = Named<v1::ResetRedemptionRequest>(Contoso("guest"));
  reset.set_address("bob@example.org");
  reset.set_home_issuer(kExternalIssuer);
  const auto anew = Do(invitations_, &InvitationDesk::ResetRedemption, reset);
  ASSERT_THAT(anew, IsOk());
  EXPECT_EQ(Who(), " inactive");
  const ExternalIdentity bob{kExternalIssuer, "Bob", "bob@example.org"};
  ASSERT_THAT(RedeemAs(anew->invitation_token(), bob), IsOk());
  EXPECT_EQ(Who(bob), "guest");
  auto convert = Named<v1::ConvertGuestUserRequest>(Contoso("guest"));
  convert.set_internal_principal_name("bob@contoso.com");
  ASSERT_THAT(Do(conversions_, &ConversionDesk::ConvertGuestUser, convert), IsOk());
  EXPECT_EQ(Who(bob), " inactive") << "the home is here now";
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.users WHERE home_subject IS NOT NULL"), IsEmpty());
}

TEST_F(OutsiderTest, DisabledIsInactive) {
  ASSERT_THAT(RedeemAs(Invited()), IsOk());
  Sql("UPDATE hearth.users SET disabled = true WHERE user_id = 'guest'");
  EXPECT_EQ(Who(), "guest inactive");
}

// A subject that looks like an id is no id.
TEST_F(OutsiderTest, SubjectsOfOutsidersAreNoIdsOfTheDirectory) {
  for (const char* subject : {"global-administrator", "user1", "backend", "visitor"}) {
    EXPECT_EQ(Who({kExternalIssuer, subject, ""}), " inactive") << subject;
  }
}

TEST_F(OutsiderTest, TheServersRoleCannotTurnAnIssuer) {
  const Scope contoso = {kContoso};
  for (const char* set : {"external_guests = false", "issuer = 'https://x'", "directory_id = 'contoso'"}) {
    EXPECT_FALSE(SqlAsApp(&contoso, absl::StrCat("UPDATE hearth.trusted_issuers SET ", set)).ok()) << set;
  }
  EXPECT_FALSE(SqlAsApp(&contoso, "UPDATE hearth.users SET home_subject = 'x' WHERE user_id = 'user1'").ok())
      << "only who has redeemed from outside has one";
}

}  // namespace
}  // namespace hearth::test
