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

  absl::StatusOr<v1::UpdateServiceAccountResponse> Update(const v1::ServiceAccount& account,
                                                          std::initializer_list<const char*> mask = {},
                                                          const Principal& actor = ForthAdmin()) {
    v1::UpdateServiceAccountRequest request;
    *request.mutable_service_account() = account;
    for (const char* path : mask) request.mutable_update_mask()->add_paths(path);
    return desk_.UpdateServiceAccount(By(actor, request), request);
  }
  // The account with these certificate identities, for Update.
  static v1::ServiceAccount WithIdentities(const std::string& id, std::initializer_list<const char*> identities) {
    v1::ServiceAccount account;
    account.set_name(ServiceAccountName(kForth, id));
    for (const char* identity : identities) account.add_certificate_identities(identity);
    return account;
  }
  absl::Status Disable(const std::string& id, const std::string& etag = "", const Principal& actor = ForthAdmin()) {
    auto request = Named<v1::DisableServiceAccountRequest>(ServiceAccountName(kForth, id));
    request.set_etag(etag);
    return desk_.DisableServiceAccount(By(actor, request), request).status();
  }
  absl::Status Enable(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::EnableServiceAccountRequest>(ServiceAccountName(kForth, id));
    return desk_.EnableServiceAccount(By(actor, request), request).status();
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

TEST_F(ServiceAccountDeskTest, ChangesWhatTheMaskNames) {
  const auto created = Create(New("mailer", {v1::PERMISSION_USERS_READ}));
  ASSERT_THAT(created, IsOk());
  v1::ServiceAccount wanted = created->service_account();
  wanted.set_display_name("The mailer");
  wanted.clear_permissions();
  wanted.add_permissions(v1::PERMISSION_GUESTS_READ);
  auto updated = Update(wanted, {"display_name"});
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->service_account().display_name(), "The mailer");
  EXPECT_THAT(updated->service_account().permissions(), ElementsAre(v1::PERMISSION_USERS_READ));
  EXPECT_THAT(Update(wanted, {"permissions"}), HasReason(v1::ERROR_REASON_ETAG_MISMATCH)) << "changed in between";
  wanted.set_etag(updated->service_account().etag());
  updated = Update(wanted, {"permissions"});
  ASSERT_THAT(updated, IsOk());
  EXPECT_FALSE(By({kForth, "mailer"}, v1::GetUserRequest()).access.permissions.Has(v1::PERMISSION_USERS_READ));
  EXPECT_EQ(Get("mailer")->service_account().SerializeAsString(), updated->service_account().SerializeAsString());
  EXPECT_EQ(Audit(kForth).back().action, "service_account.update");
}

TEST_F(ServiceAccountDeskTest, RefusesUpdatesToWhatNoAccountCanBe) {
  v1::ServiceAccount wanted = WithIdentities("backend", {});
  EXPECT_THAT(Update(wanted, {"permissions"}), ViolatesField("service_account.permissions"));
  EXPECT_THAT(Update(wanted, {"display_name"}), ViolatesField("service_account.display_name"));
  EXPECT_THAT(Update(wanted, {"disabled"}), ViolatesField("update_mask"));
  EXPECT_THAT(Update(wanted, {"name"}), ViolatesField("update_mask"));
  wanted.add_permissions(v1::PERMISSION_PLATFORM_ADMIN);
  EXPECT_THAT(Update(wanted), ViolatesField("service_account.permissions"));
  EXPECT_THAT(Update(WithIdentities("nobody", {"a.example"})),
              Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "service account"));
}

TEST_F(ServiceAccountDeskTest, IdentitiesOverlapWhileCertificatesAreReplaced) {
  auto request = New("mailer", {v1::PERMISSION_USERS_READ});
  request.mutable_service_account()->add_certificate_identities("spiffe://forthcoffee.com/mailer");
  ASSERT_THAT(Create(request), IsOk());
  const auto both =
      Update(WithIdentities("mailer", {"spiffe://forthcoffee.com/mailer-2", "spiffe://forthcoffee.com/mailer"}));
  ASSERT_THAT(both, IsOk());
  EXPECT_THAT(both->service_account().certificate_identities(),
              ElementsAre("spiffe://forthcoffee.com/mailer", "spiffe://forthcoffee.com/mailer-2"));
  ASSERT_THAT(Update(WithIdentities("mailer", {"spiffe://forthcoffee.com/mailer-2"})), IsOk());
  EXPECT_THAT(Get("mailer")->service_account().certificate_identities(),
              ElementsAre("spiffe://forthcoffee.com/mailer-2"));
  ASSERT_THAT(Update(WithIdentities("mailer", {}), {"certificate_identities"}), IsOk());
  EXPECT_THAT(Get("mailer")->service_account().certificate_identities(), testing::IsEmpty());
}

TEST_F(ServiceAccountDeskTest, AnIdentityBelongsToOneAccountInAllOfHearth) {
  Sql("INSERT INTO hearth.certificate_identities (directory_id, service_account_id, identity)"
      " VALUES ('contoso', 'backend', 'taken.example')");
  ASSERT_THAT(Create(New("mailer", {v1::PERMISSION_USERS_READ})), IsOk());
  ASSERT_THAT(Update(WithIdentities("mailer", {"mine.example"})), IsOk());
  for (const char* identity : {"taken.example", "mine.example"}) {
    EXPECT_THAT(Update(WithIdentities("backend", {"free.example", identity})),
                Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "certificate identity"));
  }
  EXPECT_THAT(Get("backend")->service_account().certificate_identities(), testing::IsEmpty()) << "all or nothing";
  ASSERT_THAT(Delete("mailer"), IsOk());
  EXPECT_THAT(Update(WithIdentities("backend", {"mine.example"})), IsOk()) << "free again with its account";
}

TEST_F(ServiceAccountDeskTest, TwoThatWantOneIdentityAtOnceNeverBothHaveIt) {
  ASSERT_THAT(Create(New("mailer", {v1::PERMISSION_USERS_READ})), IsOk());
  for (int round = 0; round < 10; ++round) {
    const std::string identity = "spiffe://forthcoffee.com/" + std::to_string(round);
    std::vector<absl::Status> statuses(2);
    RunTogether({[&] { statuses[0] = Update(WithIdentities("mailer", {identity.c_str()})).status(); },
                 [&] { statuses[1] = Update(WithIdentities("backend", {identity.c_str()})).status(); }});
    EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
  }
}

TEST_F(ServiceAccountDeskTest, IsDeadWhileItIsDisabled) {
  const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user1"));
  ASSERT_THAT(Create(New("janitor", {v1::PERMISSION_USERS_WRITE})), IsOk());
  const Call& admitted = By({kForth, "janitor"}, request);
  ASSERT_THAT(Disable("janitor"), IsOk());
  EXPECT_FALSE(By({kForth, "janitor"}, request).access.active);
  EXPECT_THAT(users_.DisableUser(admitted, request), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE))
      << "admitted before";
  EXPECT_TRUE(Get("janitor")->service_account().disabled());
  const std::string etag = Get("janitor")->service_account().etag();
  EXPECT_THAT(Disable("janitor"), IsOk());
  EXPECT_EQ(Get("janitor")->service_account().etag(), etag) << "nothing changed";
  EXPECT_THAT(Disable("janitor", "1"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  ASSERT_THAT(Enable("janitor"), IsOk());
  EXPECT_TRUE(By({kForth, "janitor"}, request).access.active);
  EXPECT_EQ(Audit(kForth).back().action, "service_account.enable");
  EXPECT_THAT(Disable("nobody"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "service account"));
}

TEST_F(ServiceAccountDeskTest, AnActForAPersonDiesWithTheServiceInMidCall) {
  const auto request = Named<v1::DisableUserRequest>(UserName(kForth, "user1"));
  Call call = By(ForthAdmin(), request);
  call.through = "backend";
  ASSERT_THAT(Disable("backend"), IsOk());
  EXPECT_THAT(users_.DisableUser(call, request), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  ASSERT_THAT(Enable("backend"), IsOk());
  EXPECT_THAT(users_.DisableUser(call, request), IsOk());
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
  EXPECT_THAT(Disable("backend", "", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Enable("backend", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Update(WithIdentities("backend", {"a.example"}), {}, ContosoAdmin()),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
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
