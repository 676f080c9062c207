// RedemptionDesk: the very person redeems, once, as a principal of their home; everybody else gets one answer.
#include <atomic>

#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using RedemptionTest = GuestDeskTest;

TEST_F(RedemptionTest, ThePersonBecomesAGuestAndMayAct) {
  const auto response = Redeem(Token("user2@forthcoffee.com"));
  ASSERT_THAT(response, IsOk());
  const v1::Membership& membership = response->membership();
  EXPECT_EQ(membership.name(), "directories/forthcoffee/users/user2/memberships/contoso");
  EXPECT_EQ(membership.guest_user(), "directories/contoso/users/guest");
  EXPECT_EQ(membership.directory_display_name(), "Contoso");
  EXPECT_EQ(membership.directory_domain(), "contoso.com");
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_ACCEPTED);
  EXPECT_TRUE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
  EXPECT_NE(Sql("SELECT consent_time FROM hearth.users WHERE user_id = 'guest'")[0][0], "");
  const AuditRow event{"guest.redeem", "allowed", "", "forthcoffee/user2", "directories/contoso/users/guest"};
  EXPECT_EQ(LastAudit(kForth), event);
  EXPECT_EQ(LastAudit(kContoso), event);
}

TEST_F(RedemptionTest, ByMailThePrincipalNameIsTheOneOfHome) {
  Sql("UPDATE hearth.users SET mail = 'Second@ForthCoffee.net' WHERE directory_id = 'forthcoffee' AND user_id = "
      "'user2'");
  ASSERT_THAT(Redeem(Token("second@forthcoffee.net")), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").user_principal_name, "user2@forthcoffee.com");
  EXPECT_EQ(Person(kContoso, "guest").mail, "Second@ForthCoffee.net");
}

TEST_F(RedemptionTest, ConsentIsNeeded) {
  v1::RedeemInvitationRequest request;
  request.set_invitation_token(Token("user2@forthcoffee.com"));
  EXPECT_THAT(Do(redemptions_, &RedemptionDesk::RedeemInvitation, request, User2()), ViolatesField("consent"));
}

TEST_F(RedemptionTest, EverybodyElseGetsOneAnswerAndTheInvitationStays) {
  AddFabrikam();
  Sql("UPDATE hearth.users SET mail = 'user2@forthcoffee.com' WHERE (directory_id, user_id) IN (('fabrikam', 'member'),"
      " ('contoso', 'user1'))");
  Sql("UPDATE hearth.users SET mail = '' WHERE directory_id = 'contoso'");
  const std::string token = Token("user2@forthcoffee.com");
  std::set<std::string> answers;
  for (const Principal& caller :
       {Principal{kForth, "user1"}, ForthAdmin(), Principal{kForth, "visitor"}, Principal{kContoso, "user1"},
        ContosoAdmin(), Principal{"fabrikam", "member"}, Principal{kForth, "backend"}, Operator()}) {
    const absl::Status status = Redeem(token, caller).status();
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED))
        << caller.directory << "/" << caller.subject;
    answers.insert(status.ToString());
  }
  const std::string secret = token.substr(token.rfind('.') + 1);
  std::string flipped = token;
  flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
  for (const std::string& forged :
       {"contoso.guest." + std::string(43, 'A'), "contoso.visitor." + secret, "contoso.nobody." + secret,
        "forthcoffee.guest." + secret, "nowhere.guest." + secret, flipped, "contoso.pending." + secret,
        std::string("not a token")}) {
    const absl::Status status = Redeem(forged).status();
    EXPECT_THAT(status, HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << forged;
    answers.insert(status.ToString());
  }
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_THAT(Redeem(token), IsOk()) << "the invited person still can";
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << "once";
}

TEST_F(RedemptionTest, ATokenFitsOnlyTheRowItWasMadeFor) {
  const std::string token = Token("user2@forthcoffee.com");
  const std::string address = "SELECT address, inviter FROM hearth.invitations";
  for (const char* edit : {"address = 'user1@forthcoffee.com'", "inviter = 'user1'"}) {
    Sql(absl::StrCat("UPDATE hearth.invitations SET ", edit));
    EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << edit;
    EXPECT_THAT(Redeem(token, {kForth, "user1"}), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED)) << edit;
    Sql("UPDATE hearth.invitations SET address = 'user2@forthcoffee.com', inviter = 'global-administrator'");
  }
  ASSERT_THAT(Invite(Invitation("x@forthcoffee.com", "other")), IsOk());
  Sql("UPDATE hearth.invitations o SET digest = i.digest, address = i.address FROM hearth.invitations i"
      " WHERE o.user_id = 'other' AND i.user_id = 'guest'");
  const std::string secret = token.substr(token.rfind('.') + 1);
  EXPECT_THAT(Redeem("contoso.other." + secret), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
  EXPECT_THAT(Redeem(token), IsOk());
}

TEST_F(RedemptionTest, AnInvitationEnds) {
  const std::string token = Token("user2@forthcoffee.com");
  Sql("UPDATE hearth.invitations SET expire_time = now()");
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_EXPIRED));
  EXPECT_THAT(Redeem(token, {kForth, "user1"}), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED))
      << "told to nobody else";
}

TEST_F(RedemptionTest, BothPoliciesAreAskedAgain) {
  const std::string token = Token("user2@forthcoffee.com");
  const auto block = [](auto& policy) { policy.set_inbound_rule(v1::DOMAIN_RULE_ONLY_LISTED); };
  ASSERT_THAT(SetPolicy(kContoso, block), IsOk());
  EXPECT_THAT(Redeem(token), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "INBOUND_DOMAINS"));
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_inbound_rule(v1::DOMAIN_RULE_ANY); }), IsOk());
  ASSERT_THAT(SetPolicy(kForth, [](auto& policy) { policy.set_outbound_rule(v1::DOMAIN_RULE_ONLY_LISTED); }), IsOk());
  EXPECT_THAT(Redeem(token), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "OUTBOUND_DOMAINS"));
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
}

TEST_F(RedemptionTest, ANativeAccountOfAnyAddressOfThePersonIsAConflict) {
  const std::string token = Token("user2@forthcoffee.com");
  Sql("UPDATE hearth.users SET mail = 'two@private.example' WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  for (const char* held : {"user2@forthcoffee.com", "Two@Private.example"}) {
    Sql(absl::StrCat("UPDATE hearth.users SET mail = '", held,
                     "' WHERE directory_id = 'contoso' AND user_id = 'user1'"));
    EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_ADDRESS_HELD_LOCALLY)) << held;
  }
}

TEST_F(RedemptionTest, APersonIsAGuestOfADirectoryOnce) {
  Sql("UPDATE hearth.users SET mail = 'one@forthcoffee.net' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  EXPECT_THAT(Redeem(Token("one@forthcoffee.net"), {kForth, "user1"}), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(MembershipsOf("user1"), ElementsAre("contoso/visitor"));
}

TEST_F(RedemptionTest, ASuspendedDirectoryTakesNobodyIn) {
  const std::string token = Token("user2@forthcoffee.com");
  Sql("UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'contoso'");
  EXPECT_THAT(Redeem(token), HasReason(v1::ERROR_REASON_INVITATION_NOT_ACCEPTED));
}

TEST_F(RedemptionTest, OfAHundredAtOnceByTwoPeopleTheInvitedOneWinsOnce) {
  const std::string token = Token("user2@forthcoffee.com");
  std::atomic<int> wins = 0, refusals = 0, thefts = 0;
  std::vector<std::function<void()>> all;
  for (int i = 0; i < 100; ++i) {
    all.emplace_back([&, thief = i % 2 == 1] {
      const auto response = Redeem(token, thief ? Principal{kForth, "user1"} : User2());
      if (response.ok()) ++(thief ? thefts : wins);
      if (ReasonOf(response.status()) == v1::ERROR_REASON_INVITATION_NOT_ACCEPTED) ++refusals;
    });
  }
  RunTogether(all);
  EXPECT_EQ(wins, 1);
  EXPECT_EQ(thefts, 0);
  EXPECT_EQ(refusals, 99);
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
}

TEST_F(RedemptionTest, RevokedAndRedeemedAtOnceIsOneOfTheTwo) {
  for (int round = 0; round < 10; ++round) {
    const std::string id = absl::StrCat("g", round);
    Sql(absl::StrCat(
        "DELETE FROM hearth.users WHERE directory_id = 'contoso' AND user_principal_name = 'user2@forthcoffee.com'"));
    const std::string token = Token("user2@forthcoffee.com", id);
    absl::Status redeemed, revoked;
    RunTogether({[&] { redeemed = Redeem(token).status(); },
                 [&] {
                   revoked = Do(invitations_, &InvitationDesk::RevokeInvitation,
                                Named<v1::RevokeInvitationRequest>(Contoso(id)))
                                 .status();
                 }});
    EXPECT_NE(redeemed.ok(), revoked.ok()) << redeemed << " " << revoked;
    EXPECT_EQ(Person(kContoso, id).deleted(), revoked.ok());
  }
}

}  // namespace
}  // namespace hearth::test
