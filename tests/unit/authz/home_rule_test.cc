// Who may give a person a new password: the rule itself, as a function of its inputs.
#include "server/authz/home_rule.h"

#include "gmock/gmock.h"
#include "server/authz/fence.h"
#include "tests/support/status_matchers.h"

namespace hearth {
namespace {

using test::DetailOf;
using test::HasReason;
using test::IsOk;
using test::Refuses;

const Principal kAdmin{"forthcoffee", "admin"};

std::vector<HeldRole> InDirectory(const std::vector<v1::Role>& roles) {
  std::vector<HeldRole> held;
  for (const v1::Role role : roles) held.push_back(Hold(role));
  return held;
}

Access Holding(const std::vector<v1::Role>& roles) {
  Access access;
  access.active = true;
  access.roles = InDirectory(roles);
  for (const v1::Role role : roles) access.permissions.Add(PermissionsOf(role));
  return access;
}

Access Service() {
  Access access;
  access.kind = PrincipalKind::kService;
  access.active = true;
  access.permissions.Add(v1::PERMISSION_RESETS_PERFORM);
  access.permissions.Add(v1::PERMISSION_USERS_WRITE);
  return access;
}

Target HomedHere(const std::vector<v1::Role>& roles = {}) {
  return {"forthcoffee",
          "user1",
          {v1::Home::KIND_THIS_DIRECTORY, "forthcoffee", "forthcoffee.com", "", ""},
          InDirectory(roles)};
}
Target HomedAtContoso() {
  return {"forthcoffee",
          "user1",
          {v1::Home::KIND_OTHER_DIRECTORY, "contoso", "contoso.com", "", "https://help.contoso.com"},
          {}};
}
Target HomedOutside() {
  return {"forthcoffee", "user1", {v1::Home::KIND_EXTERNAL_ISSUER, "", "", "https://accounts.example.com", ""}, {}};
}

ResetDecision Sensitive(const Principal& actor, const Access& access, const Target& target) {
  return DecideSensitive(actor, access, target, v1::PERMISSION_USERS_WRITE);
}

const Access kGlobal = Holding({v1::ROLE_GLOBAL_ADMINISTRATOR});

TEST(HomeRuleTest, APersonHomedHereIsReset) {
  const ResetDecision decision = DecideReset(kAdmin, kGlobal, HomedHere());
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.reason, v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_UNSPECIFIED);
  EXPECT_THAT(ToStatus(decision, HomedHere()), IsOk());
}

TEST(HomeRuleTest, APersonHomedElsewhereIsNotResetByAnybodyHere) {
  const ResetDecision decision = DecideReset(kAdmin, kGlobal, HomedAtContoso());
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_HOME);
  const absl::Status status = ToStatus(decision, HomedAtContoso());
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status, Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "contoso.com"));
  EXPECT_EQ(DetailOf<google::rpc::Help>(status).links(0).url(), "https://help.contoso.com");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata_size(), 1) << "the id of the other directory is not told";
}

TEST(HomeRuleTest, APersonOfAnIdentityProviderOutsideIsNotReset) {
  const ResetDecision decision = DecideReset(kAdmin, kGlobal, HomedOutside());
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_HOME);
  EXPECT_THAT(ToStatus(decision, HomedOutside()),
              Refuses(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH, "issuer", "https://accounts.example.com"));
}

TEST(HomeRuleTest, AnActorOfAnotherDirectoryThanTheListingOneIsRefused) {
  // The fence refuses such names first; the rule does not rely on it.
  EXPECT_FALSE(DecideReset({"contoso", "admin"}, kGlobal, HomedHere()).allowed);
  EXPECT_FALSE(DecideReset({"contoso", "admin"}, kGlobal, HomedAtContoso()).allowed)
      << "at home there, but named through another listing";
  EXPECT_FALSE(DecideReset({"platform", "operator"}, Holding({v1::ROLE_PLATFORM_OPERATOR}), HomedHere()).allowed);
  EXPECT_FALSE(DecideReset({"platform", "admin"}, kGlobal, HomedHere()).allowed);
}

TEST(HomeRuleTest, AHomeThatContradictsItsKindIsRefused) {
  Target claimed = HomedAtContoso();
  claimed.home.kind = v1::Home::KIND_THIS_DIRECTORY;
  EXPECT_FALSE(DecideReset(kAdmin, kGlobal, claimed).allowed) << "kind says here, the home directory says Contoso";
  Target unknown = HomedHere();
  unknown.home = {};
  EXPECT_FALSE(DecideReset(kAdmin, kGlobal, unknown).allowed);
}

TEST(HomeRuleTest, NobodyResetsThemselves) {
  Target self = HomedHere();
  self.user = kAdmin.subject;
  const ResetDecision decision = DecideReset(kAdmin, kGlobal, self);
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_OWN_ACCOUNT);
  EXPECT_THAT(ToStatus(decision, self), HasReason(v1::ERROR_REASON_OWN_ACCOUNT));
}

TEST(HomeRuleTest, HomeIsAskedBeforeOwnAccountAndThatBeforeTheMatrix) {
  Target guest_self = HomedAtContoso();
  guest_self.user = kAdmin.subject;
  EXPECT_EQ(DecideReset(kAdmin, kGlobal, guest_self).rule, v1::RESET_RULE_HOME);
  Target protected_self = HomedHere({v1::ROLE_GLOBAL_ADMINISTRATOR});
  protected_self.user = kAdmin.subject;
  EXPECT_EQ(DecideReset(kAdmin, Holding({v1::ROLE_HELPDESK_ADMINISTRATOR}), protected_self).rule,
            v1::RESET_RULE_OWN_ACCOUNT);
}

TEST(HomeRuleTest, ARoleOutOfReachIsNamed) {
  const Target target = HomedHere({v1::ROLE_REPORTS_READER, v1::ROLE_GLOBAL_ADMINISTRATOR});
  const ResetDecision decision = DecideReset(kAdmin, Holding({v1::ROLE_HELPDESK_ADMINISTRATOR}), target);
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_AUTHORITY_MATRIX);
  EXPECT_EQ(decision.blocking_role, v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(ToStatus(decision, target),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "Global Administrator"));
}

TEST(HomeRuleTest, ACallerWithoutRolesReachesNobody) {
  EXPECT_FALSE(DecideReset(kAdmin, Holding({}), HomedHere()).allowed);
}

TEST(HomeRuleTest, AServiceReachesPeopleWithoutRolesOnly) {
  EXPECT_TRUE(DecideReset({"forthcoffee", "backend"}, Service(), HomedHere()).allowed);
  EXPECT_FALSE(DecideReset({"forthcoffee", "backend"}, Service(), HomedHere({v1::ROLE_DIRECTORY_READERS})).allowed);
  EXPECT_FALSE(DecideReset({"forthcoffee", "backend"}, Service(), HomedAtContoso()).allowed);
}

TEST(HomeRuleTest, WhatADirectoryKeepsOfAGuestIsItsOwn) {
  EXPECT_TRUE(Sensitive(kAdmin, kGlobal, HomedAtContoso()).allowed);
  EXPECT_TRUE(Sensitive(kAdmin, kGlobal, HomedOutside()).allowed);
  Target self = HomedAtContoso();
  self.user = kAdmin.subject;
  EXPECT_EQ(Sensitive(kAdmin, kGlobal, self).reason, v1::ERROR_REASON_OWN_ACCOUNT);
  EXPECT_EQ(
      Sensitive(kAdmin, Holding({v1::ROLE_USER_ADMINISTRATOR}), HomedHere({v1::ROLE_GLOBAL_ADMINISTRATOR})).reason,
      v1::ERROR_REASON_TARGET_ROLE_PROTECTED);
  EXPECT_FALSE(Sensitive({"contoso", "admin"}, kGlobal, HomedHere()).allowed) << "another directory's listing";
}

TEST(HomeRuleTest, OnlyTheHomeHoldsAPassword) {
  EXPECT_THAT(CheckHome(HomedHere()), IsOk());
  EXPECT_THAT(CheckHome(HomedAtContoso()), Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "contoso.com"));
  EXPECT_THAT(CheckHome(HomedOutside()), HasReason(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH));
}

TEST(FenceTest, EveryOtherDirectoryIsRefusedAlike) {
  EXPECT_THAT(CheckFence(kAdmin, "forthcoffee"), IsOk());
  const absl::Status existing = CheckFence(kAdmin, "contoso");
  EXPECT_THAT(existing, HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  for (const char* other : {"nowhere", "platform", "", "forthcoffe", "forthcoffee2", "FORTHCOFFEE"}) {
    const absl::Status status = CheckFence(kAdmin, other);
    EXPECT_EQ(status, existing) << other;
  }
}

}  // namespace
}  // namespace hearth
