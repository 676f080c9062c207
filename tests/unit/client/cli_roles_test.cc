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

TEST_F(CliTest, RotatesTheIdentitiesOfAServiceInTwoSteps) {
  v1::GetServiceAccountResponse now;
  now.mutable_service_account()->set_etag("7");
  now.mutable_service_account()->add_certificate_identities("spiffe://d.example/a");
  hearth_.Answer(now);
  const std::vector<std::string> rotate = {"service-account", "rotate", "s", "--directory", "d"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), rotate.begin(), rotate.end());
    return Run(more);
  };
  EXPECT_EQ(with({"--add", "spiffe://d.example/b"}).exit_code, 0);
  auto update = hearth_.last<v1::UpdateServiceAccountRequest>();
  EXPECT_EQ(update.service_account().name(), "directories/d/serviceAccounts/s");
  EXPECT_EQ(update.service_account().etag(), "7") << "what was added meanwhile is not lost";
  EXPECT_THAT(update.service_account().certificate_identities(),
              ::testing::ElementsAre("spiffe://d.example/a", "spiffe://d.example/b"));
  EXPECT_THAT(update.update_mask().paths(), ::testing::ElementsAre("certificate_identities"));

  now.mutable_service_account()->add_certificate_identities("spiffe://d.example/b");
  hearth_.Answer(now);
  EXPECT_EQ(with({"--remove", "spiffe://d.example/a"}).exit_code, 0);
  update = hearth_.last<v1::UpdateServiceAccountRequest>();
  EXPECT_THAT(update.service_account().certificate_identities(), ::testing::ElementsAre("spiffe://d.example/b"));
}

TEST_F(CliTest, ARotationLeavesNoServiceWithoutIdentity) {
  v1::GetServiceAccountResponse now;
  now.mutable_service_account()->add_certificate_identities("spiffe://d.example/a");
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"--add", "b.example", "--remove", "spiffe://d.example/a"},
                                                {"--remove", "spiffe://d.example/a"},
                                                {"--remove", "spiffe://d.example/b"}}) {
    hearth_.Answer(now);
    std::vector<std::string> arguments = {"service-account", "rotate", "s", "--directory", "d"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(Run(arguments).exit_code, 2);
  }
  for (const auto& call : hearth_.calls()) EXPECT_EQ(call.method, "GetServiceAccount");
}

TEST_F(CliTest, OffersNoPermissionThatTheServerRefuses) {
  const std::string help = Run({"service-account", "create", "--help"}).out;
  EXPECT_NE(help.find("users.read"), std::string::npos);
  EXPECT_EQ(help.find("platform.admin"), std::string::npos);
}

}  // namespace
}  // namespace hearth::cli
