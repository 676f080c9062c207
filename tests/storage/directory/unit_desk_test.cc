// Administrative units: their life, who is in them, and that roles on them count and end with them.
#include "server/directory/unit_desk.h"

#include "absl/strings/str_cat.h"
#include "server/directory/role_desk.h"
#include "server/directory/unit_member_desk.h"
#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class UnitDeskTest : public Fixture {
 protected:
  static std::string Unit(const std::string& id) { return AdministrativeUnitName(kForth, id); }

  static v1::CreateAdministrativeUnitRequest NewUnit(const std::string& id, bool restricted) {
    v1::CreateAdministrativeUnitRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_administrative_unit_id(id);
    request.mutable_administrative_unit()->set_display_name("A unit");
    request.mutable_administrative_unit()->set_restricted(restricted);
    return request;
  }
  absl::StatusOr<v1::CreateAdministrativeUnitResponse> Create(const std::string& id, bool restricted,
                                                              const Principal& actor = ForthAdmin()) {
    const auto request = NewUnit(id, restricted);
    return desk_.CreateAdministrativeUnit(By(actor, request), request);
  }
  absl::StatusOr<v1::UpdateAdministrativeUnitResponse> Update(const v1::UpdateAdministrativeUnitRequest& request) {
    return desk_.UpdateAdministrativeUnit(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::GetAdministrativeUnitResponse> Get(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::GetAdministrativeUnitRequest>(Unit(id));
    return desk_.GetAdministrativeUnit(By(actor, request), request);
  }
  absl::Status Delete(const std::string& id, const std::string& etag = "") {
    auto request = Named<v1::DeleteAdministrativeUnitRequest>(Unit(id));
    request.set_etag(etag);
    return desk_.DeleteAdministrativeUnit(By(ForthAdmin(), request), request).status();
  }
  absl::StatusOr<v1::AddAdministrativeUnitMemberResponse> Add(const std::string& unit, const std::string& user,
                                                              const Principal& actor = ForthAdmin()) {
    auto request = Named<v1::AddAdministrativeUnitMemberRequest>(Unit(unit));
    request.set_user(UserName(kForth, user));
    return members_.AddAdministrativeUnitMember(By(actor, request), request);
  }
  absl::Status Remove(const std::string& unit, const std::string& user, const Principal& actor = ForthAdmin()) {
    auto request = Named<v1::RemoveAdministrativeUnitMemberRequest>(Unit(unit));
    request.set_user(UserName(kForth, user));
    return members_.RemoveAdministrativeUnitMember(By(actor, request), request).status();
  }
  absl::StatusOr<v1::ListAdministrativeUnitMembersResponse> Members(const std::string& unit, int size = 0,
                                                                    const std::string& token = "",
                                                                    const Principal& actor = ForthAdmin()) {
    auto request = Named<v1::ListAdministrativeUnitMembersRequest>(Unit(unit));
    request.set_page_size(size);
    request.set_page_token(token);
    return members_.ListAdministrativeUnitMembers(By(actor, request), request);
  }
  absl::Status Disable(const std::string& user, const Principal& actor) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, user));
    return users_.DisableUser(By(actor, request), request).status();
  }

  UnitDesk desk_{&database(), &keyring(), &pager()};
  UnitMemberDesk members_{&database(), &keyring(), &pager()};
  RoleDesk roles_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(UnitDeskTest, CreatesShowsChangesAndRemoves) {
  const auto created = Create("board", true);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->administrative_unit().name(), Unit("board"));
  EXPECT_TRUE(created->administrative_unit().restricted());
  EXPECT_EQ(created->administrative_unit().etag(), "1");
  EXPECT_EQ(Get("board")->administrative_unit().SerializeAsString(),
            created->administrative_unit().SerializeAsString());

  v1::UpdateAdministrativeUnitRequest change;
  change.mutable_administrative_unit()->set_name(Unit("board"));
  change.mutable_administrative_unit()->set_description("Those who decide");
  change.mutable_administrative_unit()->set_etag("1");
  const auto changed = Update(change);
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->administrative_unit().description(), "Those who decide");
  EXPECT_EQ(changed->administrative_unit().display_name(), "A unit");
  EXPECT_EQ(changed->administrative_unit().etag(), "2");
  EXPECT_THAT(Update(change), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));

  EXPECT_THAT(Delete("board", "1"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Delete("board", "2"), IsOk());
  EXPECT_THAT(Get("board"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "administrative unit"));
  EXPECT_THAT(Delete("board"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(Audit(kForth).front(),
            (AuditRow{"unit.create", "allowed", "", "forthcoffee/global-administrator", Unit("board")}));
  EXPECT_EQ(Audit(kForth).back().action, "unit.delete");
}

TEST_F(UnitDeskTest, WhetherItIsRestrictedNeverChanges) {
  v1::UpdateAdministrativeUnitRequest change;
  change.mutable_administrative_unit()->set_name(Unit("north"));
  change.mutable_administrative_unit()->set_restricted(true);
  change.mutable_update_mask()->add_paths("restricted");
  EXPECT_THAT(Update(change), ViolatesField("update_mask"));
  change.clear_update_mask();
  EXPECT_THAT(Update(change), IsOk()) << "without a mask only what can be changed counts";
  EXPECT_FALSE(Get("north")->administrative_unit().restricted());
}

TEST_F(UnitDeskTest, ManagingUnitsTakesRolesAssign) {
  for (const v1::Role role : DirectoryRoles()) {
    if (role == v1::ROLE_GLOBAL_ADMINISTRATOR || role == v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR) continue;
    const Principal actor = Admin(kForth, role);
    EXPECT_THAT(Create("x", false, actor), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"));
    EXPECT_THAT(Add("north", "user1", actor), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
    EXPECT_THAT(Remove("north", "user1", actor), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  }
  EXPECT_THAT(Create("x", false, Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR)), IsOk());
  EXPECT_THAT(Create("y", false, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Add("north", "user1", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(UnitDeskTest, TakesPeopleOfEveryHomeAndShowsThemInPages) {
  for (const char* user : {"user2", "visitor", "external", "user1", "global-administrator"}) {
    EXPECT_THAT(Add("north", user), IsOk()) << user;
  }
  EXPECT_THAT(Add("north", "user1"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Add("north", "deleted"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
  EXPECT_THAT(Add("nowhere", "user1"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "administrative unit"));
  const auto first = Members("north", 3);
  ASSERT_THAT(first, IsOk());
  const auto rest = Members("north", 3, first->next_page_token());
  ASSERT_THAT(rest, IsOk());
  std::vector<std::string> names;
  for (const auto& page : {*first, *rest}) {
    for (const auto& member : page.members()) names.push_back(member.user_principal_name());
  }
  EXPECT_THAT(names, ElementsAre("external@example.org", "global-administrator@forthcoffee.com",
                                 "user1@forthcoffee.com", "user2@forthcoffee.com", "user1@contoso.com"));
  EXPECT_EQ(rest->next_page_token(), "");
  EXPECT_THAT(Members("nowhere"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(UnitDeskTest, AMembershipIsPartOfThePersonAndEndsWithTheUnit) {
  ASSERT_THAT(Create("board", true), IsOk());
  const int64_t before = Person(kForth, "user1").revision;
  const auto added = Add("board", "user1");
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->member().user(), UserName(kForth, "user1"));
  EXPECT_EQ(Person(kForth, "user1").revision, before + 1);
  const auto request = Named<v1::GetUserRequest>(UserName(kForth, "user1"));
  EXPECT_THAT(users_.GetUser(By(ForthAdmin(), request), request)->user().administrative_units(),
              ElementsAre(Unit("board")));
  EXPECT_THAT(Remove("board", "user1"), IsOk());
  EXPECT_THAT(Remove("board", "user1"),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "administrative unit member"));
  EXPECT_THAT(Person(kForth, "user1").units, IsEmpty());
  ASSERT_THAT(Add("board", "user1"), IsOk());
  ASSERT_THAT(Delete("board"), IsOk());
  EXPECT_THAT(Person(kForth, "user1").units, IsEmpty());
  EXPECT_EQ(Person(kForth, "user1").revision, before + 4);
  const auto audit = Audit(kForth);
  EXPECT_EQ(audit[1], (AuditRow{"unit_member.add", "allowed", "", "forthcoffee/global-administrator", Unit("board")}));
  EXPECT_EQ(Sql("SELECT target_principal_name FROM hearth.audit WHERE action = 'unit_member.add'")[0][0],
            "user1@forthcoffee.com");
}

TEST_F(UnitDeskTest, ARoleOnAUnitReachesItsMembersOnlyAndEndsWithIt) {
  v1::CreateRoleAssignmentRequest giving;
  giving.set_parent(UserName(kForth, "user2"));
  giving.mutable_role_assignment()->set_role(v1::ROLE_USER_ADMINISTRATOR);
  giving.mutable_role_assignment()->set_administrative_unit(Unit("north"));
  const auto given = roles_.CreateRoleAssignment(By(ForthAdmin(), giving), giving);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->role_assignment().name(), UserName(kForth, "user2") + "/roleAssignments/user_administrator@north");
  EXPECT_EQ(given->role_assignment().administrative_unit(), Unit("north"));
  EXPECT_THAT(RolesOf(Person(kForth, "user2")), IsEmpty()) << "it is no role of the whole directory";

  const Principal user2{kForth, "user2"};
  EXPECT_THAT(Disable("user1", user2), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  ASSERT_THAT(Add("north", "user1"), IsOk());
  EXPECT_THAT(Disable("user1", user2), IsOk());
  ASSERT_THAT(Remove("north", "user1"), IsOk());
  EXPECT_THAT(Disable("user1", user2), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));

  ASSERT_THAT(Delete("north"), IsOk());
  EXPECT_THAT(Disable("user1", user2), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Sql("SELECT 1 FROM hearth.role_assignments WHERE unit_id <> ''"), IsEmpty());
}

TEST_F(UnitDeskTest, IntoARestrictedUnitReachOnlyItsOwnAdministrators) {
  ASSERT_THAT(Create("board", true), IsOk());
  ASSERT_THAT(Add("board", "user1"), IsOk());
  EXPECT_THAT(Disable("user1", ForthAdmin()), Refuses(v1::ERROR_REASON_TARGET_UNIT_RESTRICTED, "unit", Unit("board")));
  Assign(kForth, "user2", v1::ROLE_USER_ADMINISTRATOR, "board");
  EXPECT_THAT(Disable("user1", {kForth, "user2"}), IsOk());
  // Whoever assigns roles can let themselves in, and the audit tells.
  v1::CreateRoleAssignmentRequest giving;
  giving.set_parent(UserName(kForth, "global-administrator"));
  giving.mutable_role_assignment()->set_role(v1::ROLE_USER_ADMINISTRATOR);
  giving.mutable_role_assignment()->set_administrative_unit(Unit("board"));
  ASSERT_THAT(roles_.CreateRoleAssignment(By(ForthAdmin(), giving), giving), IsOk());
  EXPECT_THAT(Disable("user1", ForthAdmin()), IsOk());
}

TEST_F(UnitDeskTest, AnAdministratorOfAUnitSeesItsPeopleAndNoOthers) {
  Assign(kForth, "user2", v1::ROLE_HELPDESK_ADMINISTRATOR, "north");
  ASSERT_THAT(Create("south", false), IsOk());
  ASSERT_THAT(Add("north", "user1"), IsOk());
  const Principal user2{kForth, "user2"};
  const auto see = [&](const std::string& user) {
    const auto request = Named<v1::GetUserRequest>(UserName(kForth, user));
    return users_.GetUser(By(user2, request), request).status();
  };
  EXPECT_THAT(see("user1"), IsOk());
  EXPECT_THAT(see("user2"), IsOk()) << "oneself";
  EXPECT_THAT(see("contractor"), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  EXPECT_THAT(Get("north", user2), IsOk());
  EXPECT_THAT(Members("north", 0, "", user2), IsOk());
  EXPECT_THAT(Get("south", user2), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  EXPECT_THAT(Members("south", 0, "", user2), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
}

TEST_F(UnitDeskTest, ListsUnitsInPages) {
  for (const char* id : {"east", "south", "west"}) ASSERT_THAT(Create(id, false), IsOk());
  std::vector<std::string> names;
  std::string token;
  do {
    const auto request = PageOf<v1::ListAdministrativeUnitsRequest>(DirectoryName(kForth), 3, token);
    const auto response = desk_.ListAdministrativeUnits(By(ForthAdmin(), request), request);
    ASSERT_THAT(response, IsOk());
    for (const auto& unit : response->administrative_units()) names.push_back(unit.name());
    token = response->next_page_token();
  } while (!token.empty());
  EXPECT_THAT(names, ElementsAre(Unit("east"), Unit("north"), Unit("south"), Unit("west")));
}

TEST_F(UnitDeskTest, RestrictedUnitsAndUnitsOfAPersonAreLimited) {
  Sql("INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted)"
      " SELECT 'forthcoffee', 'r' || n, 'x', true FROM generate_series(1, 99) n;"
      "INSERT INTO hearth.administrative_unit_members (directory_id, unit_id, user_id)"
      " SELECT 'forthcoffee', 'r' || n, 'user1' FROM generate_series(1, 29) n");
  std::vector<absl::Status> statuses(2);
  RunTogether(
      {[&] { statuses[0] = Create("one", true).status(); }, [&] { statuses[1] = Create("other", true).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "100")));
  EXPECT_THAT(Create("ordinary", false), IsOk());
  EXPECT_THAT(Add("north", "user1"), IsOk());
  EXPECT_THAT(Add("ordinary", "user1"), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "30"));
}

TEST_F(UnitDeskTest, RolesOfTheWholeDirectoryAreNotGivenOnAUnit) {
  for (const v1::Role role : DirectoryRoles()) {
    v1::CreateRoleAssignmentRequest giving;
    giving.set_parent(UserName(kForth, "user1"));
    giving.mutable_role_assignment()->set_role(role);
    giving.mutable_role_assignment()->set_administrative_unit(Unit("north"));
    const auto given = roles_.CreateRoleAssignment(By(ForthAdmin(), giving), giving);
    if (IsUnitAssignable(role)) {
      EXPECT_THAT(given, IsOk()) << v1::Role_Name(role);
    } else {
      EXPECT_THAT(given, ViolatesField("role_assignment.administrative_unit")) << v1::Role_Name(role);
    }
    giving.mutable_role_assignment()->set_role(v1::ROLE_HELPDESK_ADMINISTRATOR);
    giving.mutable_role_assignment()->set_administrative_unit(Unit("nowhere"));
    EXPECT_THAT(roles_.CreateRoleAssignment(By(ForthAdmin(), giving), giving), HasReason(v1::ERROR_REASON_NOT_FOUND));
    giving.mutable_role_assignment()->set_administrative_unit(AdministrativeUnitName(kContoso, "north"));
    EXPECT_THAT(roles_.CreateRoleAssignment(By(ForthAdmin(), giving), giving),
                HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  }
}

// A person who comes into a restricted unit is out of reach, or was changed before.
TEST_F(UnitDeskTest, APersonWhoEntersARestrictedUnitIsProtectedOrWasChangedBefore) {
  ASSERT_THAT(Create("board", true), IsOk());
  for (int round = 0; round < 5; ++round) {
    absl::Status disabled, added;
    RunTogether(
        {[&] { disabled = Disable("user1", ForthAdmin()); },
         [&] { added = Add("board", "user1", Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR)).status(); }});
    EXPECT_THAT(added, IsOk());
    EXPECT_EQ(Person(kForth, "user1").disabled, disabled.ok());
    if (!disabled.ok()) {
      EXPECT_THAT(disabled, HasReason(v1::ERROR_REASON_TARGET_UNIT_RESTRICTED));
    }
    Sql("DELETE FROM hearth.administrative_unit_members; UPDATE hearth.users SET disabled = false"
        " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  }
}

}  // namespace
}  // namespace hearth::test
