#include "server/directory/service_account_desk.h"

#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class ServiceAccountDeskTest : public Fixture {
 protected:
  static v1::CreateServiceAccountRequest New(const std::string& id, std::initializer_list<int> permissions) {
    v1::CreateServiceAccountRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_service_account_id(id);
    request.mutable_service_account()->set_display_name("A service");
    for (const int permission : permissions) {
      request.mutable_service_account()->add_permissions(static_cast<v1::Permission>(permission));
    }
    return request;
  }
  absl::StatusOr<v1::CreateServiceAccountResponse> Create(const v1::CreateServiceAccountRequest& request,
                                                          const Principal& actor = ForthAdmin()) {
    return desk_.CreateServiceAccount(By(actor, request), request);
  }
  absl::StatusOr<v1::GetServiceAccountResponse> Get(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::GetServiceAccountRequest>(ServiceAccountName(kForth, id));
    return desk_.GetServiceAccount(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteServiceAccountResponse> Delete(const std::string& id,
                                                          const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteServiceAccountRequest>(ServiceAccountName(kForth, id));
    return desk_.DeleteServiceAccount(By(actor, request), request);
  }

  ServiceAccountDesk desk_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(ServiceAccountDeskTest, HoldsItsPermissionsEachOnceInOrder) {
  const auto created = Create(
      New("mailer", {v1::PERMISSION_PASSWORDS_VERIFY, v1::PERMISSION_USERS_READ, v1::PERMISSION_PASSWORDS_VERIFY}));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->service_account().name(), "directories/forthcoffee/serviceAccounts/mailer");
  EXPECT_THAT(created->service_account().permissions(),
              ElementsAre(v1::PERMISSION_USERS_READ, v1::PERMISSION_PASSWORDS_VERIFY));
  EXPECT_EQ(Get("mailer")->service_account().SerializeAsString(), created->service_account().SerializeAsString());
  const Call& call = By({kForth, "mailer"}, v1::GetUserRequest());
  EXPECT_TRUE(call.access.active);
  EXPECT_TRUE(call.access.permissions.Has(v1::PERMISSION_PASSWORDS_VERIFY));
  EXPECT_FALSE(call.access.permissions.Has(v1::PERMISSION_RESETS_PERFORM));
}

TEST_F(ServiceAccountDeskTest, RefusesPermissionsThatCannotBeGiven) {
  constexpr char kField[] = "service_account.permissions";
  EXPECT_THAT(Create(New("mailer", {})), ViolatesField(kField));
  EXPECT_THAT(Create(New("mailer", {v1::PERMISSION_UNSPECIFIED})), ViolatesField(kField));
  EXPECT_THAT(Create(New("mailer", {v1::PERMISSION_PLATFORM_ADMIN})), ViolatesField(kField));
  EXPECT_THAT(Create(New("mailer", {v1::PERMISSION_USERS_READ, 999})), ViolatesField(kField));
  EXPECT_THAT(Get("mailer"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "service account"));
}

TEST_F(ServiceAccountDeskTest, ATakenIdIsRefusedAlsoAPersonsOne) {
  const auto permissions = {static_cast<int>(v1::PERMISSION_USERS_READ)};
  for (const std::string id : {"backend", "user1", "visitor", "deleted"}) {
    EXPECT_THAT(Create(New(id, permissions)),
                Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "service account"));
  }
}

TEST_F(ServiceAccountDeskTest, APersonAndAServiceNeverShareAnIdThatBothWantAtOnce) {
  for (int round = 0; round < 10; ++round) {
    const std::string id = "twin" + std::to_string(round);
    v1::CreateUserRequest person;
    person.set_parent(DirectoryName(kForth));
    person.set_user_id(id);
    person.mutable_user()->set_user_principal_name(id + "@forthcoffee.com");
    person.mutable_user()->set_display_name(id);
    std::vector<absl::Status> statuses(2);
    RunTogether({[&] { statuses[0] = users_.CreateUser(By(ForthAdmin(), person), person).status(); },
                 [&] { statuses[1] = Create(New(id, {v1::PERMISSION_USERS_READ})).status(); }});
    EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
  }
}

TEST_F(ServiceAccountDeskTest, IsDeadWhenRemoved) {
  ASSERT_THAT(Delete("backend"), IsOk());
  const auto request = Named<v1::GetUserRequest>(UserName(kForth, "user1"));
  EXPECT_FALSE(By({kForth, "backend"}, request).access.active);
  EXPECT_THAT(Delete("backend"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "service account"));
  EXPECT_EQ(Audit(kForth).back().action, "service_account.delete");
}

TEST_F(ServiceAccountDeskTest, AServiceReachesOnlyPeopleWithoutRolesAndDiesInMidCall) {
  ASSERT_THAT(Create(New("janitor", {v1::PERMISSION_USERS_WRITE})), IsOk());
  const auto disable = [&](const std::string& id) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, id));
    return users_.DisableUser(By({kForth, "janitor"}, request), request).status();
  };
  EXPECT_THAT(disable("user1"), IsOk());
  EXPECT_THAT(disable("directory-readers"), HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user2"));
  const Call& call = By({kForth, "janitor"}, request);
  ASSERT_THAT(Delete("janitor"), IsOk());
  EXPECT_THAT(users_.DisableUser(call, request), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
}

TEST_F(ServiceAccountDeskTest, OnlyAdministratorsOfTheDirectory) {
  const auto request = New("mailer", {v1::PERMISSION_USERS_READ});
  EXPECT_THAT(Create(request, {kForth, "user-administrator"}), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Create(request, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Delete("backend", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Get("backend", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(ServiceAccountDeskTest, ListsInPages) {
  ASSERT_THAT(Create(New("mailer", {v1::PERMISSION_USERS_READ})), IsOk());
  auto request = PageOf<v1::ListServiceAccountsRequest>(DirectoryName(kForth), 1);
  auto page = desk_.ListServiceAccounts(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->service_accounts(0).name(), ServiceAccountName(kForth, "backend"));
  request.set_page_token(page->next_page_token());
  page = desk_.ListServiceAccounts(By(ForthAdmin(), request), request);
  EXPECT_EQ(page->service_accounts(0).name(), ServiceAccountName(kForth, "mailer"));
  EXPECT_EQ(page->next_page_token(), "");
}

}  // namespace
}  // namespace hearth::test
