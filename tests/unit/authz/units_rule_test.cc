// How administrative units limit who reaches whom: every role of the actor, custom ones too, everywhere it can be held, over every role of the
// target, everywhere it can be held, in every combination of the target's units, in a role-assignable group or not; compared with the oracle's verdict.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/authz/home_rule.h"
#include "server/base/error.h"
#include "tests/support/oracle.h"
#include "tests/support/status_matchers.h"

namespace hearth {
namespace {

using test::Deed;
using test::OracleActor;
using test::OracleRole;
using test::OracleTarget;
using test::Refuses;

constexpr char kForth[] = "forthcoffee";
const Principal kAdmin{kForth, "admin"};

// The units of the directory: board and vault are restricted.
bool IsRestricted(const std::string& unit) { return unit == "board" || unit == "vault"; }

std::vector<HeldRole> ToHeld(const std::vector<OracleRole>& roles) {
  std::vector<HeldRole> held;
  for (const OracleRole& role : roles) {
    held.push_back(Hold(role.role, role.unit, IsRestricted(role.unit)));
    if (role.custom.empty()) continue;
    held.back().id = CustomRoleId(role.custom);
    for (const std::string& name : role.permissions) held.back().permissions.Add(PermissionFromName(name).value());
  }
  return held;
}

Access AccessOf(const OracleActor& actor) {
  Access access;
  access.kind = actor.service ? PrincipalKind::kService : PrincipalKind::kPerson;
  access.active = true;
  access.roles = ToHeld(actor.roles);
  for (const std::string& name : actor.permissions) access.permissions.Add(PermissionFromName(name).value());
  return access;
}

Target TargetOf(const OracleTarget& target) {
  Target made{kForth, target.id, {v1::Home::KIND_THIS_DIRECTORY, kForth, "forthcoffee.com", "", ""}, {}, {}};
  made.roles = ToHeld(target.roles);
  for (const auto& [unit, restricted] : target.units) made.units.push_back({unit, restricted});
  made.privileged_group = target.in_group;
  return made;
}

// Every role that can be held, everywhere that it can be held; and those of the whole directory that reach nobody.
std::vector<OracleRole> EveryRole() {
  std::vector<OracleRole> roles;
  for (int number = v1::Role_MIN + 1; number <= v1::Role_MAX; ++number) {
    const auto role = static_cast<v1::Role>(number);
    roles.push_back({role, ""});
    if (!IsUnitAssignable(role)) continue;
    for (const char* unit : {"north", "south", "board", "vault"}) roles.push_back({role, unit});
  }
  for (const char* unit : {"", "north", "board"}) {
    roles.push_back({v1::ROLE_UNSPECIFIED, unit, "reception", {"users.write", "resets.perform"}});
    roles.push_back({v1::ROLE_UNSPECIFIED, unit, "auditor", {"users.read"}});
  }
  return roles;
}

std::vector<std::map<std::string, bool>> EveryMembership() {
  std::vector<std::map<std::string, bool>> all;
  for (int set = 0; set < 16; ++set) {
    auto& units = all.emplace_back();
    const std::string names[] = {"north", "south", "board", "vault"};
    for (int i = 0; i < 4; ++i) {
      if ((set >> i & 1) != 0) units[names[i]] = IsRestricted(names[i]);
    }
  }
  return all;
}

OracleTarget Person(const std::vector<OracleRole>& roles, const std::map<std::string, bool>& units,
                    bool in_group = false) {
  OracleTarget target;
  target.listed = true;
  target.id = "user1";
  target.roles = roles;
  target.units = units;
  target.restricted = {"board", "vault"};
  target.in_group = in_group;
  return target;
}

class UnitsRuleTest : public testing::Test {
 protected:
  // Without a permission that the deed needs no call comes so far.
  void Compare(const OracleActor& actor, const OracleTarget& target) {
    for (const Deed deed : {Deed::kReset, Deed::kDisable}) {
      const std::string expected = Verdict(deed, actor, target);
      const auto permission = deed == Deed::kReset ? v1::PERMISSION_RESETS_PERFORM : v1::PERMISSION_USERS_WRITE;
      const ResetDecision decision = deed == Deed::kReset
                                         ? DecideReset(kAdmin, AccessOf(actor), TargetOf(target))
                                         : DecideSensitive(kAdmin, AccessOf(actor), TargetOf(target), permission);
      const std::string answer = decision.allowed ? "OK" : ReasonName(decision.reason);
      ++answers_[expected];
      if (expected == "PERMISSION_MISSING" ? !decision.allowed : answer == expected) continue;
      if (++failures_ > 20) continue;
      ADD_FAILURE() << Text(actor.roles) << " over " << Text(target.roles) << " in "
                    << testing::PrintToString(target.units) << ": " << answer << " instead of " << expected;
    }
  }
  static std::string Text(const std::vector<OracleRole>& roles) {
    std::string text;
    for (const OracleRole& role : roles)
      absl::StrAppend(&text, role.custom.empty() ? RoleId(role.role) : role.custom, "@", role.unit, " ");
    return text;
  }

  std::map<std::string, int> answers_;
  int failures_ = 0;
};

TEST_F(UnitsRuleTest, EveryRoleOverEveryRoleInAllUnits) {
  const auto memberships = EveryMembership();
  const auto roles = EveryRole();
  for (const OracleRole& mine : roles) {
    OracleActor actor{.directory = kForth, .id = kAdmin.subject};
    actor.roles = {mine};
    for (const auto& units : memberships) {
      for (const bool in_group : {false, true}) {
        Compare(actor, Person({}, units, in_group));
        for (const OracleRole& theirs : roles) Compare(actor, Person({theirs}, units, in_group));
      }
    }
  }
  EXPECT_EQ(failures_, 0);
  for (const char* answer :
       {"OK", "PERMISSION_MISSING", "TARGET_ROLE_PROTECTED", "TARGET_UNIT_RESTRICTED", "OUTSIDE_ADMINISTRATIVE_UNIT"}) {
    EXPECT_GT(answers_[answer], 100) << answer;
  }
}

TEST_F(UnitsRuleTest, TwoRolesOfTheActorAndTwoOfTheTarget) {
  const std::vector<OracleRole> some = {{v1::ROLE_GLOBAL_ADMINISTRATOR},
                                        {v1::ROLE_USER_ADMINISTRATOR},
                                        {v1::ROLE_HELPDESK_ADMINISTRATOR},
                                        {v1::ROLE_DIRECTORY_READERS},
                                        {v1::ROLE_USER_ADMINISTRATOR, "north"},
                                        {v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, "board"},
                                        {v1::ROLE_HELPDESK_ADMINISTRATOR, "board"},
                                        {v1::ROLE_AUTHENTICATION_ADMINISTRATOR, "vault"}};
  for (const OracleRole& first : some) {
    for (const OracleRole& second : some) {
      OracleActor actor{.directory = kForth, .id = kAdmin.subject};
      actor.roles = {first, second};
      for (const auto& units : EveryMembership()) {
        for (const OracleRole& one : some) {
          for (const OracleRole& other : some) Compare(actor, Person({one, other}, units));
        }
      }
    }
  }
  EXPECT_EQ(failures_, 0);
}

TEST_F(UnitsRuleTest, AServiceDoesNotReachIntoRestrictedUnits) {
  OracleActor service{.directory = kForth, .id = "backend"};
  service.service = true;
  service.permissions = {"resets.perform", "users.write"};
  for (const auto& units : EveryMembership()) {
    Compare(service, Person({}, units));
    Compare(service, Person({{v1::ROLE_DIRECTORY_READERS}}, units));
    Compare(service, Person({}, units, /*in_group=*/true));
  }
  EXPECT_EQ(failures_, 0);
  EXPECT_GT(answers_["TARGET_UNIT_RESTRICTED"], 0);
}

TEST_F(UnitsRuleTest, TheVerdictNamesTheUnit) {
  OracleActor actor{.directory = kForth, .id = kAdmin.subject};
  actor.roles = {{v1::ROLE_GLOBAL_ADMINISTRATOR}};
  const Target target = TargetOf(Person({}, {{"north", false}, {"board", true}}));
  const ResetDecision decision = DecideReset(kAdmin, AccessOf(actor), target);
  EXPECT_EQ(decision.rule, v1::RESET_RULE_RESTRICTED_UNIT);
  EXPECT_EQ(decision.restricting_unit, "board");
  EXPECT_THAT(ToStatus(decision, target), Refuses(v1::ERROR_REASON_TARGET_UNIT_RESTRICTED, "unit",
                                                  "directories/forthcoffee/administrativeUnits/board"));
}

TEST_F(UnitsRuleTest, TheVerdictNamesCustomRolesAndGroupsThatBlock) {
  OracleActor actor{.directory = kForth, .id = kAdmin.subject};
  actor.roles = {{v1::ROLE_HELPDESK_ADMINISTRATOR}};
  const Target auditor = TargetOf(Person({{v1::ROLE_UNSPECIFIED, "", "auditor", {"users.read"}}}, {}));
  EXPECT_THAT(ToStatus(DecideReset(kAdmin, AccessOf(actor), auditor), auditor),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "custom role auditor"));
  const Target member = TargetOf(Person({}, {}, /*in_group=*/true));
  EXPECT_THAT(ToStatus(DecideReset(kAdmin, AccessOf(actor), member), member),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role",
                      "No admin role (member or owner of role-assignable group)"));
}

// Whoever publishes how to be reached is named to those who are refused.
TEST_F(UnitsRuleTest, TheRefusalTellsWhomToAsk) {
  OracleActor actor{.directory = kForth, .id = kAdmin.subject};
  actor.roles = {{v1::ROLE_GLOBAL_ADMINISTRATOR}};
  Target target = TargetOf(Person({}, {{"board", true}}));
  target.home.contact = "Front desk, +1 555 0100";
  target.home.help_uri = "https://help.forthcoffee.com";
  const absl::Status status = ToStatus(DecideReset(kAdmin, AccessOf(actor), target), target);
  EXPECT_THAT(status, Refuses(v1::ERROR_REASON_TARGET_UNIT_RESTRICTED, "home_contact", "Front desk, +1 555 0100"));
  EXPECT_EQ(test::DetailOf<google::rpc::Help>(status).links(0).url(), "https://help.forthcoffee.com");
}

// One role has to grant what is asked, reach the person, and cover them; two that do half each do not make one.
TEST_F(UnitsRuleTest, ARoleOnAUnitLendsItsPermissionsToNoOtherRole) {
  OracleActor actor{.directory = kForth, .id = kAdmin.subject};
  actor.roles = {{v1::ROLE_USER_ADMINISTRATOR, "north"}, {v1::ROLE_HELPDESK_ADMINISTRATOR}};
  const Target outside = TargetOf(Person({}, {}));
  EXPECT_TRUE(DecideReset(kAdmin, AccessOf(actor), outside).allowed);
  EXPECT_EQ(DecideSensitive(kAdmin, AccessOf(actor), outside, v1::PERMISSION_USERS_WRITE).rule,
            v1::RESET_RULE_UNIT_SCOPE);
}

}  // namespace
}  // namespace hearth
