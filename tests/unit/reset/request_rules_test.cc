#include "server/reset/request_rules.h"

#include "gmock/gmock.h"
#include "server/reset/policy_rules.h"

namespace hearth {
namespace {

using Policy = v1::ResetPolicy;
using testing::ElementsAre;

User Member() {
  User user;
  user.directory = "forthcoffee";
  user.id = "user1";
  user.user_principal_name = "user1@forthcoffee.com";
  user.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  user.home.directory = "forthcoffee";
  return user;
}

Policy SelfService() {
  Policy policy = DefaultResetPolicy();
  policy.set_self_service(Policy::SELF_SERVICE_ALL);
  policy.set_link_base_uri("https://account.forthcoffee.com/reset");
  return policy;
}

ResetPlan Plan(const std::optional<User>& user, const Policy& policy = SelfService(),
               Policy::Channel wished = Policy::CHANNEL_UNSPECIFIED, bool blocked = false, bool selected = false) {
  return PlanReset(user, policy, wished, selected, blocked);
}

TEST(RequestRulesTest, NothingComesOfNobodyOfTheDeletedTheDisabledAndThoseOutsideHearth) {
  EXPECT_EQ(Plan(std::nullopt).path, ResetPath::kNobody);
  User user = Member();
  user.delete_time = absl::UnixEpoch();
  EXPECT_EQ(Plan(user).path, ResetPath::kNobody);
  user = Member();
  user.disabled = true;
  EXPECT_EQ(Plan(user).path, ResetPath::kDisabled);
  user = Member();
  user.home.kind = v1::Home::KIND_EXTERNAL_ISSUER;
  user.home.issuer = "https://id.example";
  EXPECT_EQ(Plan(user).path, ResetPath::kHomeOutside);
}

// Whatever the policy of the directory that lists them says, and whatever they are called there.
TEST(RequestRulesTest, NoTokenIsMadeForSomebodyHomedElsewhere) {
  for (const v1::UserType type : {v1::USER_TYPE_MEMBER, v1::USER_TYPE_GUEST}) {
    User user = Member();
    user.user_type = type;
    user.home.kind = v1::Home::KIND_OTHER_DIRECTORY;
    user.home.directory = "contoso";
    EXPECT_EQ(Plan(user).path, ResetPath::kHomeElsewhere);
  }
}

TEST(RequestRulesTest, WhereSelfServiceIsOffOrBlockedAdministratorsDecide) {
  EXPECT_EQ(Plan(Member(), DefaultResetPolicy()).path, ResetPath::kAdministrators);
  EXPECT_EQ(Plan(Member(), SelfService(), Policy::CHANNEL_UNSPECIFIED, /*blocked=*/true).path,
            ResetPath::kAdministrators);
}

TEST(RequestRulesTest, OfASelectedGroupThoseInItDoItAloneAndTheOthersAskAdministrators) {
  Policy policy = SelfService();
  policy.set_self_service(Policy::SELF_SERVICE_SELECTED_GROUP);
  const auto plan = [&](bool selected, bool blocked) {
    return Plan(Member(), policy, Policy::CHANNEL_UNSPECIFIED, blocked, selected).path;
  };
  EXPECT_EQ(plan(/*selected=*/false, /*blocked=*/false), ResetPath::kAdministrators);
  EXPECT_EQ(plan(/*selected=*/true, /*blocked=*/false), ResetPath::kSelfService);
  EXPECT_EQ(plan(/*selected=*/true, /*blocked=*/true), ResetPath::kAdministrators);
  policy.set_self_service(Policy::SELF_SERVICE_OFF);
  EXPECT_EQ(plan(/*selected=*/true, /*blocked=*/false), ResetPath::kAdministrators);
}

TEST(RequestRulesTest, WhatIsMailedIsWhatTheFrontEndWishesOfWhatThePolicyHas) {
  struct Case {
    Policy::Channel policy, wished;
    bool link, code;
  };
  for (const Case& c : {Case{Policy::CHANNEL_LINK_AND_CODE, Policy::CHANNEL_UNSPECIFIED, true, true},
                        {Policy::CHANNEL_LINK_AND_CODE, Policy::CHANNEL_LINK, true, false},
                        {Policy::CHANNEL_LINK_AND_CODE, Policy::CHANNEL_CODE, false, true},
                        {Policy::CHANNEL_LINK, Policy::CHANNEL_CODE, true, false},
                        {Policy::CHANNEL_CODE, Policy::CHANNEL_LINK, false, true},
                        {Policy::CHANNEL_CODE, Policy::CHANNEL_LINK_AND_CODE, false, true}}) {
    Policy policy = SelfService();
    policy.set_channel(c.policy);
    const ResetPlan plan = Plan(Member(), policy, c.wished);
    EXPECT_EQ(plan.path, ResetPath::kSelfService);
    EXPECT_EQ(plan.link, c.link) << c.policy << c.wished;
    EXPECT_EQ(plan.code, c.code) << c.policy << c.wished;
    EXPECT_FALSE(plan.needs_both);
  }
}

TEST(RequestRulesTest, WithoutAPageThereAreNoLinks) {
  Policy policy = SelfService();
  policy.clear_link_base_uri();
  policy.set_channel(Policy::CHANNEL_LINK);
  const ResetPlan plan = Plan(Member(), policy, Policy::CHANNEL_LINK);
  EXPECT_FALSE(plan.link);
  EXPECT_TRUE(plan.code);
}

TEST(RequestRulesTest, AdministratorsAlwaysNeedTwoProofs) {
  User admin = Member();
  admin.roles = {Hold(v1::ROLE_REPORTS_READER)};
  EXPECT_EQ(Plan(admin).path, ResetPath::kAdministrators) << "one address: an administrator approves";
  admin.alternate_mails = {"admin@home.example"};
  const ResetPlan plan = Plan(admin, SelfService(), Policy::CHANNEL_CODE);
  EXPECT_EQ(plan.path, ResetPath::kSelfService);
  EXPECT_TRUE(plan.link && plan.code && plan.needs_both);
  Policy no_page = SelfService();
  no_page.clear_link_base_uri();
  EXPECT_EQ(Plan(admin, no_page).path, ResetPath::kAdministrators);
  // A role that this binary does not know protects its holder, too.
  admin.roles = {HeldRole{.id = "of_tomorrow", .unit = "", .permissions = {}}};
  EXPECT_TRUE(Plan(admin).needs_both);
  // And so does a place in a group that roles can be given to.
  admin.roles.clear();
  EXPECT_FALSE(Plan(admin).needs_both);
  admin.privileged_group = true;
  EXPECT_TRUE(Plan(admin).needs_both);
}

TEST(RequestRulesTest, ThePolicyMayAskTwoProofsOfAll) {
  Policy policy = SelfService();
  policy.set_required_proofs(2);
  User user = Member();
  EXPECT_EQ(Plan(user, policy).path, ResetPath::kAdministrators);
  user.alternate_mails = {"user1@home.example"};
  EXPECT_TRUE(Plan(user, policy).needs_both);
}

TEST(RequestRulesTest, AMailboxUnderAnotherTagIsNoSecondProof) {
  Policy policy = SelfService();
  policy.set_required_proofs(2);
  User user = Member();
  for (const char* same : {"user1+reset@forthcoffee.com", "USER1+@forthcoffee.com", "user1+a+b@ForthCoffee.com"}) {
    user.alternate_mails = {same};
    EXPECT_EQ(SecondAddressOf(user), "") << same;
    EXPECT_EQ(Plan(user, policy).path, ResetPath::kAdministrators) << same;
  }
  user.mail = "user1+work@forthcoffee.com";
  user.alternate_mails = {"user1@forthcoffee.com", "user1+work@home.example", "other@home.example"};
  EXPECT_EQ(SecondAddressOf(user), "user1+work@home.example");
  EXPECT_TRUE(Plan(user, policy).needs_both);
}

TEST(RequestRulesTest, AddressesAreEachOnceAndOnlyWhatMailCanCarry) {
  User user = Member();
  EXPECT_THAT(AddressesOf(user), ElementsAre("user1@forthcoffee.com"));
  user.mail = "User.One@forthcoffee.com";
  user.alternate_mails = {"user.one@forthcoffee.com", "b@home.example", "us\xc3\xa9r@home.example"};
  EXPECT_THAT(AddressesOf(user), ElementsAre("User.One@forthcoffee.com", "b@home.example"));
}

TEST(RequestRulesTest, OnlyAsciiLettersHaveACase) {
  EXPECT_EQ(CanonicalIdentifier("USER1@ForthCoffee.COM"), "user1@forthcoffee.com");
  for (const char* like :
       {"\xe2\x84\xaa@a.example", "\xc4\xb1@a.example", "\xc5\xbf@a.example", "\xc3\x89@a.example"}) {
    EXPECT_EQ(CanonicalIdentifier(like), like);
  }
}

}  // namespace
}  // namespace hearth
