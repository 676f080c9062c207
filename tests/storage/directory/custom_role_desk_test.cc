// Roles that directories define.
#include "server/directory/custom_role_desk.h"

#include "server/directory/role_desk.h"
#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class CustomRoleDeskTest : public Fixture {
 protected:
  static std::string Role(const std::string& id) { return CustomRoleName(kForth, id); }

  absl::StatusOr<v1::CreateCustomRoleResponse> Create(const std::string& id,
                                                      const std::vector<v1::Permission>& permissions,
                                                      const Principal& actor = ForthAdmin()) {
    v1::CreateCustomRoleRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_custom_role_id(id);
    request.mutable_custom_role()->set_display_name("A role");
    for (const v1::Permission permission : permissions) request.mutable_custom_role()->add_permissions(permission);
    return desk_.CreateCustomRole(By(actor, request), request);
  }
  absl::StatusOr<v1::UpdateCustomRoleResponse> Change(const std::string& id,
                                                      const std::vector<v1::Permission>& permissions,
                                                      const Principal& actor = ForthAdmin()) {
    v1::UpdateCustomRoleRequest request;
    request.mutable_custom_role()->set_name(Role(id));
    for (const v1::Permission permission : permissions) request.mutable_custom_role()->add_permissions(permission);
    return desk_.UpdateCustomRole(By(actor, request), request);
  }
  absl::Status Delete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteCustomRoleRequest>(Role(id));
    return desk_.DeleteCustomRole(By(actor, request), request).status();
  }
  absl::StatusOr<v1::CreateRoleAssignmentResponse> Give(const std::string& user, const std::string& custom_role,
                                                        const Principal& actor = ForthAdmin(),
                                                        const std::string& unit = "") {
    v1::CreateRoleAssignmentRequest request;
    request.set_parent(UserName(kForth, user));
    request.mutable_role_assignment()->set_custom_role(Role(custom_role));
    if (!unit.empty()) {
      request.mutable_role_assignment()->set_administrative_unit(AdministrativeUnitName(kForth, unit));
    }
    return roles_.CreateRoleAssignment(By(actor, request), request);
  }
  absl::Status Take(const std::string& user, const std::string& assignment, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteRoleAssignmentRequest>(RoleAssignmentName(UserName(kForth, user), assignment));
    return roles_.DeleteRoleAssignment(By(actor, request), request).status();
  }
  absl::Status Disable(const std::string& user, const Principal& actor) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, user));
    return users_.DisableUser(By(actor, request), request).status();
  }

  const Principal user1_{kForth, "user1"};
  CustomRoleDesk desk_{&database(), &keyring(), &pager()};
  RoleDesk roles_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(CustomRoleDeskTest, CreatesShowsChangesAndRemoves) {
  const auto created =
      Create("writer", {v1::PERMISSION_USERS_WRITE, v1::PERMISSION_USERS_READ, v1::PERMISSION_USERS_WRITE});
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->custom_role().name(), Role("writer"));
  EXPECT_THAT(created->custom_role().permissions(), ElementsAre(v1::PERMISSION_USERS_READ, v1::PERMISSION_USERS_WRITE));
  EXPECT_THAT(Create("writer", {v1::PERMISSION_USERS_READ}), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  const auto changed = Change("writer", {v1::PERMISSION_USERS_WRITE});
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(changed->custom_role().permissions(), ElementsAre(v1::PERMISSION_USERS_WRITE));
  EXPECT_EQ(changed->custom_role().display_name(), "A role");
  const auto list = PageOf<v1::ListCustomRolesRequest>(DirectoryName(kForth), 10);
  EXPECT_EQ(desk_.ListCustomRoles(By(ForthAdmin(), list), list)->custom_roles_size(), 2);
  EXPECT_THAT(Delete("writer"), IsOk());
  EXPECT_THAT(Delete("writer"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "custom role"));
}

TEST_F(CustomRoleDeskTest, RefusesWhatCannotBeGranted) {
  EXPECT_THAT(Create("x", {}), ViolatesField("custom_role.permissions"));
  EXPECT_THAT(Create("x", {v1::PERMISSION_UNSPECIFIED}), ViolatesField("custom_role.permissions"));
  EXPECT_THAT(Create("x", {static_cast<v1::Permission>(999)}), ViolatesField("custom_role.permissions"));
  EXPECT_THAT(Create("x", {v1::PERMISSION_PLATFORM_ADMIN}), ViolatesField("custom_role.permissions"));
  EXPECT_THAT(Change("auditor", {v1::PERMISSION_PLATFORM_ADMIN}), ViolatesField("custom_role.permissions"));
  EXPECT_THAT(Create("x", {v1::PERMISSION_USERS_READ}, Admin(kForth, v1::ROLE_USER_ADMINISTRATOR)),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"));
  EXPECT_THAT(Create("x", {v1::PERMISSION_USERS_READ}, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(CustomRoleDeskTest, GrantsItsPermissionsOverPeopleWithoutRoles) {
  ASSERT_THAT(Create("writer", {v1::PERMISSION_USERS_WRITE}), IsOk());
  const auto given = Give("user1", "writer");
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->role_assignment().name(), UserName(kForth, "user1") + "/roleAssignments/custom.writer");
  EXPECT_EQ(given->role_assignment().custom_role(), Role("writer"));
  EXPECT_THAT(RolesOf(Person(kForth, "user1")), ElementsAre(v1::ROLE_UNSPECIFIED))
      << "one without a name in the contract";
  const auto get = Named<v1::GetUserRequest>(UserName(kForth, "user1"));
  EXPECT_EQ(users_.GetUser(By(ForthAdmin(), get), get)->user().roles_size(), 0);
  EXPECT_THAT(Disable("user2", user1_), IsOk());
  EXPECT_THAT(Disable("directory-readers", user1_),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "Directory Readers"));
  // And its holders count as any other role.
  EXPECT_THAT(Disable("user1", Admin(kForth, v1::ROLE_USER_ADMINISTRATOR)),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "custom role writer"));
  EXPECT_THAT(Take("user1", "custom.writer"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(CustomRoleDeskTest, CanBeLimitedToAUnit) {
  ASSERT_THAT(Create("writer", {v1::PERMISSION_USERS_WRITE}), IsOk());
  MakeUnit(kForth, "north", false, {"user2"});
  ASSERT_THAT(Give("user1", "writer", ForthAdmin(), "north"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), IsOk());
  EXPECT_THAT(Disable("contractor", user1_), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  EXPECT_THAT(Take("user1", "custom.writer@north"), IsOk());
}

TEST_F(CustomRoleDeskTest, AChangeCountsFromTheNextCallOn) {
  ASSERT_THAT(Give("user1", "auditor"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  ASSERT_THAT(Change("auditor", {v1::PERMISSION_USERS_WRITE}), IsOk());
  EXPECT_THAT(Disable("user2", user1_), IsOk());
  // What was admitted before a change is refused after it.
  const auto request = Named<v1::EnableUserRequest>(UserName(kForth, "user2"));
  const Call& call = By(user1_, request);
  ASSERT_THAT(Change("auditor", {v1::PERMISSION_USERS_READ}), IsOk());
  EXPECT_THAT(users_.EnableUser(call, request), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(CustomRoleDeskTest, IsNotRemovedWhileSomebodyHoldsIt) {
  ASSERT_THAT(Give("user1", "auditor"), IsOk());
  EXPECT_THAT(Delete("auditor"), Refuses(v1::ERROR_REASON_CUSTOM_ROLE_IN_USE, "custom_role", Role("auditor")));
  ASSERT_THAT(Take("user1", "custom.auditor"), IsOk());
  MakeGroup(kForth, "on-call", {}, {"custom.auditor"});
  EXPECT_THAT(Delete("auditor"), HasReason(v1::ERROR_REASON_CUSTOM_ROLE_IN_USE));
  Sql("DELETE FROM hearth.groups WHERE group_id = 'on-call'");
  EXPECT_THAT(Delete("auditor"), IsOk());
  EXPECT_THAT(Give("user1", "auditor"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "custom role"));
  EXPECT_THAT(Take("user1", "custom.auditor"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "role assignment"));
}

// Whoever assigns roles by a custom role gives, takes and defines no more than they hold.
TEST_F(CustomRoleDeskTest, NobodyLiftsThemselves) {
  ASSERT_THAT(Create("assigner", {v1::PERMISSION_ROLES_ASSIGN, v1::PERMISSION_USERS_READ}), IsOk());
  ASSERT_THAT(Give("user1", "assigner"), IsOk());
  EXPECT_THAT(Give("user2", "assigner", user1_), IsOk());
  EXPECT_THAT(Give("user2", "auditor", user1_),
              Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "custom role auditor"));
  EXPECT_THAT(Create("small", {v1::PERMISSION_USERS_READ}, user1_), IsOk());
  EXPECT_THAT(Create("large", {v1::PERMISSION_USERS_WRITE}, user1_), HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
  EXPECT_THAT(Change("assigner",
                     {v1::PERMISSION_ROLES_ASSIGN, v1::PERMISSION_USERS_READ, v1::PERMISSION_DIRECTORY_ADMIN}, user1_),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
  EXPECT_THAT(Change("auditor", {v1::PERMISSION_USERS_READ}, user1_), HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER))
      << "nor takes from others what they do not hold themselves";
  EXPECT_THAT(Delete("auditor", user1_), HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
  v1::CreateRoleAssignmentRequest global;
  global.set_parent(UserName(kForth, "user1"));
  global.mutable_role_assignment()->set_role(v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(roles_.CreateRoleAssignment(By(user1_, global), global),
              Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "Global Administrator"));
  EXPECT_THAT(Take("helpdesk-administrator", "helpdesk_administrator", user1_),
              HasReason(v1::ERROR_REASON_ROLE_BEYOND_CALLER));
}

TEST_F(CustomRoleDeskTest, ThereIsALimit) {
  Sql("INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions)"
      " SELECT 'forthcoffee', 'c' || n, 'x', '{users.read}' FROM generate_series(1, 99) n");
  EXPECT_THAT(Create("x", {v1::PERMISSION_USERS_READ}), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "100"));
}

}  // namespace
}  // namespace hearth::test
