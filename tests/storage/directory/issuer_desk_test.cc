#include "server/directory/issuer_desk.h"

#include <atomic>

#include "tests/storage/directory/desk_test.h"
#include "tests/storage/directory/keys.h"

namespace hearth::test {
namespace {

class IssuerDeskTest : public Fixture {
 protected:
  static v1::CreateTrustedIssuerRequest New(const std::string& id, const std::string& issuer) {
    v1::CreateTrustedIssuerRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_trusted_issuer_id(id);
    request.mutable_trusted_issuer()->set_issuer(issuer);
    request.mutable_trusted_issuer()->set_audience(kAudience);
    request.mutable_trusted_issuer()->set_jwks(kGoodKeys);
    return request;
  }
  absl::StatusOr<v1::CreateTrustedIssuerResponse> Create(const v1::CreateTrustedIssuerRequest& request,
                                                         const Principal& actor = ForthAdmin()) {
    return desk_.CreateTrustedIssuer(By(actor, request), request);
  }
  absl::StatusOr<v1::GetTrustedIssuerResponse> Get(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::GetTrustedIssuerRequest>(TrustedIssuerName(kForth, id));
    return desk_.GetTrustedIssuer(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteTrustedIssuerResponse> Delete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteTrustedIssuerRequest>(TrustedIssuerName(kForth, id));
    return desk_.DeleteTrustedIssuer(By(actor, request), request);
  }

  absl::StatusOr<v1::UpdateTrustedIssuerResponse> Update(const v1::TrustedIssuer& issuer,
                                                         std::initializer_list<const char*> mask = {},
                                                         const Principal& actor = ForthAdmin()) {
    v1::UpdateTrustedIssuerRequest request;
    *request.mutable_trusted_issuer() = issuer;
    for (const char* path : mask) request.mutable_update_mask()->add_paths(path);
    return desk_.UpdateTrustedIssuer(By(actor, request), request);
  }
  static v1::TrustedIssuer Primary() {
    v1::TrustedIssuer issuer;
    issuer.set_name(TrustedIssuerName(kForth, "primary"));
    return issuer;
  }

  IssuerDesk desk_{&database(), &keyring(), &pager()};
};

TEST_F(IssuerDeskTest, RegistersShowsAndRemoves) {
  const auto created = Create(New("second", "https://second.example.com"));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->trusted_issuer().name(), "directories/forthcoffee/trustedIssuers/second");
  EXPECT_EQ(created->trusted_issuer().jwks(), kGoodKeys);
  EXPECT_TRUE(created->trusted_issuer().has_create_time());
  EXPECT_EQ(Get("second")->trusted_issuer().SerializeAsString(), created->trusted_issuer().SerializeAsString());
  EXPECT_THAT(Delete("second"), IsOk());
  EXPECT_THAT(Get("second"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "issuer"));
  EXPECT_THAT(Delete("second"), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "issuer"));
  EXPECT_EQ(Audit(kForth).size(), 2u);
  EXPECT_EQ(Audit(kForth)[1].target, "directories/forthcoffee/trustedIssuers/second");
}

TEST_F(IssuerDeskTest, AnIssuerVouchesForOneDirectory) {
  EXPECT_THAT(Create(New("second", IssuerOf(kContoso))),
              Refuses(v1::ERROR_REASON_ALREADY_EXISTS, "resource_type", "issuer"));
  EXPECT_THAT(Create(New("primary", "https://second.example.com")), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));
}

// As the providers of the world have it: one `iss`, and an audience for each client.
TEST_F(IssuerDeskTest, DirectoriesShareAnIssuerOfOutsidersByAudience) {
  const auto create = [this](const Principal& actor, bool outsiders, const std::string& audience,
                             const std::string& id = "guests") {
    auto request = New(id, kExternalIssuer);
    request.set_parent(DirectoryName(actor.directory));
    request.mutable_trusted_issuer()->set_audience(audience);
    request.mutable_trusted_issuer()->set_external_guests(outsiders);
    return Create(request, actor).status();
  };
  const auto taken = HasReason(v1::ERROR_REASON_ALREADY_EXISTS);
  ASSERT_THAT(create(ForthAdmin(), true, "forth"), IsOk());
  EXPECT_THAT(create(ContosoAdmin(), true, "forth"), taken) << "the same audience";
  EXPECT_THAT(create(ContosoAdmin(), false, "contoso"), taken) << "it would be of Contoso's own people";
  EXPECT_THAT(create(ForthAdmin(), true, "another", "again"), taken) << "once by each";
  ASSERT_THAT(create(ContosoAdmin(), true, "contoso"), IsOk());

  v1::TrustedIssuer wanted;
  wanted.set_name(TrustedIssuerName(kContoso, "guests"));
  wanted.set_audience("forth");
  EXPECT_THAT(Update(wanted, {"audience"}, ContosoAdmin()), taken);
  EXPECT_EQ(
      Sql("SELECT audience FROM hearth.trusted_issuers WHERE directory_id = 'contoso' AND issuer_id = 'guests'")[0][0],
      "contoso");
  wanted.set_audience("contoso-2");
  EXPECT_THAT(Update(wanted, {"audience"}, ContosoAdmin()), IsOk());

  auto own = New("outsiders", IssuerOf(kContoso));
  own.mutable_trusted_issuer()->set_audience("payroll");
  own.mutable_trusted_issuer()->set_external_guests(true);
  EXPECT_THAT(Create(own), taken) << "the issuer of Contoso's own people";
}

// Whatever is inserted, by whatever statement, and at once.
TEST_F(IssuerDeskTest, OfTwoDirectoriesThatWantAnIssuerForTheirOwnAtOnceOneGetsIt) {
  std::atomic<int> created = 0;
  std::vector<std::function<void()>> both;
  for (const Principal& actor : {ForthAdmin(), ContosoAdmin()}) {
    both.emplace_back([&, actor] {
      auto request = New("second", "https://second.example.com");
      request.set_parent(DirectoryName(actor.directory));
      request.mutable_trusted_issuer()->set_audience(actor.directory);
      if (Create(request, actor).ok()) ++created;
    });
  }
  RunTogether(both);
  EXPECT_EQ(created, 1);
  Sql("INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks, external_guests)"
      " VALUES ('platform', 'third', 'https://second.example.com', 'third', '', true)");
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.trusted_issuers WHERE issuer = 'https://second.example.com'"),
              testing::ElementsAre(testing::ElementsAre("1")));
}

TEST_F(IssuerDeskTest, KeysThatCannotCheckTokensAreRefused) {
  for (const char* keys :
       {"", "nonsense", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"oct","kid":"k","k":"AAAA"}]})", kSampleKeys}) {
    auto request = New("second", "https://second.example.com");
    request.mutable_trusted_issuer()->set_jwks(keys);
    EXPECT_THAT(Create(request), ViolatesField("trusted_issuer.jwks")) << keys;
  }
}

TEST_F(IssuerDeskTest, WhetherItVouchesForOutsidersIsSaidOnce) {
  auto request = New("second", "https://second.example.com");
  request.mutable_trusted_issuer()->set_external_guests(true);
  ASSERT_THAT(Create(request), IsOk());
  EXPECT_TRUE(Get("second")->trusted_issuer().external_guests());
  EXPECT_FALSE(Get("primary")->trusted_issuer().external_guests());
}

TEST_F(IssuerDeskTest, OnlyAdministratorsOfTheDirectory) {
  EXPECT_THAT(Create(New("second", "https://second.example.com"), {kForth, "user-administrator"}),
              HasReason(v1::ERROR_REASON_PERMISSION_MISSING));
  EXPECT_THAT(Create(New("second", "https://second.example.com"), ContosoAdmin()),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Create(New("second", "https://second.example.com"), Operator()),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Delete("primary", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  EXPECT_THAT(Get("primary", ContosoAdmin()), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

TEST_F(IssuerDeskTest, ListsInPages) {
  ASSERT_THAT(Create(New("second", "https://second.example.com")), IsOk());
  auto request = PageOf<v1::ListTrustedIssuersRequest>(DirectoryName(kForth), 1);
  auto page = desk_.ListTrustedIssuers(By(ForthAdmin(), request), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->trusted_issuers(0).issuer(), IssuerOf(kForth));
  request.set_page_token(page->next_page_token());
  page = desk_.ListTrustedIssuers(By(ForthAdmin(), request), request);
  EXPECT_EQ(page->trusted_issuers(0).issuer(), "https://second.example.com");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(IssuerDeskTest, IsRegisteredOnceForARequestId) {
  auto request = New("second", "https://second.example.com");
  request.set_request_id(NewUuid4());
  const auto first = Create(request);
  EXPECT_EQ(Create(request)->SerializeAsString(), first->SerializeAsString());
}

TEST_F(IssuerDeskTest, ChangesKeysAndAudience) {
  const std::string revision =
      Sql("SELECT revision FROM hearth.trusted_issuers WHERE directory_id = 'forthcoffee'")[0][0];
  v1::TrustedIssuer wanted = Primary();
  wanted.set_jwks(kGoodKeys);
  wanted.set_audience("another");
  wanted.set_etag(revision);
  auto updated = Update(wanted);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->trusted_issuer().audience(), "another");
  EXPECT_EQ(updated->trusted_issuer().jwks(), kGoodKeys);
  EXPECT_NE(updated->trusted_issuer().etag(), revision) << "tokens are checked anew";
  EXPECT_EQ(updated->trusted_issuer().issuer(), IssuerOf(kForth));
  EXPECT_THAT(Update(wanted), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  wanted.clear_etag();
  EXPECT_EQ(Update(wanted)->trusted_issuer().etag(), updated->trusted_issuer().etag()) << "nothing changed";
  EXPECT_EQ(Audit(kForth).back().action, "issuer.update");
}

TEST_F(IssuerDeskTest, KeysAreGivenOrTheirPlaceIs) {
  auto request = New("second", "https://second.example.com");
  request.mutable_trusted_issuer()->set_jwks_uri("https://second.example.com/keys");
  EXPECT_THAT(Create(request), ViolatesField("trusted_issuer.jwks_uri")) << "both";
  request.mutable_trusted_issuer()->clear_jwks();
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->trusted_issuer().jwks_uri(), "https://second.example.com/keys");
  EXPECT_FALSE(created->trusted_issuer().has_keys_fetch_time());

  v1::TrustedIssuer wanted = created->trusted_issuer();
  wanted.set_jwks(kGoodKeys);
  EXPECT_THAT(Update(wanted, {"jwks", "jwks_uri"}), ViolatesField("trusted_issuer.jwks_uri"));
  ASSERT_THAT(Update(wanted, {"jwks"}), IsOk());
  EXPECT_EQ(Get("second")->trusted_issuer().jwks_uri(), "");
  EXPECT_EQ(Get("second")->trusted_issuer().jwks(), kGoodKeys);
  wanted.set_jwks_uri("https://other.example.com/keys");
  wanted.clear_etag();
  ASSERT_THAT(Update(wanted, {"jwks_uri"}), IsOk());
  EXPECT_EQ(Sql("SELECT jwks FROM hearth.trusted_issuers WHERE issuer_id = 'second'")[0][0], "")
      << "keys from elsewhere are not trusted any more";
}

TEST_F(IssuerDeskTest, RefusesUpdatesToWhatNoIssuerCanBe) {
  EXPECT_THAT(Update(Primary(), {"jwks"}), ViolatesField("trusted_issuer.jwks"));
  EXPECT_THAT(Update(Primary(), {"audience"}), ViolatesField("trusted_issuer.audience"));
  EXPECT_THAT(Update(Primary(), {"issuer"}), ViolatesField("update_mask"));
  v1::TrustedIssuer wanted = Primary();
  wanted.set_name(TrustedIssuerName(kForth, "nobody"));
  wanted.set_audience("x");
  EXPECT_THAT(Update(wanted), Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "issuer"));
  wanted.set_name(TrustedIssuerName(kContoso, "primary"));
  EXPECT_THAT(Update(wanted), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

}  // namespace
}  // namespace hearth::test
