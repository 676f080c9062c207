#include "server/directory/user_desk.h"

#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class UserDeskTest : public Fixture {
 protected:
  // The request to add somebody to Forth Coffee.
  static v1::CreateUserRequest NewPerson(const std::string& id, const std::string& principal_name) {
    v1::CreateUserRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_user_id(id);
    request.mutable_user()->set_user_principal_name(principal_name);
    request.mutable_user()->set_display_name("Somebody");
    return request;
  }
  static v1::CreateUserRequest NewGuest(const std::string& id, const std::string& principal_name,
                                        const std::string& home) {
    v1::CreateUserRequest request = NewPerson(id, principal_name);
    request.mutable_user()->mutable_home()->set_kind(v1::Home::KIND_OTHER_DIRECTORY);
    request.mutable_user()->mutable_home()->set_domain(home);
    return request;
  }
  static v1::CreateUserRequest NewOutsider(const std::string& id, const std::string& principal_name,
                                           const std::string& issuer) {
    v1::CreateUserRequest request = NewPerson(id, principal_name);
    request.mutable_user()->mutable_home()->set_kind(v1::Home::KIND_EXTERNAL_ISSUER);
    request.mutable_user()->mutable_home()->set_issuer(issuer);
    return request;
  }
  static v1::UpdateUserRequest Update(const std::string& id, std::initializer_list<std::string> paths = {}) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(UserName(kForth, id));
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }

  absl::StatusOr<v1::CreateUserResponse> Create(const v1::CreateUserRequest& request,
                                                const Principal& actor = ForthAdmin()) {
    return desk_.CreateUser(By(actor, request), request);
  }
  absl::StatusOr<v1::GetUserResponse> Get(const std::string& id) {
    const auto request = Named<v1::GetUserRequest>(UserName(kForth, id));
    return desk_.GetUser(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::UpdateUserResponse> Update(const v1::UpdateUserRequest& request,
                                                const Principal& actor = ForthAdmin()) {
    return desk_.UpdateUser(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteUserResponse> Delete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteUserRequest>(UserName(kForth, id));
    return desk_.DeleteUser(By(actor, request), request);
  }
  absl::StatusOr<v1::UndeleteUserResponse> Undelete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::UndeleteUserRequest>(UserName(kForth, id));
    return desk_.UndeleteUser(By(actor, request), request);
  }
  absl::StatusOr<v1::DisableUserResponse> Disable(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, id));
    return desk_.DisableUser(By(actor, request), request);
  }
  absl::StatusOr<v1::EnableUserResponse> Enable(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::EnableUserRequest>(UserName(kForth, id));
    return desk_.EnableUser(By(actor, request), request);
  }

  UserDesk desk_{&database(), &keyring(), &pager()};
};

TEST_F(UserDeskTest, CreatesAMemberHomedHere) {
  const auto response = Create(NewPerson("ada", "Ada@ForthCoffee.com"));
  ASSERT_THAT(response, IsOk());
  const v1::User& user = response->user();
  EXPECT_EQ(user.name(), "directories/forthcoffee/users/ada");
  EXPECT_EQ(user.user_principal_name(), "ada@forthcoffee.com");
  EXPECT_EQ(user.user_type(), v1::USER_TYPE_MEMBER);
  EXPECT_EQ(user.home().kind(), v1::Home::KIND_THIS_DIRECTORY);
  EXPECT_EQ(user.home().domain(), "forthcoffee.com");
  EXPECT_EQ(user.state(), v1::USER_STATE_ACTIVE);
  EXPECT_FALSE(user.password_status().set());
  EXPECT_EQ(user.etag(), "1");
  EXPECT_THAT(Audit(kForth), ElementsAre(AuditRow{"user.create", "allowed", "", "forthcoffee/global-administrator",
                                                  "directories/forthcoffee/users/ada"}));
}

TEST_F(UserDeskTest, GivesAnIdToWhoComesWithoutOne) {
  const auto response = Create(NewPerson("", "ada@forthcoffee.com"));
  ASSERT_THAT(response, IsOk());
  const std::string id = response->user().name().substr(std::string("directories/forthcoffee/users/").size());
  EXPECT_EQ(id.size(), 36u);
  EXPECT_TRUE(IsResourceId(id));
}

TEST_F(UserDeskTest, CreatesAGuestHomedInAnotherDirectoryWithoutAskingWhetherTheyExistThere) {
  const auto response = Create(NewGuest("ghost", "nobody@contoso.net", "Contoso.net"));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->user().user_type(), v1::USER_TYPE_GUEST);
  EXPECT_EQ(response->user().home().kind(), v1::Home::KIND_OTHER_DIRECTORY);
  EXPECT_EQ(response->user().home().domain(), "contoso.com");
  EXPECT_EQ(response->user().home().help_uri(), "https://help.contoso.com");
  EXPECT_EQ(response->user().invitation_state(), v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_FALSE(response->user().has_password_status());
  EXPECT_THAT(Audit(kContoso), IsEmpty());
}

TEST_F(UserDeskTest, CreatesAMemberHomedElsewhereAndAGuestHomedHere) {
  auto member = NewGuest("m", "m@contoso.com", "contoso.com");
  member.mutable_user()->set_user_type(v1::USER_TYPE_MEMBER);
  EXPECT_EQ(Create(member)->user().user_type(), v1::USER_TYPE_MEMBER);
  auto guest = NewPerson("g", "g@forthcoffee.com");
  guest.mutable_user()->set_user_type(v1::USER_TYPE_GUEST);
  EXPECT_EQ(Create(guest)->user().user_type(), v1::USER_TYPE_GUEST);
}

TEST_F(UserDeskTest, CreatesAGuestOfAnIdentityProviderOutsideHearth) {
  const auto response = Create(NewOutsider("out", "out@example.org", kExternalIssuer));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->user().home().issuer(), kExternalIssuer);
  EXPECT_EQ(response->user().home().domain(), "");
}

TEST_F(UserDeskTest, RefusesHomesThatCannotBe) {
  EXPECT_THAT(Create(NewPerson("x", "x@contoso.com")),
              Refuses(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED, "domain", "contoso.com"));
  EXPECT_THAT(Create(NewGuest("x", "x@contoso.com", "")), ViolatesField("user.home.domain"));
  EXPECT_THAT(Create(NewGuest("x", "x@contoso.net", "contoso.com")), ViolatesField("user.home.domain"));
  EXPECT_THAT(Create(NewGuest("x", "x@forthcoffee.net", "forthcoffee.net")), ViolatesField("user.home.domain"));
  EXPECT_THAT(Create(NewGuest("x", "x@nowhere.example", "nowhere.example")),
              Refuses(v1::ERROR_REASON_HOME_NOT_FOUND, "domain", "nowhere.example"));
  EXPECT_THAT(Create(NewOutsider("x", "x@example.org", "")), ViolatesField("user.home.issuer"));
  EXPECT_THAT(Create(NewOutsider("x", "x@example.org", IssuerOf(kForth))), ViolatesField("user.home.issuer"));
  EXPECT_THAT(Create(NewOutsider("x", "x@contoso.com", kExternalIssuer)), ViolatesField("user.home.kind"));
  EXPECT_THAT(Create(NewOutsider("x", "x@forthcoffee.com", kExternalIssuer)), ViolatesField("user.home.kind"));
  auto unknown = NewPerson("x", "x@forthcoffee.com");
  unknown.mutable_user()->mutable_home()->set_kind(static_cast<v1::Home::Kind>(77));
  EXPECT_THAT(Create(unknown), ViolatesField("user.home.kind"));
  auto type = NewPerson("x", "x@forthcoffee.com");
  type.mutable_user()->set_user_type(static_cast<v1::UserType>(77));
  EXPECT_THAT(Create(type), ViolatesField("user.user_type"));
  EXPECT_THAT(Get("x"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(UserDeskTest, ADeletedDomainOrDirectoryIsNoHome) {
  Sql("UPDATE hearth.domains SET delete_time = now() WHERE domain IN ('contoso.net', 'forthcoffee.net')");
  EXPECT_THAT(Create(NewPerson("x", "x@forthcoffee.net")), HasReason(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED));
  EXPECT_THAT(Create(NewGuest("x", "x@contoso.net", "contoso.net")), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
  Sql("UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'contoso'");
  EXPECT_THAT(Create(NewGuest("x", "x@contoso.com", "contoso.com")), HasReason(v1::ERROR_REASON_HOME_NOT_FOUND));
}

TEST_F(UserDeskTest, RefusesATakenIdOrPrincipalName) {
  EXPECT_THAT(Create(NewPerson("user1", "new@forthcoffee.com")),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "user"));
  EXPECT_THAT(Create(NewPerson("new", "USER1@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("deleted", "new@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("backend", "new@forthcoffee.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_THAT(Create(NewPerson("new", "deleted@forthcoffee.com")), IsOk());
}

TEST_F(UserDeskTest, CreatesOnceForARequestIdAndAnswersTheSameAgain) {
  auto request = NewPerson("", "ada@forthcoffee.com");
  request.set_request_id(NewUuid4());
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Audit(kForth).size(), 1u);
  request.mutable_user()->set_display_name("Another");
  EXPECT_THAT(Create(request), HasReason(v1::ERROR_REASON_REQUEST_ID_REUSED));
}

TEST_F(UserDeskTest, TwinsWithOneRequestIdMakeOnePerson) {
  auto request = NewPerson("", "ada@forthcoffee.com");
  request.set_request_id(NewUuid4());
  std::vector<std::string> names(4);
  std::vector<std::function<void()>> twins;
  for (std::string& name : names) {
    twins.push_back([&] {
      const auto response = Create(request);
      name = response.ok() ? response->user().name() : response.status().ToString();
    });
  }
  RunTogether(twins);
  EXPECT_THAT(names, testing::Each(names.front()));
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.users WHERE user_principal_name = 'ada@forthcoffee.com'"),
              ElementsAre(ElementsAre("1")));
}

TEST_F(UserDeskTest, OneOfTwoWinsAPrincipalName) {
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Create(NewPerson("a", "ada@forthcoffee.com")).status(); },
               [&] { statuses[1] = Create(NewPerson("b", "ada@forthcoffee.com")).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
}

TEST_F(UserDeskTest, OneOfTwoWinsAPrincipalNameByUpdates) {
  for (int round = 0; round < 5; ++round) {
    std::vector<absl::Status> statuses(2);
    const auto rename = [&](const std::string& id, absl::Status& status) {
      auto request = Update(id, {"user_principal_name"});
      request.mutable_user()->set_user_principal_name("wanted" + std::to_string(round) + "@forthcoffee.com");
      status = Update(request).status();
    };
    RunTogether({[&] { rename("user1", statuses[0]); }, [&] { rename("user2", statuses[1]); }});
    EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_ALREADY_EXISTS)));
  }
}

TEST_F(UserDeskTest, ShowsPeopleAlsoDeletedOnes) {
  EXPECT_EQ(Get("user1")->user().user_principal_name(), "user1@forthcoffee.com");
  const auto deleted = Get("deleted");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_EQ(deleted->user().state(), v1::USER_STATE_DELETED);
  EXPECT_EQ(deleted->user().purge_time().seconds() - deleted->user().delete_time().seconds(), 30 * 24 * 3600);
  EXPECT_EQ(Get("disabled")->user().state(), v1::USER_STATE_DISABLED);
  EXPECT_THAT(Get("nobody"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user"));
}

TEST_F(UserDeskTest, ListsPagesByIdWithoutTheDeleted) {
  std::vector<std::string> names;
  std::string token;
  do {
    const auto request = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 7, token);
    const auto response = desk_.ListUsers(By(ForthAdmin(), request), request);
    ASSERT_THAT(response, IsOk());
    ASSERT_LE(response->users_size(), 7);
    for (const v1::User& user : response->users()) names.push_back(user.name());
    token = response->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(names.size(), DirectoryRoles().size() + 8);
  EXPECT_THAT(names, AllOf(testing::WhenSorted(testing::ContainerEq(names)),
                           Not(Contains("directories/forthcoffee/users/deleted"))));
  auto all = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 1000);
  all.set_show_deleted(true);
  EXPECT_EQ(desk_.ListUsers(By(ForthAdmin(), all), all)->users_size(), static_cast<int>(names.size()) + 1);
}

TEST_F(UserDeskTest, RefusesPageTokensOfOtherLists) {
  const auto first = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 2);
  const auto page = desk_.ListUsers(By(ForthAdmin(), first), first);
  ASSERT_THAT(page, IsOk());
  auto other = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 2, page->next_page_token());
  other.set_show_deleted(true);
  EXPECT_THAT(desk_.ListUsers(By(ForthAdmin(), other), other), HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  const auto stolen = PageOf<v1::ListUsersRequest>(DirectoryName(kContoso), 2, page->next_page_token());
  EXPECT_THAT(desk_.ListUsers(By(ContosoAdmin(), stolen), stolen), HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  const auto negative = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), -1);
  EXPECT_THAT(desk_.ListUsers(By(ForthAdmin(), negative), negative), ViolatesField("page_size"));
}

TEST_F(UserDeskTest, UpdatesWhatTheMaskNames) {
  auto request = Update("user1", {"display_name", "mail", "user_type", "user_principal_name"});
  request.mutable_user()->set_display_name("User One");
  request.mutable_user()->set_mail("one@example.org");
  request.mutable_user()->set_user_type(v1::USER_TYPE_GUEST);
  request.mutable_user()->set_user_principal_name("One@forthcoffee.net");
  request.mutable_user()->set_etag("1");
  const auto response = Update(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->user().display_name(), "User One");
  EXPECT_EQ(response->user().mail(), "one@example.org");
  EXPECT_EQ(response->user().user_type(), v1::USER_TYPE_GUEST);
  EXPECT_EQ(response->user().user_principal_name(), "one@forthcoffee.net");
  EXPECT_EQ(response->user().etag(), "2");
}

TEST_F(UserDeskTest, UpdatesWithoutMaskWhatIsSetAndLeavesTheRest) {
  auto request = Update("user1");
  request.mutable_user()->set_mail("one@example.org");
  ASSERT_THAT(Update(request), IsOk());
  EXPECT_EQ(Person(kForth, "user1").mail, "one@example.org");
  EXPECT_EQ(Person(kForth, "user1").display_name, "user1");
  auto cleared = Update("user1", {"mail"});
  ASSERT_THAT(Update(cleared), IsOk());
  EXPECT_EQ(Person(kForth, "user1").mail, "");
}

TEST_F(UserDeskTest, AnUpdateOfNothingChangesNothing) {
  EXPECT_THAT(Update(Update("user1")), IsOk());
  auto same = Update("user1", {"display_name"});
  same.mutable_user()->set_display_name("user1");
  EXPECT_THAT(Update(same), IsOk());
  EXPECT_EQ(Person(kForth, "user1").revision, 1);
}

TEST_F(UserDeskTest, RefusesUpdatesOfWhatCannotBeChanged) {
  for (const std::string path : {"home", "name", "roles", "state", "etag", "*", "nonsense", ""}) {
    EXPECT_THAT(Update(Update("user1", {path})), ViolatesField("update_mask")) << path;
  }
  EXPECT_THAT(Update(Update("user1", {"display_name"})), ViolatesField("user.display_name"));
  EXPECT_THAT(Update(Update("user1", {"user_principal_name"})), ViolatesField("user.user_principal_name"));
  EXPECT_THAT(Update(Update("user1", {"user_type"})), ViolatesField("user.user_type"));
  auto etag = Update("user1", {"mail"});
  etag.mutable_user()->set_etag("7");
  EXPECT_THAT(Update(etag), Refuses(v1::ERROR_REASON_ETAG_MISMATCH, "resource_type", "user"));
  auto taken = Update("user1", {"user_principal_name"});
  taken.mutable_user()->set_user_principal_name("user2@forthcoffee.com");
  EXPECT_THAT(Update(taken), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  taken.mutable_user()->set_user_principal_name("user1@contoso.com");
  EXPECT_THAT(Update(taken), HasReason(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED));
  EXPECT_THAT(Update(Update("nobody", {"mail"})), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Update(Update("deleted", {"mail"})), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_EQ(Person(kForth, "user1").revision, 1);
}

TEST_F(UserDeskTest, OfPeopleHomedElsewhereOnlyTheListingCanBeChanged) {
  auto request = Update("visitor", {"display_name", "user_type"});
  request.mutable_user()->set_display_name("Our visitor");
  request.mutable_user()->set_user_type(v1::USER_TYPE_MEMBER);
  EXPECT_THAT(Update(request), IsOk());
  auto mail = Update("visitor", {"mail"});
  mail.mutable_user()->set_mail("mine@example.org");
  EXPECT_THAT(Update(mail), Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "contoso.com"));
  auto name = Update("external", {"user_principal_name"});
  name.mutable_user()->set_user_principal_name("me@example.org");
  EXPECT_THAT(Update(name), Refuses(v1::ERROR_REASON_HOME_OUTSIDE_HEARTH, "issuer", kExternalIssuer));
  // What was read can be sent back whole.
  v1::UpdateUserRequest whole;
  *whole.mutable_user() = Get("visitor")->user();
  whole.mutable_user()->set_display_name("Still our visitor");
  EXPECT_THAT(Update(whole), IsOk());
}

TEST_F(UserDeskTest, ChangesOfPeopleStayWithinTheMatrix) {
  const Principal user_admin = Admin(kForth, v1::ROLE_USER_ADMINISTRATOR);
  const auto change_all = [&](const std::string& id, const Principal& actor) {
    return std::vector<absl::Status>{Update(Update(id, {"mail"}), actor).status(), Delete(id, actor).status(),
                                     Disable(id, actor).status(), Enable(id, actor).status()};
  };
  EXPECT_THAT(change_all("global-administrator", user_admin),
              testing::Each(Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "Global Administrator")));
  EXPECT_THAT(change_all("user-administrator", user_admin), testing::Each(HasReason(v1::ERROR_REASON_OWN_ACCOUNT)));
  EXPECT_THAT(change_all("user1", {kForth, "helpdesk-administrator"}),
              testing::Each(HasReason(v1::ERROR_REASON_PERMISSION_MISSING)));
  EXPECT_THAT(change_all("user1", {kForth, "user2"}), testing::Each(HasReason(v1::ERROR_REASON_PERMISSION_MISSING)));
  EXPECT_THAT(change_all("user1", {kForth, "disabled"}), testing::Each(HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)));
  EXPECT_THAT(change_all("user1", ContosoAdmin()), testing::Each(HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY)));
  Sql("UPDATE hearth.users SET delete_time = now() WHERE user_id = 'privileged-authentication-administrator'");
  EXPECT_THAT(Undelete("privileged-authentication-administrator", user_admin),
              HasReason(v1::ERROR_REASON_TARGET_ROLE_PROTECTED));
  EXPECT_THAT(Audit(kForth), IsEmpty());
  EXPECT_THAT(Audit(kContoso), IsEmpty());
}

TEST_F(UserDeskTest, ADeletedPersonIsGoneAndComesBackWithRolesAndPassword) {
  GivePassword(kForth, "reports-reader");
  const auto deleted = Delete("reports-reader");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_EQ(deleted->user().state(), v1::USER_STATE_DELETED);
  EXPECT_TRUE(deleted->user().has_purge_time());
  EXPECT_GE(deleted->user().sessions_valid_after_time().seconds(), deleted->user().delete_time().seconds());
  EXPECT_FALSE(By({kForth, "reports-reader"}, v1::GetUserRequest()).access.active);
  EXPECT_THAT(Delete("reports-reader"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  const auto restored = Undelete("reports-reader");
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(restored->user().state(), v1::USER_STATE_ACTIVE);
  EXPECT_FALSE(restored->user().has_delete_time());
  EXPECT_THAT(restored->user().roles(), ElementsAre(v1::ROLE_REPORTS_READER));
  EXPECT_TRUE(restored->user().password_status().set());
  EXPECT_THAT(Undelete("reports-reader"), Refuses(v1::ERROR_REASON_NOT_DELETED, "resource_type", "user"));
}

TEST_F(UserDeskTest, WhatIsLongGoneOrTakenIsNotRestored) {
  Sql(std::string("UPDATE hearth.users SET delete_time = ") + kLongAgo + " WHERE user_id = 'user2'");
  EXPECT_THAT(Undelete("user2"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Undelete("nobody"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  ASSERT_THAT(Create(NewPerson("new", "deleted@forthcoffee.com")), IsOk());
  EXPECT_THAT(Undelete("deleted"), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "user"));
  ASSERT_THAT(Delete("new"), IsOk());
  EXPECT_THAT(Undelete("deleted"), IsOk());
}

TEST_F(UserDeskTest, IsNotRestoredIntoADomainThatIsGone) {
  Sql("UPDATE hearth.users SET user_principal_name = 'deleted@forthcoffee.net' WHERE directory_id = 'forthcoffee'"
      " AND user_id = 'deleted'; UPDATE hearth.domains SET delete_time = now() WHERE domain = 'forthcoffee.net'");
  EXPECT_THAT(Undelete("deleted"), Refuses(v1::ERROR_REASON_DOMAIN_NOT_VERIFIED, "domain", "forthcoffee.net"));
}

TEST_F(UserDeskTest, ADisabledPersonCannotActUntilEnabled) {
  const absl::Time before = Person(kForth, "helpdesk-administrator").sessions_valid_after;
  const auto disabled = Disable("helpdesk-administrator");
  ASSERT_THAT(disabled, IsOk());
  EXPECT_EQ(disabled->user().state(), v1::USER_STATE_DISABLED);
  EXPECT_GT(Person(kForth, "helpdesk-administrator").sessions_valid_after, before);
  EXPECT_FALSE(By({kForth, "helpdesk-administrator"}, v1::GetUserRequest()).access.active);
  const int64_t revision = Person(kForth, "helpdesk-administrator").revision;
  EXPECT_THAT(Disable("helpdesk-administrator"), IsOk());
  EXPECT_EQ(Person(kForth, "helpdesk-administrator").revision, revision);
  EXPECT_EQ(Enable("helpdesk-administrator")->user().state(), v1::USER_STATE_ACTIVE);
  EXPECT_TRUE(By({kForth, "helpdesk-administrator"}, v1::GetUserRequest()).access.active);
}

TEST_F(UserDeskTest, AStaleEtagStopsDeletion) {
  auto request = Named<v1::DeleteUserRequest>(UserName(kForth, "user1"));
  request.set_etag("7");
  EXPECT_THAT(desk_.DeleteUser(By(ForthAdmin(), request), request), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_FALSE(Person(kForth, "user1").deleted());
  request.set_etag("1");
  EXPECT_THAT(desk_.DeleteUser(By(ForthAdmin(), request), request), IsOk());
}

TEST_F(UserDeskTest, TheLastGlobalAdministratorStays) {
  const Principal privileged = Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR);
  EXPECT_THAT(Delete("global-administrator", privileged), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR));
  EXPECT_THAT(Disable("global-administrator", privileged), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR));
  Assign(kForth, "disabled", v1::ROLE_GLOBAL_ADMINISTRATOR);  // Does not count: cannot act.
  Assign(kForth, "deleted", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(Delete("global-administrator", privileged), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR));
  Assign(kForth, "visitor", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(Delete("global-administrator", privileged), IsOk());
}

TEST_F(UserDeskTest, TheLastTwoGlobalAdministratorsCannotGoAtOnce) {
  const Principal privileged = Admin(kForth, v1::ROLE_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR);
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Delete("user1", privileged).status(); },
               [&] { statuses[1] = Disable("global-administrator", privileged).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_LAST_GLOBAL_ADMINISTRATOR)));
}

TEST_F(UserDeskTest, TwoGlobalAdministratorsWhoDeleteEachOtherLeaveOne) {
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Delete("user1", ForthAdmin()).status(); },
               [&] { statuses[1] = Delete("global-administrator", {kForth, "user1"}).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(IsOk(), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)));
  EXPECT_NE(Person(kForth, "user1").deleted(), Person(kForth, "global-administrator").deleted());
}

}  // namespace
}  // namespace hearth::test
