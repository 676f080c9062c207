// Roles on administrative units, roles of groups, and roles that directories define, as people type them.
#include "gmock/gmock.h"
#include "hearth/v1/directory_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

TEST_F(CliTest, LimitsRolesToAdministrativeUnits) {
  for (const std::string unit : {"north", "directories/d/administrativeUnits/north"}) {
    EXPECT_EQ(Run({"role", "assign", "u", "helpdesk_administrator", "--unit", unit, "--directory", "d"}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::CreateRoleAssignmentRequest>().role_assignment().administrative_unit(),
              "directories/d/administrativeUnits/north");
    EXPECT_EQ(Run({"role", "remove", "u", "helpdesk_administrator", "--unit", unit, "--directory", "d"}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::DeleteRoleAssignmentRequest>().name(),
              "directories/d/users/u/roleAssignments/helpdesk_administrator@north");
  }
  EXPECT_EQ(Run({"unit", "add-member", "north", "u", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::AddAdministrativeUnitMemberRequest>().name(), "directories/d/administrativeUnits/north");
  EXPECT_EQ(hearth_.last<v1::AddAdministrativeUnitMemberRequest>().user(), "directories/d/users/u");
  EXPECT_EQ(Run({"role", "assign", "u", "helpdesk_administrator", "--unit", "a/b", "--directory", "d"}).exit_code, 2);
}

TEST_F(CliTest, GivesCustomRolesAndRolesToGroups) {
  EXPECT_EQ(Run({"role", "assign", "u", "custom.reception", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::CreateRoleAssignmentRequest>().role_assignment().custom_role(),
            "directories/d/customRoles/reception");
  EXPECT_EQ(Run({"role", "remove", "u", "custom.reception", "--unit", "north", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::DeleteRoleAssignmentRequest>().name(),
            "directories/d/users/u/roleAssignments/custom.reception@north");
  EXPECT_EQ(Run({"group", "assign-role", "g", "helpdesk_administrator", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::CreateRoleAssignmentRequest>().parent(), "directories/d/groups/g");
  EXPECT_EQ(Run({"group", "remove-role", "g", "helpdesk_administrator", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::DeleteRoleAssignmentRequest>().name(),
            "directories/d/groups/g/roleAssignments/helpdesk_administrator");
  EXPECT_EQ(Run({"group", "add-member", "g", "u", "--as", "owner", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::AddGroupMemberRequest>().relation(), v1::GROUP_RELATION_OWNER);
}

}  // namespace
}  // namespace hearth::cli
