// Groups: their life, who belongs to them, and the roles that people hold through them.
#include "server/directory/group_desk.h"

#include "server/directory/group_member_desk.h"
#include "server/directory/role_desk.h"
#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GroupDeskTest : public Fixture {
 protected:
  static std::string Group(const std::string& id) { return GroupName(kForth, id); }

  absl::StatusOr<v1::CreateGroupResponse> Create(const std::string& id, bool role_assignable,
                                                 const Principal& actor = ForthAdmin()) {
    v1::CreateGroupRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_group_id(id);
    request.mutable_group()->set_display_name("A group");
    request.mutable_group()->set_role_assignable(role_assignable);
    return desk_.CreateGroup(By(actor, request), request);
  }
  absl::StatusOr<v1::UpdateGroupResponse> Describe(const std::string& id, const std::string& description,
                                                   const Principal& actor = ForthAdmin()) {
    v1::UpdateGroupRequest request;
    request.mutable_group()->set_name(Group(id));
    request.mutable_group()->set_description(description);
    return desk_.UpdateGroup(By(actor, request), request);
  }
  absl::Status Delete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteGroupRequest>(Group(id));
    return desk_.DeleteGroup(By(actor, request), request).status();
  }
  absl::Status Add(const std::string& group, const std::string& user, const Principal& actor = ForthAdmin(),
                   v1::GroupRelation relation = v1::GROUP_RELATION_UNSPECIFIED) {
    auto request = Named<v1::AddGroupMemberRequest>(Group(group));
    request.set_user(UserName(kForth, user));
    request.set_relation(relation);
    return members_.AddGroupMember(By(actor, request), request).status();
  }
  absl::Status Remove(const std::string& group, const std::string& user, const Principal& actor = ForthAdmin(),
                      v1::GroupRelation relation = v1::GROUP_RELATION_MEMBER) {
    auto request = Named<v1::RemoveGroupMemberRequest>(Group(group));
    request.set_user(UserName(kForth, user));
    request.set_relation(relation);
    return members_.RemoveGroupMember(By(actor, request), request).status();
  }
  absl::StatusOr<v1::CreateRoleAssignmentResponse> Give(const std::string& group, v1::Role role,
                                                        const Principal& actor = ForthAdmin(),
                                                        const std::string& unit = "") {
    v1::CreateRoleAssignmentRequest request;
    request.set_parent(Group(group));
    request.mutable_role_assignment()->set_role(role);
    if (!unit.empty()) {
      request.mutable_role_assignment()->set_administrative_unit(AdministrativeUnitName(kForth, unit));
    }
    return roles_.CreateRoleAssignment(By(actor, request), request);
  }
  absl::Status Take(const std::string& group, const std::string& assignment) {
    const auto request = Named<v1::DeleteRoleAssignmentRequest>(RoleAssignmentName(Group(group), assignment));
    return roles_.DeleteRoleAssignment(By(ForthAdmin(), request), request).status();
  }
  absl::Status Disable(const std::string& user, const Principal& actor) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, user));
    return users_.DisableUser(By(actor, request), request).status();
  }
  std::vector<std::string> RolesShownOf(const std::string& holder, const Principal& actor = ForthAdmin()) {
    const auto request = PageOf<v1::ListRoleAssignmentsRequest>(holder, 100);
    const auto response = roles_.ListRoleAssignments(By(actor, request), request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> names;
    for (const auto& assignment : response->role_assignments()) names.push_back(assignment.name());
    return names;
  }

  const Principal user1_{kForth, "user1"};
  GroupDesk desk_{&database(), &keyring(), &pager()};
  GroupMemberDesk members_{&database(), &keyring(), &pager()};
  RoleDesk roles_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(GroupDeskTest, CreatesShowsChangesAndRemoves) {
  const auto created = Create("on-call", true);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->group().name(), Group("on-call"));
  EXPECT_TRUE(created->group().role_assignable());
  EXPECT_THAT(Create("on-call", true), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  const auto changed = Describe("on-call", "Changes every Monday");
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->group().etag(), "2");
  const auto list = PageOf<v1::ListGroupsRequest>(DirectoryName(kForth), 1);
  const auto page = desk_.ListGroups(By(ForthAdmin(), list), list);
  EXPECT_EQ(page->groups(0).name(), Group("baristas"));
  EXPECT_NE(page->next_page_token(), "");
  const auto get = Named<v1::GetGroupRequest>(Group("on-call"));
  EXPECT_EQ(desk_.GetGroup(By(ForthAdmin(), get), get)->group().description(), "Changes every Monday");
  EXPECT_THAT(Delete("on-call"), IsOk());
  EXPECT_THAT(desk_.GetGroup(By(ForthAdmin(), get), get),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "group"));
  EXPECT_THAT(Delete("on-call"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Audit(kForth).back(),
              (AuditRow{"group.delete", "allowed", "", "forthcoffee/global-administrator", Group("on-call")}));
}

TEST_F(GroupDeskTest, WhetherItIsRoleAssignableNeverChanges) {
  ASSERT_THAT(Create("choir", false), IsOk());
  v1::UpdateGroupRequest request;
  request.mutable_group()->set_name(Group("choir"));
  request.mutable_group()->set_role_assignable(true);
  request.mutable_update_mask()->add_paths("role_assignable");
  EXPECT_THAT(desk_.UpdateGroup(By(ForthAdmin(), request), request), ViolatesField("update_mask"));
  EXPECT_THAT(Give("choir", v1::ROLE_REPORTS_READER),
              Refuses(v1::ERROR_REASON_GROUP_NOT_ROLE_ASSIGNABLE, "group", Group("choir")));
}

TEST_F(GroupDeskTest, ManagingARoleAssignableGroupTakesRolesAssign) {
  const Principal groups = Admin(kForth, v1::ROLE_GROUPS_ADMINISTRATOR);
  ASSERT_THAT(Create("choir", false, groups), IsOk());
  EXPECT_THAT(Add("choir", "user1", groups), IsOk());
  EXPECT_THAT(Describe("choir", "x", groups), IsOk());
  EXPECT_THAT(Remove("choir", "user1", groups), IsOk());
  EXPECT_THAT(Delete("choir", groups), IsOk());
  const auto refused = Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign");
  EXPECT_THAT(Create("x", true, groups), refused);
  EXPECT_THAT(Add("baristas", "user1", groups), refused);
  EXPECT_THAT(Describe("baristas", "x", groups), refused);
  EXPECT_THAT(Delete("baristas", groups), refused);
  EXPECT_THAT(Add("baristas", "user1", Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(Remove("baristas", "user1", groups), refused);
  EXPECT_THAT(Create("y", false, Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR)),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "groups.write"));
  EXPECT_THAT(Add("baristas", "user1", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(GroupDeskTest, MembersHoldTheRolesOfTheirGroupFromTheNextCallOn) {
  ASSERT_THAT(Give("baristas", v1::ROLE_USER_ADMINISTRATOR), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  const int64_t before = Person(kForth, "user1").revision;
  ASSERT_THAT(Add("baristas", "user1"), IsOk());
  EXPECT_EQ(Person(kForth, "user1").revision, before + 1);
  EXPECT_THAT(RolesOf(Person(kForth, "user1")), ElementsAre(v1::ROLE_USER_ADMINISTRATOR));
  EXPECT_THAT(Disable("user2", user1_), IsOk());
  EXPECT_THAT(RolesShownOf(UserName(kForth, "user1")),
              ElementsAre(Group("baristas") + "/roleAssignments/user_administrator"));
  ASSERT_THAT(Take("baristas", "user_administrator"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_EQ(Person(kForth, "user1").revision, before + 2);
  ASSERT_THAT(Give("baristas", v1::ROLE_USER_ADMINISTRATOR), IsOk());
  ASSERT_THAT(Remove("baristas", "user1"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  ASSERT_THAT(Add("baristas", "user1"), IsOk());
  ASSERT_THAT(Delete("baristas"), IsOk());
  EXPECT_THAT(Disable("user2", user1_), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

TEST_F(GroupDeskTest, OwnersDoNotHoldTheRolesButAreProtectedAsMembersAre) {
  ASSERT_THAT(Add("baristas", "user1", ForthAdmin(), v1::GROUP_RELATION_OWNER), IsOk());
  ASSERT_THAT(Add("baristas", "user2"), IsOk());
  ASSERT_THAT(Give("baristas", v1::ROLE_DIRECTORY_READERS), IsOk());
  EXPECT_THAT(RolesOf(Person(kForth, "user1")), IsEmpty());
  const Principal helpers = Admin(kForth, v1::ROLE_USER_ADMINISTRATOR);
  for (const char* user : {"user1", "user2"}) {
    EXPECT_THAT(Disable(user, helpers), Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role",
                                                "No admin role (member or owner of role-assignable group)"))
        << user;
    EXPECT_THAT(Disable(user, Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)), IsOk()) << user;
  }
  ASSERT_THAT(Create("choir", false), IsOk());
  ASSERT_THAT(Add("choir", "contractor"), IsOk());
  EXPECT_THAT(Disable("contractor", helpers), IsOk()) << "another group protects nobody";
}

TEST_F(GroupDeskTest, ListsMembersAndOwnersInPages) {
  for (const char* user : {"user2", "visitor", "user1"}) ASSERT_THAT(Add("baristas", user), IsOk());
  ASSERT_THAT(Add("baristas", "user1", ForthAdmin(), v1::GROUP_RELATION_OWNER), IsOk());
  EXPECT_THAT(Add("baristas", "user1"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Add("baristas", "deleted"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
  EXPECT_THAT(Add("nobody", "user1"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "group"));
  EXPECT_THAT(Remove("baristas", "user2", ForthAdmin(), v1::GROUP_RELATION_OWNER),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "group member"));
  std::vector<std::pair<std::string, v1::GroupRelation>> people;
  std::string token;
  do {
    auto request = Named<v1::ListGroupMembersRequest>(Group("baristas"));
    request.set_page_size(3);
    request.set_page_token(token);
    const auto response = members_.ListGroupMembers(By(ForthAdmin(), request), request);
    ASSERT_THAT(response, IsOk());
    for (const auto& member : response->members()) people.emplace_back(member.user(), member.relation());
    token = response->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(people, ElementsAre(std::pair(UserName(kForth, "user1"), v1::GROUP_RELATION_MEMBER),
                                  std::pair(UserName(kForth, "user1"), v1::GROUP_RELATION_OWNER),
                                  std::pair(UserName(kForth, "user2"), v1::GROUP_RELATION_MEMBER),
                                  std::pair(UserName(kForth, "visitor"), v1::GROUP_RELATION_MEMBER)));
}

TEST_F(GroupDeskTest, ARoleOfAGroupCanBeLimitedToAUnit) {
  MakeUnit(kForth, "north", false, {"user2"});
  ASSERT_THAT(Add("baristas", "user1"), IsOk());
  const auto given = Give("baristas", v1::ROLE_USER_ADMINISTRATOR, ForthAdmin(), "north");
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->role_assignment().name(), Group("baristas") + "/roleAssignments/user_administrator@north");
  EXPECT_THAT(Disable("user2", user1_), IsOk());
  EXPECT_THAT(Disable("contractor", user1_), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  EXPECT_THAT(RolesShownOf(Group("baristas")),
              ElementsAre(Group("baristas") + "/roleAssignments/user_administrator@north"));
}

TEST_F(GroupDeskTest, TheLastGlobalAdministratorThroughAGroupStays) {
  ASSERT_THAT(Give("baristas", v1::ROLE_GLOBAL_ADMINISTRATOR), IsOk());
  ASSERT_THAT(Add("baristas", "user1"), IsOk());
  // Now there are two, and the one who holds the role directly can go.
  v1::DeleteRoleAssignmentRequest taking;
  taking.set_name(RoleAssignmentName(UserName(kForth, "global-administrator"), "global_administrator"));
  ASSERT_THAT(roles_.DeleteRoleAssignment(By(user1_, taking), taking), IsOk());
  const auto refused = HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR);
  const Principal assigner = Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR);
  EXPECT_THAT(Remove("baristas", "user1", assigner), refused);
  EXPECT_THAT(Delete("baristas", assigner), refused);
  taking.set_name(RoleAssignmentName(Group("baristas"), "global_administrator"));
  EXPECT_THAT(roles_.DeleteRoleAssignment(By(assigner, taking), taking), refused);
  EXPECT_THAT(Disable("user1", Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)), refused);
  const auto deleting = Named<v1::DeleteUserRequest>(UserName(kForth, "user1"));
  EXPECT_THAT(
      users_.DeleteUser(By(Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR), deleting), deleting),
      refused);
  ASSERT_THAT(Add("baristas", "user2", assigner), IsOk());
  EXPECT_THAT(Remove("baristas", "user1", assigner), IsOk());
}

TEST_F(GroupDeskTest, OfTwoWaysToLoseTheLastGlobalAdministratorOneIsRefused) {
  const Principal assigner = Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR);
  const Principal reset = Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR);
  for (int round = 0; round < 5; ++round) {
    MakeGroup(kForth, "global", {"user1"}, {"global_administrator"});
    std::vector<absl::Status> statuses(2);
    RunTogether({[&] { statuses[0] = Delete("global", assigner); },
                 [&] { statuses[1] = Disable("global-administrator", reset); }});
    EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR)));
    Sql("DELETE FROM hearth.groups WHERE group_id = 'global'; UPDATE hearth.users SET disabled = false"
        " WHERE directory_id = 'forthcoffee' AND user_id = 'global-administrator'");
  }
}

TEST_F(GroupDeskTest, GroupsAndTheirPeopleAreLimited) {
  Sql("INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable)"
      " SELECT 'forthcoffee', 'g' || n, 'x', true FROM generate_series(1, 499) n;"
      "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id)"
      " SELECT 'forthcoffee', 'n' || n, 'n' || n || '@forthcoffee.com', 'x', 1, 'forthcoffee' FROM generate_series(1, "
      "1000) n;"
      "INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation)"
      " SELECT 'forthcoffee', 'baristas', 'n' || n, 1 FROM generate_series(1, 1000) n");
  EXPECT_THAT(Create("one-more", true), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "500"));
  EXPECT_THAT(Create("choir", false), IsOk());
  EXPECT_THAT(Add("baristas", "user1"), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "1000"));
}

// Whoever assigns roles by a custom role cannot lift themselves by a group that holds more.
TEST_F(GroupDeskTest, AnAssignerWithoutTheRoleManagesNoGroupThatHoldsIt) {
  Sql("INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'assigner', 'x', '{roles.assign,groups.write,users.read}');"
      "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('forthcoffee', 'user1', "
      "'custom.assigner')");
  EXPECT_THAT(Add("baristas", "user1", user1_), IsOk()) << "it holds no role";
  EXPECT_THAT(Give("baristas", v1::ROLE_GLOBAL_ADMINISTRATOR, user1_),
              Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "Global Administrator"));
  MakeGroup(kForth, "others", {}, {"user_administrator"});
  const auto refused = Refuses(v1::ERROR_REASON_ROLE_BEYOND_CALLER, "role", "User Administrator");
  EXPECT_THAT(Add("others", "user1", user1_), refused);
  EXPECT_THAT(Delete("others", user1_), refused);
  EXPECT_THAT(Create("own", true, user1_), IsOk());
}

}  // namespace
}  // namespace hearth::test
