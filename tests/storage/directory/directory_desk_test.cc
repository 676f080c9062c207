#include "server/directory/directory_desk.h"

#include "tests/storage/directory/desk_test.h"
#include "tests/storage/directory/keys.h"

namespace hearth::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::Not;

class DirectoryDeskTest : public Fixture {
 protected:
  static v1::CreateDirectoryRequest NewDirectory() {
    v1::CreateDirectoryRequest request;
    request.set_directory_id("fabrikam");
    request.mutable_directory()->set_display_name("Fabrikam");
    request.mutable_directory()->set_help_uri("https://help.fabrikam.com");
    request.set_domain("Fabrikam.com");
    request.set_administrator_id("boss");
    request.mutable_administrator()->set_user_principal_name("Boss@fabrikam.com");
    request.mutable_administrator()->set_display_name("The boss");
    request.mutable_trusted_issuer()->set_issuer("https://issuer.fabrikam.com");
    request.mutable_trusted_issuer()->set_audience(kAudience);
    request.mutable_trusted_issuer()->set_jwks(kGoodKeys);
    return request;
  }
  absl::StatusOr<v1::CreateDirectoryResponse> Create(const v1::CreateDirectoryRequest& request,
                                                     const Principal& actor = Operator()) {
    return desk_.CreateDirectory(By(actor, request), request);
  }
  absl::StatusOr<v1::GetDirectoryResponse> Get(const std::string& id, const Principal& actor = Operator()) {
    const auto request = Named<v1::GetDirectoryRequest>(DirectoryName(id));
    return desk_.GetDirectory(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteDirectoryResponse> Delete(const std::string& id, const std::string& etag = "",
                                                     const Principal& actor = Operator()) {
    auto request = Named<v1::DeleteDirectoryRequest>(DirectoryName(id));
    request.set_etag(etag);
    return desk_.DeleteDirectory(By(actor, request), request);
  }
  absl::StatusOr<v1::UndeleteDirectoryResponse> Undelete(const std::string& id) {
    const auto request = Named<v1::UndeleteDirectoryRequest>(DirectoryName(id));
    return desk_.UndeleteDirectory(By(Operator(), request), request);
  }
  absl::StatusOr<v1::SuspendDirectoryResponse> Suspend(const std::string& id, const std::string& etag = "") {
    auto request = Named<v1::SuspendDirectoryRequest>(DirectoryName(id));
    request.set_etag(etag);
    return desk_.SuspendDirectory(By(Operator(), request), request);
  }
  absl::StatusOr<v1::ResumeDirectoryResponse> Resume(const std::string& id) {
    const auto request = Named<v1::ResumeDirectoryRequest>(DirectoryName(id));
    return desk_.ResumeDirectory(By(Operator(), request), request);
  }
  static v1::UpdateDirectoryRequest Updating(const std::string& id, std::initializer_list<std::string> paths = {}) {
    v1::UpdateDirectoryRequest request;
    request.mutable_directory()->set_name(DirectoryName(id));
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }
  absl::StatusOr<v1::UpdateDirectoryResponse> Update(const v1::UpdateDirectoryRequest& request,
                                                     const Principal& actor = ForthAdmin()) {
    return desk_.UpdateDirectory(By(actor, request), request);
  }

  DirectoryDesk desk_{&database(), &keyring(), &pager()};
};

TEST_F(DirectoryDeskTest, CreatesADirectoryThatItsAdministratorCanUseAtOnce) {
  const auto response = Create(NewDirectory());
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->directory().name(), "directories/fabrikam");
  EXPECT_EQ(response->directory().primary_domain(), "fabrikam.com");
  EXPECT_EQ(response->directory().help_uri(), "https://help.fabrikam.com");
  const User boss = Person("fabrikam", "boss");
  EXPECT_EQ(boss.user_principal_name, "boss@fabrikam.com");
  EXPECT_TRUE(boss.homed_here());
  EXPECT_THAT(RolesOf(boss), ElementsAre(v1::ROLE_GLOBAL_ADMINISTRATOR));
  EXPECT_TRUE(By({"fabrikam", "boss"}, v1::GetUserRequest()).access.permissions.Has(v1::PERMISSION_DIRECTORY_ADMIN));
  EXPECT_EQ(Sql("SELECT issuer_id FROM hearth.trusted_issuers WHERE directory_id = 'fabrikam'")[0][0], "primary");
  const AuditRow row{"directory.create", "allowed", "", "platform/operator", "directories/fabrikam"};
  EXPECT_THAT(Audit("fabrikam"), ElementsAre(row));
  EXPECT_THAT(Audit(kPlatform), ElementsAre(row));
}

TEST_F(DirectoryDeskTest, CreatesAllOrNothing) {
  const auto broken = [&](const std::function<void(v1::CreateDirectoryRequest&)>& change) {
    auto request = NewDirectory();
    change(request);
    return Create(request).status();
  };
  EXPECT_THAT(broken([](auto& r) { r.set_directory_id("platform"); }),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "directory"));
  EXPECT_THAT(broken([](auto& r) { r.set_directory_id(kForth); }),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "directory"));
  EXPECT_THAT(broken([](auto& r) {
                r.set_domain("contoso.com");
                r.mutable_administrator()->set_user_principal_name("boss@contoso.com");
              }),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "domain"));
  EXPECT_THAT(broken([](auto& r) { r.mutable_trusted_issuer()->set_issuer(IssuerOf(kForth)); }),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "issuer"));
  EXPECT_THAT(broken([](auto& r) { r.mutable_administrator()->set_user_principal_name("boss@contoso.com"); }),
              ViolatesField("administrator.user_principal_name"));
  EXPECT_THAT(
      broken([](auto& r) { r.mutable_administrator()->mutable_home()->set_kind(v1::Home::KIND_OTHER_DIRECTORY); }),
      ViolatesField("administrator.home.kind"));
  EXPECT_THAT(broken([](auto& r) { r.mutable_administrator()->set_user_type(static_cast<v1::UserType>(9)); }),
              ViolatesField("administrator.user_type"));
  EXPECT_THAT(broken([](auto& r) { r.mutable_trusted_issuer()->set_jwks("{}"); }),
              ViolatesField("trusted_issuer.jwks"));
  EXPECT_THAT(Get("fabrikam"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Sql("SELECT domain FROM hearth.domains WHERE directory_id = 'fabrikam'"), testing::IsEmpty());
  EXPECT_THAT(Create(NewDirectory()), IsOk());
}

TEST_F(DirectoryDeskTest, AnIdOrADomainThatWasUsedStaysTaken) {
  Sql(std::string("UPDATE hearth.domains SET delete_time = now() WHERE domain = 'contoso.net';"
                  "INSERT INTO hearth.directories (directory_id, display_name, delete_time, purged) VALUES "
                  "('fabrikam', 'x', ") +
      kLongAgo + ", true)");
  EXPECT_THAT(Create(NewDirectory()), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "directory"));
  auto request = NewDirectory();
  request.set_directory_id("fabrikam2");
  request.set_domain("contoso.net");
  request.mutable_administrator()->set_user_principal_name("boss@contoso.net");
  EXPECT_THAT(Create(request), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "domain"));
}

TEST_F(DirectoryDeskTest, OneOfTwoWinsADomain) {
  auto other = NewDirectory();
  other.set_directory_id("fabrikam2");
  other.mutable_trusted_issuer()->set_issuer("https://issuer2.fabrikam.com");
  std::vector<absl::Status> statuses(2);
  RunTogether({[&] { statuses[0] = Create(NewDirectory()).status(); }, [&] { statuses[1] = Create(other).status(); }});
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(
                            IsOk(), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "domain")));
}

TEST_F(DirectoryDeskTest, CreatesOnceForARequestId) {
  auto request = NewDirectory();
  request.set_request_id(NewUuid4());
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Audit(kPlatform).size(), 1u);
}

TEST_F(DirectoryDeskTest, OnlyPlatformOperatorsCreateAndDelete) {
  EXPECT_THAT(Create(NewDirectory(), ForthAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Create(NewDirectory(), {kPlatform, "global-administrator"}),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "platform.admin"));
  EXPECT_THAT(Delete(kForth, "", ForthAdmin()), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Delete(kForth, "", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_FALSE(Get(kForth)->directory().has_delete_time());
}

// The schema keeps the role and the permission in the platform directory; the desk does not rely on it.
TEST_F(DirectoryDeskTest, AnOperatorOutsideThePlatformIsNone) {
  Sql("ALTER TABLE hearth.role_assignments DROP CONSTRAINT role_assignments_check");
  Assign(kForth, "user1", v1::ROLE_PLATFORM_OPERATOR);
  EXPECT_THAT(Delete(kForth, "", {kForth, "user1"}),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "platform.admin"));
}

TEST_F(DirectoryDeskTest, ShowsOneAndListsAll) {
  EXPECT_EQ(Get(kForth, ForthAdmin())->directory().display_name(), "Forth Coffee");
  EXPECT_EQ(Get(kForth)->directory().primary_domain(), "forthcoffee.com");
  EXPECT_THAT(Get(kForth, ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Get("nowhere"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "directory"));
  ASSERT_THAT(Delete(kContoso), IsOk());
  auto request = PageOf<v1::ListDirectoriesRequest>("", 1);
  auto page = desk_.ListDirectories(By(Operator(), request), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->directories(0).name(), "directories/forthcoffee");
  request.set_page_token(page->next_page_token());
  page = desk_.ListDirectories(By(Operator(), request), request);
  EXPECT_EQ(page->directories(0).name(), "directories/platform");
  EXPECT_EQ(page->next_page_token(), "");
  auto all = PageOf<v1::ListDirectoriesRequest>("", 0);
  all.set_show_deleted(true);
  EXPECT_EQ(desk_.ListDirectories(By(Operator(), all), all)->directories_size(), 3);
}

TEST_F(DirectoryDeskTest, UpdatesNameAndHelp) {
  auto request = Updating(kForth, {"display_name", "help_uri"});
  request.mutable_directory()->set_display_name("Forth");
  const auto response = Update(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->directory().display_name(), "Forth");
  EXPECT_EQ(response->directory().help_uri(), "");
  EXPECT_EQ(response->directory().etag(), "2");
  EXPECT_EQ(Update(Updating(kForth))->directory().etag(), "2");
}

TEST_F(DirectoryDeskTest, RefusesUpdatesOfOtherThings) {
  EXPECT_THAT(Update(Updating(kForth, {"primary_domain"})), ViolatesField("update_mask"));
  EXPECT_THAT(Update(Updating(kForth, {"display_name"})), ViolatesField("directory.display_name"));
  auto stale = Updating(kForth, {"help_uri"});
  stale.mutable_directory()->set_etag("9");
  EXPECT_THAT(Update(stale), Refuses(v1::ERROR_REASON_ETAG_MISMATCH, "resource_type", "directory"));
  EXPECT_THAT(Update(Updating(kForth), ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Update(Updating(kForth), Operator()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Update(Updating(kForth), {kForth, "user-administrator"}),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "directory.admin"));
}

TEST_F(DirectoryDeskTest, TwoUpdatesAtOnceBothCount) {
  auto name = Updating(kForth, {"display_name"});
  name.mutable_directory()->set_display_name("Forth");
  auto help = Updating(kForth, {"help_uri"});
  help.mutable_directory()->set_help_uri("https://forth.example");
  RunTogether({[&] { EXPECT_THAT(Update(name), IsOk()); }, [&] { EXPECT_THAT(Update(help), IsOk()); }});
  EXPECT_EQ(Get(kForth)->directory().display_name(), "Forth");
  EXPECT_EQ(Get(kForth)->directory().help_uri(), "https://forth.example");
}

TEST_F(DirectoryDeskTest, InADeletedDirectoryNobodyActsUntilItIsRestored) {
  EXPECT_THAT(Delete(kForth, "9"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  const auto deleted = Delete(kForth, "1");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->directory().has_purge_time());
  EXPECT_FALSE(By(ForthAdmin(), v1::GetUserRequest()).access.active);
  EXPECT_THAT(Update(Updating(kForth, {"help_uri"})), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_THAT(Delete(kForth), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_TRUE(Get(kForth)->directory().has_delete_time());
  const auto restored = Undelete(kForth);
  ASSERT_THAT(restored, IsOk());
  EXPECT_FALSE(restored->directory().has_delete_time());
  EXPECT_TRUE(By(ForthAdmin(), v1::GetUserRequest()).access.active);
  EXPECT_THAT(Undelete(kForth), Refuses(v1::ERROR_REASON_NOT_DELETED, "resource_type", "directory"));
  EXPECT_THAT(Audit(kForth), ElementsAre(Field(&AuditRow::action, "directory.delete"),
                                         Field(&AuditRow::action, "directory.undelete")));
}

TEST_F(DirectoryDeskTest, SuspendsAndResumesADirectoryWithAllItHas) {
  EXPECT_THAT(Suspend(kForth, "9"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  const auto suspended = Suspend(kForth, "1");
  ASSERT_THAT(suspended, IsOk());
  EXPECT_TRUE(suspended->directory().has_suspend_time());
  EXPECT_FALSE(suspended->directory().has_delete_time());
  EXPECT_FALSE(By(ForthAdmin(), v1::GetUserRequest()).access.active);
  EXPECT_THAT(Update(Updating(kForth, {"help_uri"})), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  const auto again = Suspend(kForth);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->directory().etag(), suspended->directory().etag());
  const auto resumed = Resume(kForth);
  ASSERT_THAT(resumed, IsOk());
  EXPECT_FALSE(resumed->directory().has_suspend_time());
  EXPECT_TRUE(By(ForthAdmin(), v1::GetUserRequest()).access.active);
  EXPECT_THAT(Audit(kForth),
              ElementsAre(Field(&AuditRow::action, "directory.suspend"), Field(&AuditRow::action, "directory.suspend"),
                          Field(&AuditRow::action, "directory.resume")));
}

TEST_F(DirectoryDeskTest, WhoIsAtHomeInASuspendedDirectoryActsNowhere) {
  ASSERT_TRUE(By({kContoso, "visitor"}, v1::GetUserRequest()).access.active);
  ASSERT_THAT(Suspend(kForth), IsOk());
  EXPECT_FALSE(By({kContoso, "visitor"}, v1::GetUserRequest()).access.active);
  EXPECT_TRUE(By({kContoso, "user1"}, v1::GetUserRequest()).access.active);
  ASSERT_THAT(Resume(kForth), IsOk());
  EXPECT_TRUE(By({kContoso, "visitor"}, v1::GetUserRequest()).access.active);
}

TEST_F(DirectoryDeskTest, SuspendsNeitherThePlatformNorWhatIsDeleted) {
  EXPECT_THAT(Suspend(kPlatform), ViolatesField("name"));
  EXPECT_THAT(Suspend("nowhere"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  ASSERT_THAT(Delete(kForth), IsOk());
  EXPECT_THAT(Suspend(kForth), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(DirectoryDeskTest, WhatIsLongGoneIsNotRestoredAndThePlatformStays) {
  Sql(std::string("UPDATE hearth.directories SET delete_time = ") + kLongAgo + " WHERE directory_id = 'contoso'");
  EXPECT_THAT(Undelete(kContoso), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Undelete("nowhere"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Delete(kPlatform), ViolatesField("name"));
}

TEST_F(DirectoryDeskTest, PublishesHowItsAdministratorsAreReached) {
  auto request = Updating(kForth, {"contact"});
  request.mutable_directory()->set_contact("Front desk, +1 555 0100");
  ASSERT_THAT(desk_.UpdateDirectory(By(ForthAdmin(), request), request), IsOk());
  EXPECT_EQ(Get(kForth)->directory().contact(), "Front desk, +1 555 0100");
  EXPECT_EQ(Person(kContoso, "visitor").home.contact, "Front desk, +1 555 0100");
  EXPECT_EQ(Person(kForth, "visitor").home.contact, "");
}

}  // namespace
}  // namespace hearth::test
