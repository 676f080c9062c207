// UserDesk: what happens to people after they were added.
#include "tests/storage/directory/user_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

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
  EXPECT_EQ(names.size(), DirectoryRoles().size() + 9);
  EXPECT_THAT(names, AllOf(testing::WhenSorted(testing::ContainerEq(names)),
                           Not(Contains("directories/forthcoffee/users/deleted"))));
  auto all = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 1000);
  all.set_show_deleted(true);
  EXPECT_EQ(desk_.ListUsers(By(ForthAdmin(), all), all)->users_size(), static_cast<int>(names.size()) + 1);
}

TEST_F(UserDeskTest, AnAdministratorOfAUnitListsItsPeopleOnly) {
  MakeUnit(kForth, "shops", /*restricted=*/true, {"user1", "helpdesk-administrator"});
  Assign(kForth, "contractor", v1::ROLE_USER_ADMINISTRATOR, "shops");
  const auto request = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 1);
  const auto response = desk_.ListUsers(By({kForth, "contractor"}, request), request);
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->users_size(), 1);
  EXPECT_EQ(response->users(0).name(), "directories/forthcoffee/users/helpdesk-administrator");
  const auto rest = PageOf<v1::ListUsersRequest>(DirectoryName(kForth), 10, response->next_page_token());
  const auto others = desk_.ListUsers(By({kForth, "contractor"}, rest), rest);
  ASSERT_THAT(others, IsOk());
  ASSERT_EQ(others->users_size(), 1);
  EXPECT_EQ(others->users(0).name(), "directories/forthcoffee/users/user1");
  EXPECT_EQ(others->next_page_token(), "");
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

TEST_F(UserDeskTest, ThePreferredLanguageIsSetChangedAndCleared) {
  auto person = NewPerson("ines", "ines@forthcoffee.com");
  person.mutable_user()->set_preferred_language("es-MX");
  ASSERT_THAT(Create(person), IsOk());
  EXPECT_EQ(Get("ines")->user().preferred_language(), "es-MX");
  auto request = Update("ines");
  request.mutable_user()->set_preferred_language("de");
  ASSERT_THAT(Update(request), IsOk());
  EXPECT_EQ(Person(kForth, "ines").preferred_language, "de");
  ASSERT_THAT(Update(Update("ines", {"preferred_language"})), IsOk());
  EXPECT_EQ(Person(kForth, "ines").preferred_language, "");
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

// Who decides where a person's mail goes decides who gets the next link to a new password.
TEST_F(UserDeskTest, WhereProofsAreMailedIsChangedByThoseWhoMayResetOnly) {
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions) VALUES"
      " ('forthcoffee', 'provisioning', 'x', '{users.read,users.write}');"
      "INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions) VALUES"
      " ('forthcoffee', 'writer', 'x', '{users.write}');"
      "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES"
      " ('forthcoffee', 'user2', 'custom.writer')");
  const auto change = [&](const std::string& path, const std::string& actor) {
    auto request = Update("user1", {path});
    request.mutable_user()->set_mail("thief@evil.example");
    request.mutable_user()->add_alternate_mails("thief@evil.example");
    request.mutable_user()->set_user_principal_name("thief@forthcoffee.com");
    request.mutable_user()->set_display_name("Somebody new");
    return Update(request, {kForth, actor}).status();
  };
  for (const std::string actor : {"provisioning", "user2"}) {
    for (const std::string path : {"mail", "alternate_mails", "user_principal_name"}) {
      EXPECT_THAT(change(path, actor), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.perform"))
          << actor << " " << path;
    }
    EXPECT_EQ(Person(kForth, "user1").mail, "");
    EXPECT_THAT(Person(kForth, "user1").alternate_mails, IsEmpty());
    EXPECT_EQ(Person(kForth, "user1").user_principal_name, "user1@forthcoffee.com");
    EXPECT_THAT(change("display_name", actor), IsOk());
  }
  // Some other people's resets are not enough: a helpdesk of a unit that the person is not in.
  Sql("INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted) VALUES"
      " ('forthcoffee', 'far', 'x', false)");
  Sql("INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id) VALUES"
      " ('forthcoffee', 'user2', 'helpdesk_administrator', 'far')");
  EXPECT_THAT(change("mail", "user2"), HasReason(v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT));
  Sql("UPDATE hearth.service_accounts SET permissions = '{users.write,resets.perform}'"
      " WHERE service_account_id = 'provisioning'");
  EXPECT_THAT(change("alternate_mails", "provisioning"), IsOk());
  EXPECT_THAT(Person(kForth, "user1").alternate_mails, ElementsAre("thief@evil.example"));
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
