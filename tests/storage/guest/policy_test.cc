// Guest policies: what they say, and who may invite by them.
#include <set>

#include "server/directory/user_desk.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

class PolicyTest : public GuestDeskTest {
 protected:
  v1::GuestPolicy Policy() {
    const auto response =
        Do(policies_, &GuestPolicyDesk::GetGuestPolicy, Named<v1::GetGuestPolicyRequest>(GuestPolicyName(kContoso)));
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->guest_policy() : v1::GuestPolicy();
  }

  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(PolicyTest, ADirectoryHasTheDefaultsUntilItSetsOne) {
  const v1::GuestPolicy policy = Policy();
  EXPECT_EQ(policy.name(), "directories/contoso/guestPolicy");
  EXPECT_EQ(policy.invite_from(), v1::INVITE_FROM_ADMINS_AND_INVITERS);
  EXPECT_EQ(policy.inbound_rule(), v1::DOMAIN_RULE_ANY);
  EXPECT_EQ(policy.outbound_rule(), v1::DOMAIN_RULE_ANY);
  EXPECT_EQ(policy.invitation_lifetime().seconds(), 7 * 24 * 3600);
  EXPECT_FALSE(policy.has_update_time());
}

TEST_F(PolicyTest, ChangesWhatTheMaskNamesAndKeepsTheRest) {
  v1::UpdateGuestPolicyRequest request;
  v1::GuestPolicy& wanted = *request.mutable_guest_policy();
  wanted.set_name(GuestPolicyName(kContoso));
  wanted.set_etag(Policy().etag());
  wanted.set_invite_from(v1::INVITE_FROM_EVERYONE);
  wanted.add_inbound_domains("ForthCoffee.com");
  wanted.add_redirect_uris("https://app.contoso.com/welcome");
  wanted.mutable_invitation_lifetime()->set_seconds(7200);
  ASSERT_THAT(Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request), IsOk());
  EXPECT_EQ(Policy().invite_from(), v1::INVITE_FROM_EVERYONE);
  EXPECT_THAT(Policy().inbound_domains(), testing::ElementsAre("forthcoffee.com"));
  EXPECT_EQ(Policy().invitation_lifetime().seconds(), 7200);
  EXPECT_THAT(Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  wanted.Clear();
  wanted.set_name(GuestPolicyName(kContoso));
  request.mutable_update_mask()->add_paths("inbound_domains");
  ASSERT_THAT(Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request), IsOk());
  EXPECT_THAT(Policy().inbound_domains(), testing::IsEmpty());
  EXPECT_THAT(Policy().redirect_uris(), testing::ElementsAre("https://app.contoso.com/welcome"));
  EXPECT_EQ(LastAudit(kContoso).action, "guest_policy.update");
}

TEST_F(PolicyTest, ARedeemPageHasNoFragmentForThatIsWhereTheTokenGoes) {
  EXPECT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_redeem_uri("https://a.example/#x"); }),
              ViolatesField("guest_policy.redeem_uri"));
}

TEST_F(PolicyTest, SaysWhoMayInvite) {
  const Principal inviter = Admin(kContoso, v1::ROLE_GUEST_INVITER), member{kContoso, "user1"},
                  guest{kContoso, "visitor"}, service{kContoso, "backend"};
  const std::vector<Principal> callers = {ContosoAdmin(), inviter, member, guest, service};
  const std::map<v1::InviteFrom, std::vector<bool>> table = {
      {v1::INVITE_FROM_NOBODY, {false, false, false, false, false}},
      {v1::INVITE_FROM_ADMINS_AND_INVITERS, {true, true, false, false, false}},
      {v1::INVITE_FROM_MEMBERS, {true, true, true, false, false}},
      {v1::INVITE_FROM_EVERYONE, {true, true, true, true, false}}};
  for (const auto& [from, may] : table) {
    ASSERT_THAT(SetPolicy(kContoso, [&](auto& policy) { policy.set_invite_from(from); }), IsOk());
    for (size_t i = 0; i < callers.size(); ++i) {
      const std::string id = absl::StrCat("g", from, "-", i);
      const auto response = Invite(Invitation(id + "@forthcoffee.com", id), callers[i]);
      if (may[i]) {
        EXPECT_THAT(response, IsOk()) << from << " " << callers[i].subject;
      } else if (i == 4) {
        EXPECT_THAT(response, Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "guests.invite"));
      } else {
        EXPECT_THAT(response, HasReason(v1::ERROR_REASON_INVITING_NOT_ALLOWED)) << from << " " << callers[i].subject;
      }
    }
  }
}

// Who invites by the policy alone looks after their own invitations, and learns nothing of others'.
TEST_F(PolicyTest, WhoInvitesByThePolicyResendsAndRevokesTheirOwn) {
  const Principal member{kContoso, "user1"}, other{kContoso, "user2"};
  const auto resend = [this](const std::string& id, const Principal& actor) {
    const auto request = Named<v1::ResendInvitationRequest>(Contoso(id));
    return Do(invitations_, &InvitationDesk::ResendInvitation, request, actor);
  };
  const auto revoke = [this](const std::string& id, const Principal& actor) {
    const auto request = Named<v1::RevokeInvitationRequest>(Contoso(id));
    return Do(invitations_, &InvitationDesk::RevokeInvitation, request, actor).status();
  };
  const auto let_invite = [this](v1::InviteFrom from) {
    return SetPolicy(kContoso, [from](auto& policy) { policy.set_invite_from(from); });
  };
  ASSERT_THAT(let_invite(v1::INVITE_FROM_MEMBERS), IsOk());
  ASSERT_THAT(Invite(Invitation("user2@forthcoffee.com"), member), IsOk());
  ASSERT_THAT(Invite(Invitation("x@forthcoffee.com", "theirs")), IsOk()) << "by the administrator";
  std::set<std::string> answers;
  for (const char* id : {"theirs", "pending", "visitor", "user2", "nobody"}) {
    for (const absl::Status& status : {resend(id, member).status(), revoke(id, member)}) {
      EXPECT_THAT(status, Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "guests.invite")) << id;
      answers.insert(status.ToString());
    }
  }
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_THAT(resend("guest", other), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(revoke("guest", other), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  const auto resent = resend("guest", member);
  ASSERT_THAT(resent, IsOk());
  ASSERT_THAT(resend("guest", ContosoAdmin()), IsOk()) << "who is the inviter now";
  ASSERT_THAT(let_invite(v1::INVITE_FROM_ADMINS_AND_INVITERS), IsOk());
  EXPECT_THAT(resend("guest", member), HasReason(v1::ERROR_REASON_INVITING_NOT_ALLOWED));
  EXPECT_THAT(revoke("guest", member), HasReason(v1::ERROR_REASON_INVITING_NOT_ALLOWED));
  ASSERT_THAT(let_invite(v1::INVITE_FROM_MEMBERS), IsOk());
  EXPECT_THAT(revoke("guest", member), IsOk()) << "still the sponsor";
  Sql("UPDATE hearth.users SET sponsor_id = 'user2' WHERE user_id = 'theirs'");
  EXPECT_THAT(resend("theirs", other), IsOk()) << "the sponsor, who is the inviter now";
  Sql("UPDATE hearth.users SET sponsor_id = '' WHERE user_id = 'theirs'");
  Assign(kContoso, "theirs", v1::ROLE_REPORTS_READER);
  EXPECT_THAT(revoke("theirs", other), HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  Unassign(kContoso, "theirs", v1::ROLE_REPORTS_READER);
  EXPECT_THAT(revoke("theirs", other), IsOk());
  ASSERT_THAT(Invite(Invitation("y@forthcoffee.com", "last")), IsOk());
  ASSERT_THAT(let_invite(v1::INVITE_FROM_NOBODY), IsOk());
  EXPECT_THAT(resend("last", ContosoAdmin()), HasReason(v1::ERROR_REASON_INVITING_NOT_ALLOWED));
  EXPECT_THAT(revoke("last", ContosoAdmin()), IsOk()) << "to take back is always possible";
}

TEST_F(PolicyTest, DomainsAreAskedOfBothAndOfAllDomainsOfADirectory) {
  const auto invite = [this](const std::string& domain) {
    static int count = 0;
    const std::string id = absl::StrCat("x", ++count);
    auto request = Invitation(absl::StrCat(id, "@", domain), id);
    if (domain == "example.org") request.set_home_issuer(kExternalIssuer);
    return Invite(request).status();
  };
  const auto inbound = [this](v1::DomainRule rule, const std::string& domain) {
    return SetPolicy(kContoso, [&](auto& policy) {
      policy.set_inbound_rule(rule);
      policy.add_inbound_domains(domain);
    });
  };
  ASSERT_THAT(inbound(v1::DOMAIN_RULE_ONLY_LISTED, "forthcoffee.net"), IsOk());
  EXPECT_THAT(invite("forthcoffee.com"), IsOk()) << "another domain of the directory that is listed";
  EXPECT_THAT(invite("example.org"), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "INBOUND_DOMAINS"));
  ASSERT_THAT(inbound(v1::DOMAIN_RULE_ALL_BUT_LISTED, "forthcoffee.net"), IsOk());
  EXPECT_THAT(invite("forthcoffee.com"), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "INBOUND_DOMAINS"));
  EXPECT_THAT(invite("example.org"), IsOk());
  ASSERT_THAT(inbound(v1::DOMAIN_RULE_ANY, "x.example"), IsOk());
  for (const auto& [rule, domain, allowed] : std::vector<std::tuple<v1::DomainRule, std::string, bool>>{
           {v1::DOMAIN_RULE_ONLY_LISTED, "fabrikam.com", false},
           {v1::DOMAIN_RULE_ONLY_LISTED, "contoso.net", true},
           {v1::DOMAIN_RULE_ALL_BUT_LISTED, "contoso.net", false},
           {v1::DOMAIN_RULE_ALL_BUT_LISTED, "fabrikam.com", true}}) {
    ASSERT_THAT(SetPolicy(kForth,
                          [&, rule = rule, domain = domain](auto& policy) {
                            policy.set_outbound_rule(rule);
                            policy.add_outbound_domains(domain);
                          }),
                IsOk());
    if (allowed) {
      EXPECT_THAT(invite("forthcoffee.com"), IsOk()) << domain;
    } else {
      EXPECT_THAT(invite("forthcoffee.com"), Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "OUTBOUND_DOMAINS"));
    }
  }
}

TEST_F(PolicyTest, RolesGiveGuestsNothingWhereTheyAreRestricted) {
  Assign(kContoso, "visitor", v1::ROLE_GLOBAL_ADMINISTRATOR);
  Assign(kContoso, "partner", v1::ROLE_GLOBAL_ADMINISTRATOR);
  const auto may = [this](const std::string& id) {
    return By({kContoso, id}, v1::ListGuestUsersRequest::default_instance())
        .access.permissions.Has(v1::PERMISSION_USERS_READ);
  };
  EXPECT_TRUE(may("visitor"));
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_restrict_guests(true); }), IsOk());
  EXPECT_FALSE(may("visitor"));
  EXPECT_TRUE(may("partner")) << "a member, though homed elsewhere";
  EXPECT_THAT(Invite(Invitation("x@forthcoffee.com"), {kContoso, "visitor"}),
              HasReason(v1::ERROR_REASON_INVITING_NOT_ALLOWED))
      << "under lock too";
}

// One answer, for new addresses, guests, people of the directory who have the address, and the inviter; only the audit tells them apart.
TEST_F(PolicyTest, WhoSeesOnlyThemselvesIsNotToldWhomTheDirectoryLists) {
  const Principal visitor{kContoso, "visitor"};
  const auto invite = [&](const std::string& address) { return Invite(Invitation(address, ""), visitor); };
  Sql("UPDATE hearth.users SET mail = 'held@forthcoffee.com' WHERE directory_id = 'contoso' AND user_id = 'user1'");
  ASSERT_THAT(SetPolicy(kContoso,
                        [](auto& policy) {
                          policy.set_invite_from(v1::INVITE_FROM_EVERYONE);
                          policy.set_redeem_uri("https://account.contoso.com/redeem");
                        }),
              IsOk());
  EXPECT_THAT(invite("pending@forthcoffee.com"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)) << "guests who see others";
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_restrict_guests(true); }), IsOk());
  for (const auto& [address, reason] :
       std::vector<std::pair<std::string, std::string>>{{"new@forthcoffee.com", ""},
                                                        {"new@forthcoffee.com", "ALREADY_EXISTS"},
                                                        {"pending@forthcoffee.com", "ALREADY_EXISTS"},
                                                        {"user1@forthcoffee.com", "ALREADY_EXISTS"},
                                                        {"held@forthcoffee.com", "ADDRESS_HELD_LOCALLY"}}) {
    const auto response = invite(address);
    ASSERT_THAT(response, IsOk()) << address;
    EXPECT_EQ(response->SerializeAsString(), "") << address;
    EXPECT_EQ(LastAudit(kContoso).verdict, reason.empty() ? "allowed" : "refused") << address;
    EXPECT_EQ(LastAudit(kContoso).reason, reason) << address;
  }
  EXPECT_THAT(Sql("SELECT recipient FROM hearth.mails"),
              testing::ElementsAre(testing::ElementsAre("new@forthcoffee.com")));
  EXPECT_THAT(Invite(Invitation("other@forthcoffee.com", "user1"), visitor), ViolatesField("user_id"))
      << "taken ids would tell, too";
  auto request = Invitation("other@forthcoffee.com", "");
  request.set_send_mail(false);
  EXPECT_THAT(Invite(request, visitor), ViolatesField("send_mail"));
  EXPECT_THAT(Invite(Invitation("pending@forthcoffee.com", "")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS))
      << "who may read guests is told";
}

// Asked again with the request_id of before, when somebody is there by now.
TEST_F(PolicyTest, ABlindInvitationHasOneEffectForARequestId) {
  ASSERT_THAT(SetPolicy(kContoso,
                        [](auto& policy) {
                          policy.set_invite_from(v1::INVITE_FROM_EVERYONE);
                          policy.set_redeem_uri("https://account.contoso.com/redeem");
                          policy.set_restrict_guests(true);
                        }),
              IsOk());
  auto request = Invitation("new@forthcoffee.com", "");
  request.set_request_id(NewUuid4());
  ASSERT_THAT(Invite(request, {kContoso, "visitor"}), IsOk());
  const size_t events = Audit(kContoso).size();
  ASSERT_THAT(Invite(request, {kContoso, "visitor"}), IsOk());
  EXPECT_EQ(Audit(kContoso).size(), events);
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.mails"), testing::ElementsAre(testing::ElementsAre("1")));
}

// In whichever order it happens: the policy after the types, or a type after the policy.
TEST_F(PolicyTest, AGuestToWhomRolesGiveNothingIsNoLastGlobalAdministrator) {
  const Principal deputy = Admin(kContoso, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR);
  const auto make_guest = [&](const std::string& id) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Contoso(id));
    request.mutable_user()->set_user_type(v1::USER_TYPE_GUEST);
    return Do(users_, &UserDesk::UpdateUser, request, deputy).status();
  };
  const auto restrict_guests = [this](bool restricted, const Principal& actor) {
    v1::UpdateGuestPolicyRequest request;
    request.mutable_guest_policy()->set_name(GuestPolicyName(kContoso));
    request.mutable_guest_policy()->set_restrict_guests(restricted);
    request.mutable_update_mask()->add_paths("restrict_guests");
    return Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request, actor).status();
  };
  const auto last = HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR);
  Assign(kContoso, "visitor", v1::ROLE_GLOBAL_ADMINISTRATOR);
  ASSERT_THAT(make_guest("global-administrator"), IsOk()) << "roles give guests what they give others";
  EXPECT_THAT(restrict_guests(true, {kContoso, "visitor"}), last);
  EXPECT_TRUE(By({kContoso, "visitor"}, v1::GetUserRequest()).access.permissions.Has(v1::PERMISSION_DIRECTORY_ADMIN));
  Assign(kContoso, "partner", v1::ROLE_GLOBAL_ADMINISTRATOR);
  ASSERT_THAT(restrict_guests(true, {kContoso, "visitor"}), IsOk())
      << "the partner is a member, though homed elsewhere";
  EXPECT_THAT(make_guest("partner"), last);
  EXPECT_EQ(Person(kContoso, "partner").user_type, v1::USER_TYPE_MEMBER);
  const auto remove = Named<v1::DeleteUserRequest>(Contoso("partner"));
  EXPECT_THAT(Do(users_, &UserDesk::DeleteUser, remove, deputy), last) << "the two others are guests";
  const Principal partner{kContoso, "partner"};
  ASSERT_THAT(restrict_guests(false, partner), IsOk());
  EXPECT_THAT(make_guest("partner"), IsOk());
}

TEST_F(PolicyTest, RestrictingGuestsNeedsNoAdministratorWhereThereIsNone) {
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('contoso', 'machine', 'x', '{directory.admin}');"
      "DELETE FROM hearth.role_assignments WHERE directory_id = 'contoso' AND role = 'global_administrator'");
  v1::UpdateGuestPolicyRequest request;
  request.mutable_guest_policy()->set_name(GuestPolicyName(kContoso));
  request.mutable_guest_policy()->set_restrict_guests(true);
  EXPECT_THAT(Do(policies_, &GuestPolicyDesk::UpdateGuestPolicy, request, Principal{kContoso, "machine"}), IsOk());
}

}  // namespace
}  // namespace hearth::test
