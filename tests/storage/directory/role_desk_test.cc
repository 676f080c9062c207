#include "server/directory/role_desk.h"

#include <atomic>
#include <thread>

#include "server/authz/access_store.h"
#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RoleDeskTest : public Fixture {
 protected:
  static v1::CreateRoleAssignmentRequest Giving(const Principal& person, v1::Role role) {
    v1::CreateRoleAssignmentRequest request;
    request.set_parent(UserName(person.directory, person.subject));
    request.mutable_role_assignment()->set_role(role);
    return request;
  }
  absl::StatusOr<v1::CreateRoleAssignmentResponse> Give(const Principal& person, v1::Role role,
                                                        const Principal& actor = ForthAdmin()) {
    const auto request = Giving(person, role);
    return desk_.CreateRoleAssignment(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteRoleAssignmentResponse> Take(const Principal& person, const std::string& role,
                                                        const Principal& actor = ForthAdmin()) {
    const auto request =
        Named<v1::DeleteRoleAssignmentRequest>(RoleAssignmentName(UserName(person.directory, person.subject), role));
    return desk_.DeleteRoleAssignment(By(actor, request), request);
  }

  const Principal user1_{kForth, "user1"};
  RoleDesk desk_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(RoleDeskTest, ARoleCountsFromTheNextCallOnAndIsDeadWhenTaken) {
  const auto given = Give(user1_, v1::ROLE_HELPDESK_ADMINISTRATOR);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->role_assignment().name(),
            "directories/forthcoffee/users/user1/roleAssignments/helpdesk_administrator");
  EXPECT_EQ(given->role_assignment().role(), v1::ROLE_HELPDESK_ADMINISTRATOR);
  EXPECT_TRUE(given->role_assignment().has_create_time());
  EXPECT_TRUE(By(user1_, v1::GetUserRequest()).access.permissions.Has(v1::PERMISSION_RESETS_PERFORM));
  EXPECT_EQ(Person(kForth, "user1").revision, 2);
  ASSERT_THAT(Take(user1_, "helpdesk_administrator"), IsOk());
  EXPECT_FALSE(By(user1_, v1::GetUserRequest()).access.permissions.Has(v1::PERMISSION_RESETS_PERFORM));
  EXPECT_EQ(Person(kForth, "user1").revision, 3);
  const std::string name = given->role_assignment().name();
  EXPECT_THAT(Audit(kForth),
              ElementsAre(AuditRow{"role.create", "allowed", "", "forthcoffee/global-administrator", name},
                          AuditRow{"role.delete", "allowed", "", "forthcoffee/global-administrator", name}));
}

TEST_F(RoleDeskTest, GuestsCanHoldRolesToo) {
  EXPECT_THAT(Give({kForth, "visitor"}, v1::ROLE_GUEST_INVITER), IsOk());
  EXPECT_THAT(Give({kForth, "external"}, v1::ROLE_DIRECTORY_READERS), IsOk());
  EXPECT_THAT(RolesOf(Person(kForth, "visitor")), ElementsAre(v1::ROLE_GUEST_INVITER));
}

TEST_F(RoleDeskTest, APrivilegedRoleAdministratorAssignsAnyRole) {
  const Principal actor = Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR);
  for (const v1::Role role : DirectoryRoles()) EXPECT_THAT(Give(user1_, role, actor), IsOk()) << v1::Role_Name(role);
  EXPECT_EQ(Person(kForth, "user1").roles.size(), DirectoryRoles().size());
}

TEST_F(RoleDeskTest, OnlyThoseWhoMayAssign) {
  for (const v1::Role role : DirectoryRoles()) {
    if (role == v1::ROLE_GLOBAL_ADMINISTRATOR || role == v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR) continue;
    EXPECT_THAT(Give(user1_, v1::ROLE_DIRECTORY_READERS, Admin(kForth, role)),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"));
  }
  EXPECT_THAT(Give(user1_, v1::ROLE_DIRECTORY_READERS, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Take({kForth, "global-administrator"}, "global_administrator", ContosoAdmin()),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(RoleDeskTest, RefusesWhatIsNoRoleHere) {
  EXPECT_THAT(Give(user1_, v1::ROLE_UNSPECIFIED), ViolatesField("role_assignment.role"));
  EXPECT_THAT(Give(user1_, static_cast<v1::Role>(999)), ViolatesField("role_assignment.role"));
  EXPECT_THAT(Give(user1_, v1::ROLE_PLATFORM_OPERATOR), ViolatesField("role_assignment.role"));
  EXPECT_THAT(
      Give({kPlatform, "global-administrator"}, v1::ROLE_PLATFORM_OPERATOR, {kPlatform, "global-administrator"}),
      IsOk());
}

TEST_F(RoleDeskTest, RefusesWhatIsThereAlreadyOrIsNotThere) {
  EXPECT_THAT(Give({kForth, "reports-reader"}, v1::ROLE_REPORTS_READER),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "role assignment"));
  EXPECT_THAT(Take(user1_, "reports_reader"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "role assignment"));
  EXPECT_THAT(Take(user1_, "no_such_role"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "role assignment"));
  EXPECT_THAT(Give({kForth, "deleted"}, v1::ROLE_REPORTS_READER),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
  EXPECT_THAT(Give({kForth, "nobody"}, v1::ROLE_REPORTS_READER),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
}

TEST_F(RoleDeskTest, TheLastGlobalAdministratorKeepsTheRole) {
  EXPECT_THAT(Take({kForth, "global-administrator"}, "global_administrator"),
              HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR));
  ASSERT_THAT(Give(user1_, v1::ROLE_GLOBAL_ADMINISTRATOR), IsOk());
  EXPECT_THAT(Take({kForth, "global-administrator"}, "global_administrator"), IsOk());
}

TEST_F(RoleDeskTest, TheLastTwoGlobalAdministratorsCannotLoseTheRoleAtOnce) {
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  const Principal actor = Admin(kForth, v1::ROLE_PRIVILEGED_ROLE_ADMINISTRATOR);
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Take(user1_, "global_administrator", actor).status(); },
               [&] { statuses[1] = Take({kForth, "global-administrator"}, "global_administrator", actor).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR)));
}

TEST_F(RoleDeskTest, AnAnswerIsRepeatedForItsRequestId) {
  auto request = Giving(user1_, v1::ROLE_REPORTS_READER);
  request.set_request_id(NewUuid4());
  const auto first = desk_.CreateRoleAssignment(By(ForthAdmin(), request), request);
  const auto again = desk_.CreateRoleAssignment(By(ForthAdmin(), request), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  // Another caller's request_id of the same value is another attempt.
  EXPECT_THAT(desk_.CreateRoleAssignment(By({kForth, "privileged-role-administrator"}, request), request),
              HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
}

TEST_F(RoleDeskTest, ListsInPagesByRole) {
  for (const v1::Role role : DirectoryRoles()) Assign(kForth, "user1", role);
  std::vector<std::string> names;
  std::string token;
  do {
    const auto request = PageOf<v1::ListRoleAssignmentsRequest>(UserName(kForth, "user1"), 4, token);
    const auto response = desk_.ListRoleAssignments(By(ForthAdmin(), request), request);
    ASSERT_THAT(response, IsOk());
    for (const auto& assignment : response->role_assignments()) names.push_back(assignment.name());
    token = response->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(names.size(), DirectoryRoles().size());
  EXPECT_THAT(names, testing::WhenSorted(testing::ContainerEq(names)));
  const auto nobody = PageOf<v1::ListRoleAssignmentsRequest>(UserName(kForth, "nobody"), 4);
  EXPECT_THAT(desk_.ListRoleAssignments(By(ForthAdmin(), nobody), nobody), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

// While a change runs that the caller's role allows, nobody can take that role; the taking then waits until the change has committed.
TEST_F(RoleDeskTest, ARoleIsNotTakenInTheMiddleOfWhatItAllows) {
  const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user1"));
  const Call& call = By({kForth, "user-administrator"}, request);
  std::atomic<bool> taken = false;
  std::thread taker;
  const absl::Status status = database().Write({kForth}, call.deadline, [&](Tx& tx) -> absl::Status {
    Access access;
    const absl::Status again = CheckAccessAgain(tx, call, /*self=*/false, access);
    taker = std::thread([&] {
      EXPECT_THAT(Take({kForth, "user-administrator"}, "user_administrator"), IsOk());
      taken = true;
    });
    absl::SleepFor(absl::Milliseconds(300));
    EXPECT_FALSE(taken);
    return again;
  });
  EXPECT_THAT(status, IsOk());
  taker.join();
  EXPECT_TRUE(taken);
  EXPECT_THAT(users_.DisableUser(call, request), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
}

// The other way round: what was admitted before the role was taken, but writes after it, is refused.
TEST_F(RoleDeskTest, ARoleThatWasTakenAfterTheGateIsDeadInTheTransaction) {
  const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user1"));
  const Call& call = By({kForth, "user-administrator"}, request);
  ASSERT_THAT(Take({kForth, "user-administrator"}, "user_administrator"), IsOk());
  EXPECT_THAT(users_.DisableUser(call, request),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.write"));
  EXPECT_FALSE(Person(kForth, "user1").disabled);
}

// A person who gains a role in between is protected by it.
TEST_F(RoleDeskTest, ATargetThatGainsARoleIsProtectedOrWasChangedBefore) {
  // In the order in which they are written, under the person's lock; create_time is when a transaction began.
  Sql("CREATE TABLE public.written (number bigserial, action text)");
  Sql("CREATE FUNCTION public.note_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
      " $$ BEGIN INSERT INTO public.written (action) VALUES (NEW.action); RETURN NULL; END $$");
  Sql("CREATE TRIGGER note_written AFTER INSERT ON hearth.audit_events FOR EACH ROW EXECUTE FUNCTION "
      "public.note_written()");
  for (int round = 0; round < 5; ++round) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user1"));
    const Call& call = By({kForth, "user-administrator"}, request);
    absl::Status disabled, given;
    RunTogether({[&] { disabled = users_.DisableUser(call, request).status(); },
                 [&] { given = Give(user1_, v1::ROLE_SECURITY_ADMINISTRATOR).status(); }});
    EXPECT_THAT(given, IsOk());
    EXPECT_EQ(Person(kForth, "user1").disabled, disabled.ok());
    if (disabled.ok()) {
      EXPECT_EQ(Sql("SELECT action FROM public.written ORDER BY number DESC LIMIT 2")[1][0], "user.disable");
    } else {
      EXPECT_THAT(disabled, HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
    }
    Unassign(kForth, "user1", v1::ROLE_SECURITY_ADMINISTRATOR);
    Sql("UPDATE hearth.users SET disabled = false WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  }
}

}  // namespace
}  // namespace hearth::test
