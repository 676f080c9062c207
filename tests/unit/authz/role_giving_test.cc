// Nobody gives more than the rules allow.
#include "server/authz/role_giving.h"

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace hearth {
namespace {

using test::HasReason;
using test::IsOk;
using test::Refuses;

Access Holding(const std::vector<HeldRole>& roles) {
  Access access;
  access.active = true;
  access.roles = roles;
  for (const HeldRole& role : roles) {
    (role.unit.empty() ? access.permissions : access.unit_permissions).Add(role.permissions);
  }
  return access;
}

HeldRole Custom(const std::string& id, const std::vector<v1::Permission>& permissions, const std::string& unit = "") {
  HeldRole role;
  role.id = CustomRoleId(id);
  role.unit = unit;
  for (const v1::Permission permission : permissions) role.permissions.Add(permission);
  return role;
}

const HeldRole kAssigner = Custom("assigner", {v1::PERMISSION_ROLES_ASSIGN, v1::PERMISSION_USERS_READ});

TEST(RoleGivingTest, TwoRolesGiveEveryRole) {
  for (const v1::Role giver : {v1::ROLE_GLOBAL_ADMINISTRATOR, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR}) {
    for (int number = v1::Role_MIN + 1; number <= v1::Role_MAX; ++number) {
      EXPECT_THAT(CheckMayGive(Holding({Hold(giver)}), Hold(static_cast<v1::Role>(number))), IsOk());
    }
    EXPECT_THAT(CheckMayGive(Holding({Hold(giver)}), Custom("x", {v1::PERMISSION_PASSWORDS_VERIFY})), IsOk());
    EXPECT_THAT(CheckMayGiveAll(Holding({Hold(giver)}), "x"), IsOk());
  }
}

TEST(RoleGivingTest, OthersGiveWhatTheyHoldAndNoMore) {
  const Access access = Holding({kAssigner, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR)});
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR, "north")), IsOk());
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_PASSWORD_ADMINISTRATOR)),
              Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "Password Administrator"))
      << "the same permissions, but another place in the matrix";
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_GLOBAL_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
  EXPECT_THAT(CheckMayGiveAll(access, "x"), HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
}

TEST(RoleGivingTest, ARoleOnAUnitIsGivenThereOnly) {
  const Access access = Holding({kAssigner, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR, "north")});
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR, "north")), IsOk());
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR, "south")),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
  EXPECT_THAT(CheckMayGive(access, Hold(v1::ROLE_HELPDESK_ADMINISTRATOR)),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
}

TEST(RoleGivingTest, ACustomRoleIsMeasuredByItsPermissions) {
  const Access access = Holding({kAssigner, Custom("writer", {v1::PERMISSION_USERS_WRITE}, "north")});
  EXPECT_THAT(CheckMayGive(access, Custom("x", {v1::PERMISSION_USERS_READ})), IsOk());
  EXPECT_THAT(CheckMayGive(access, Custom("x", {v1::PERMISSION_USERS_READ, v1::PERMISSION_ROLES_ASSIGN})), IsOk());
  EXPECT_THAT(CheckMayGive(access, Custom("x", {v1::PERMISSION_USERS_WRITE})),
              Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "custom role x"))
      << "held on a unit only";
  EXPECT_THAT(CheckMayGive(access, Custom("assigner", {v1::PERMISSION_DIRECTORY_ADMIN})),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER))
      << "a role of that name is held, but it is to grant more";
}

TEST(RoleGivingTest, AServiceGivesCustomRolesWithinItsPermissions) {
  Access service;
  service.kind = PrincipalKind::kService;
  service.permissions.Add(v1::PERMISSION_ROLES_ASSIGN);
  service.permissions.Add(v1::PERMISSION_USERS_READ);
  EXPECT_THAT(CheckMayGive(service, Custom("x", {v1::PERMISSION_USERS_READ})), IsOk());
  EXPECT_THAT(CheckMayGive(service, Hold(v1::ROLE_DIRECTORY_READERS)), HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
}

}  // namespace
}  // namespace hearth
