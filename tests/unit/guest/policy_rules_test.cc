#include "server/guest/policy_rules.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

GuestPolicy With(v1::DomainRule rule, const std::vector<std::string>& domains) {
  GuestPolicy policy;
  policy.inbound_rule = policy.outbound_rule = rule;
  policy.inbound_domains = policy.outbound_domains = domains;
  return policy;
}

TEST(PolicyRules, ARuleNamesAnOrganisationByAnyOfItsDomains) {
  const Domains forth = {"forthcoffee.com", "forthcoffee.net"};
  struct Case {
    v1::DomainRule rule;
    std::vector<std::string> listed;
    bool allowed;
  };
  for (const Case& c :
       {Case{v1::DOMAIN_RULE_ANY, {"forthcoffee.com"}, true}, Case{v1::DOMAIN_RULE_ONLY_LISTED, {}, false},
        Case{v1::DOMAIN_RULE_ONLY_LISTED, {"forthcoffee.net"}, true},
        Case{v1::DOMAIN_RULE_ONLY_LISTED, {"coffee.com", "x.forthcoffee.com", "forthcoffee.com.example"}, false},
        Case{v1::DOMAIN_RULE_ALL_BUT_LISTED, {}, true},
        Case{v1::DOMAIN_RULE_ALL_BUT_LISTED, {"forthcoffee.net"}, false},
        Case{static_cast<v1::DomainRule>(77), {"forthcoffee.com"}, false}}) {
    const GuestPolicy policy = With(c.rule, c.listed);
    EXPECT_EQ(CheckInbound(policy, forth).ok(), c.allowed) << c.rule;
    EXPECT_EQ(CheckOutbound(policy, forth).ok(), c.allowed) << c.rule;
  }
  EXPECT_THAT(CheckInbound(With(v1::DOMAIN_RULE_ONLY_LISTED, {}), forth),
              Refuses(v1::ERROR_REASON_GUEST_POLICY, "what", "forthcoffee.com"));
}

TEST(PolicyRules, WhoMayInviteIsRefusedByDefaultForRulesOfANewerServer) {
  Access admin;
  admin.permissions.Add(v1::PERMISSION_GUESTS_INVITE);
  GuestPolicy policy;
  EXPECT_THAT(CheckMayInvite(policy, admin, v1::USER_TYPE_MEMBER), IsOk());
  policy.invite_from = static_cast<v1::InviteFrom>(77);
  EXPECT_FALSE(CheckMayInvite(policy, admin, v1::USER_TYPE_MEMBER).ok());
  policy.invite_from = v1::INVITE_FROM_NOBODY;
  EXPECT_THAT(CheckMayInvite(policy, admin, v1::USER_TYPE_MEMBER),
              Refuses(v1::ERROR_REASON_INVITING_NOT_ALLOWED, "invite_from", "NOBODY"));
}

TEST(PolicyRules, GuestsWhoSeeOnlyThemselvesInviteBlindly) {
  GuestPolicy policy;
  EXPECT_FALSE(InvitesBlindly(policy, v1::USER_TYPE_GUEST));
  policy.restrict_guests = true;
  EXPECT_TRUE(InvitesBlindly(policy, v1::USER_TYPE_GUEST));
  EXPECT_FALSE(InvitesBlindly(policy, v1::USER_TYPE_MEMBER));
  EXPECT_FALSE(InvitesBlindly(policy, v1::USER_TYPE_UNSPECIFIED)) << "a service, which needs the permission";
  v1::InviteGuestUserRequest request;
  EXPECT_THAT(CheckBlindInvitation(policy, request), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "REDEEM_URI"));
  policy.redeem_uri = "https://account.contoso.com/redeem";
  EXPECT_THAT(CheckBlindInvitation(policy, request), IsOk());
  request.set_send_mail(false);
  EXPECT_THAT(CheckBlindInvitation(policy, request), ViolatesField("send_mail"));
  request.set_user_id("chosen");
  EXPECT_THAT(CheckBlindInvitation(policy, request), ViolatesField("user_id"));
}

TEST(PolicyRules, AServiceIsNeverLetInByThePolicyAlone) {
  Access service;
  service.kind = PrincipalKind::kService;
  service.active = true;
  GuestPolicy policy;
  policy.invite_from = v1::INVITE_FROM_EVERYONE;
  EXPECT_THAT(CheckMayInvite(policy, service, v1::USER_TYPE_UNSPECIFIED),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  service.permissions.Add(v1::PERMISSION_GUESTS_INVITE);
  EXPECT_THAT(CheckMayInvite(policy, service, v1::USER_TYPE_UNSPECIFIED), IsOk());
}

TEST(PolicyRules, RedirectsAreComparedToTheByte) {
  GuestPolicy policy;
  policy.redirect_uris = {"https://app.contoso.com/welcome"};
  EXPECT_THAT(CheckRedirect(policy, ""), IsOk());
  EXPECT_THAT(CheckRedirect(policy, "https://app.contoso.com/welcome"), IsOk());
  for (const char* other : {"https://app.contoso.com/welcome/", "https://app.contoso.com/Welcome",
                            "https://app.contoso.com/welcome?x", "https://app.contoso.com.evil.example/welcome",
                            "https://app.contoso.com/welcome#", "https://app.contoso.com"}) {
    EXPECT_THAT(CheckRedirect(policy, other), HasReason(v1::ERROR_REASON_GUEST_POLICY)) << other;
  }
}

}  // namespace
}  // namespace hearth::test
