#include "server/directory/domain_desk.h"

#include "server/directory/user_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;

class DomainDeskTest : public Fixture {
 protected:
  absl::StatusOr<v1::CreateDomainResponse> Create(const std::string& directory, const std::string& domain,
                                                  const Principal& actor = Operator(), bool primary = false) {
    v1::CreateDomainRequest request;
    request.set_parent(DirectoryName(directory));
    request.set_domain_id(domain);
    request.mutable_domain()->set_primary(primary);
    return desk_.CreateDomain(By(actor, request), request);
  }
  absl::StatusOr<v1::GetDomainResponse> Get(const std::string& domain, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::GetDomainRequest>(DomainName(kForth, domain));
    return desk_.GetDomain(By(actor, request), request);
  }
  absl::StatusOr<v1::UpdateDomainResponse> Update(const std::string& domain, bool primary,
                                                  std::initializer_list<std::string> paths = {},
                                                  const std::string& etag = "") {
    v1::UpdateDomainRequest request;
    request.mutable_domain()->set_name(DomainName(kForth, domain));
    request.mutable_domain()->set_primary(primary);
    request.mutable_domain()->set_etag(etag);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return desk_.UpdateDomain(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::DeleteDomainResponse> Delete(const std::string& domain, const Principal& actor = Operator(),
                                                  const std::string& etag = "") {
    auto request = Named<v1::DeleteDomainRequest>(DomainName(kForth, domain));
    request.set_etag(etag);
    return desk_.DeleteDomain(By(actor, request), request);
  }
  absl::StatusOr<v1::UndeleteDomainResponse> Undelete(const std::string& domain) {
    const auto request = Named<v1::UndeleteDomainRequest>(DomainName(kForth, domain));
    return desk_.UndeleteDomain(By(Operator(), request), request);
  }
  absl::Status CreatePerson(const std::string& id, const std::string& principal_name) {
    v1::CreateUserRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_user_id(id);
    request.mutable_user()->set_user_principal_name(principal_name);
    request.mutable_user()->set_display_name(id);
    return users_.CreateUser(By(ForthAdmin(), request), request).status();
  }

  DomainDesk desk_{&database(), &keyring(), &pager()};
  UserDesk users_{&database(), &keyring(), &pager()};
};

TEST_F(DomainDeskTest, GivesADirectoryOneMoreDomain) {
  const auto response = Create(kForth, "Forth.Coffee");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->domain().name(), "directories/forthcoffee/domains/forth.coffee");
  EXPECT_FALSE(response->domain().primary());
  EXPECT_THAT(CreatePerson("ada", "ada@forth.coffee"), IsOk());
  const AuditRow row{"domain.create", "allowed", "", "platform/operator", response->domain().name()};
  EXPECT_THAT(Audit(kPlatform), ElementsAre(row));
  EXPECT_EQ(Audit(kForth).front(), row);
}

TEST_F(DomainDeskTest, CanBePrimaryFromTheStart) {
  ASSERT_THAT(Create(kForth, "forth.coffee", Operator(), /*primary=*/true), IsOk());
  EXPECT_FALSE(Get("forthcoffee.com")->domain().primary());
  EXPECT_TRUE(Get("forth.coffee")->domain().primary());
}

TEST_F(DomainDeskTest, ATakenDomainIsRefused) {
  Sql("UPDATE hearth.domains SET delete_time = now() WHERE domain = 'contoso.net'");
  for (const std::string domain : {"forthcoffee.com", "contoso.com", "contoso.net"}) {
    EXPECT_THAT(Create(kForth, domain), Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "domain"));
  }
  EXPECT_THAT(Create("nowhere", "forth.coffee"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "directory"));
  Sql("UPDATE hearth.directories SET delete_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(Create(kForth, "forth.coffee"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "directory"));
}

TEST_F(DomainDeskTest, OnlyOperatorsGiveAndTake) {
  EXPECT_THAT(Create(kForth, "forth.coffee", ForthAdmin()), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Create(kForth, "forth.coffee", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Delete("forthcoffee.net", ForthAdmin()), HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_FALSE(Get("forthcoffee.net")->domain().has_delete_time());
}

TEST_F(DomainDeskTest, ShowsAndLists) {
  EXPECT_TRUE(Get("forthcoffee.com", Operator())->domain().primary());
  EXPECT_THAT(Get("contoso.com"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "domain"));
  EXPECT_THAT(Get("forthcoffee.com", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  auto request = PageOf<v1::ListDomainsRequest>(DirectoryName(kForth), 1);
  auto page = desk_.ListDomains(By(Operator(), request), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->domains(0).name(), DomainName(kForth, "forthcoffee.com"));
  request.set_page_token(page->next_page_token());
  page = desk_.ListDomains(By(Operator(), request), request);
  EXPECT_EQ(page->domains(0).name(), DomainName(kForth, "forthcoffee.net"));
  EXPECT_EQ(page->next_page_token(), "");
  ASSERT_THAT(Delete("forthcoffee.net"), IsOk());
  auto live = PageOf<v1::ListDomainsRequest>(DirectoryName(kForth), 0);
  EXPECT_EQ(desk_.ListDomains(By(ForthAdmin(), live), live)->domains_size(), 1);
  live.set_show_deleted(true);
  EXPECT_EQ(desk_.ListDomains(By(ForthAdmin(), live), live)->domains_size(), 2);
  const auto nowhere = PageOf<v1::ListDomainsRequest>("directories/nowhere", 0);
  EXPECT_THAT(desk_.ListDomains(By(Operator(), nowhere), nowhere), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(DomainDeskTest, OneDomainIsPrimary) {
  const auto response = Update("forthcoffee.net", true, {"primary"}, "1");
  ASSERT_THAT(response, IsOk());
  EXPECT_TRUE(response->domain().primary());
  EXPECT_EQ(response->domain().etag(), "2");
  EXPECT_FALSE(Get("forthcoffee.com")->domain().primary());
  EXPECT_EQ(Update("forthcoffee.net", true)->domain().etag(), "2");
  EXPECT_EQ(Update("forthcoffee.net", false)->domain().etag(), "2");
}

TEST_F(DomainDeskTest, RefusesOtherUpdates) {
  EXPECT_THAT(Update("forthcoffee.com", false, {"primary"}), ViolatesField("domain.primary"));
  EXPECT_THAT(Update("forthcoffee.com", true, {"name"}), ViolatesField("update_mask"));
  EXPECT_THAT(Update("forthcoffee.net", true, {}, "9"),
              Refuses(v1::ERROR_REASON_ETAG_MISMATCH, "resource_type", "domain"));
  EXPECT_THAT(Update("nowhere.example", true), HasReason(v1::ERROR_REASON_NOT_FOUND));
  ASSERT_THAT(Delete("forthcoffee.net"), IsOk());
  EXPECT_THAT(Update("forthcoffee.net", true), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(DomainDeskTest, TwoThatBecomePrimaryAtOnceLeaveOne) {
  ASSERT_THAT(Create(kForth, "forth.coffee"), IsOk());
  RunTogether({[&] { EXPECT_THAT(Update("forthcoffee.net", true), IsOk()); },
               [&] { EXPECT_THAT(Update("forth.coffee", true), IsOk()); }});
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.domains WHERE directory_id = 'forthcoffee' AND is_primary"),
              ElementsAre(ElementsAre("1")));
}

TEST_F(DomainDeskTest, ADomainInUseStays) {
  EXPECT_THAT(Delete("forthcoffee.com"), Refuses(v1::ERROR_REASON_DOMAIN_IN_USE, "domain", "forthcoffee.com"));
  ASSERT_THAT(CreatePerson("ada", "ada@forthcoffee.net"), IsOk());
  EXPECT_THAT(Delete("forthcoffee.net"), HasReason(v1::ERROR_REASON_DOMAIN_IN_USE));
  Sql("UPDATE hearth.users SET delete_time = now() WHERE user_id = 'ada'");
  EXPECT_THAT(Delete("forthcoffee.net", Operator(), "9"), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Delete("forthcoffee.net"), IsOk());
}

TEST_F(DomainDeskTest, ADeletedDomainIsKeptForItsDirectoryAndRestored) {
  const auto deleted = Delete("forthcoffee.net");
  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->domain().has_purge_time());
  EXPECT_THAT(Delete("forthcoffee.net"), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(Create(kContoso, "forthcoffee.net"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
  EXPECT_TRUE(Get("forthcoffee.net")->domain().has_delete_time());
  EXPECT_FALSE(Undelete("forthcoffee.net")->domain().has_delete_time());
  EXPECT_THAT(Undelete("forthcoffee.net"), Refuses(v1::ERROR_REASON_NOT_DELETED, "resource_type", "domain"));
  Sql(std::string("UPDATE hearth.domains SET delete_time = ") + kLongAgo + " WHERE domain = 'forthcoffee.net'");
  EXPECT_THAT(Undelete("forthcoffee.net"), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(DomainDeskTest, NobodyIsLeftInADomainThatIsDeletedMeanwhile) {
  for (int round = 0; round < 5; ++round) {
    absl::Status created, deleted;
    const std::string id = "ada" + std::to_string(round);
    RunTogether({[&] { created = CreatePerson(id, id + "@forthcoffee.net"); },
                 [&] { deleted = Delete("forthcoffee.net").status(); }});
    EXPECT_NE(created.ok(), deleted.ok()) << created << " " << deleted;
    Sql("DELETE FROM hearth.users WHERE user_principal_name LIKE '%@forthcoffee.net';"
        "UPDATE hearth.domains SET delete_time = NULL WHERE domain = 'forthcoffee.net'");
  }
}

}  // namespace
}  // namespace hearth::test
