// Who a certificate says its holder is. The forms of SPIFFE IDs are those of the SPIFFE-ID standard, section 2.
#include "server/authn/certificate.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;

std::vector<std::string> Identities(const CertificateNames& names) {
  const auto identities = IdentitiesOf(names);
  if (!identities.ok()) return {"refused", std::string(identities.status().message())};
  return *identities;
}

bool IsRefused(const CertificateNames& names) {
  return IdentitiesOf(names).status().code() == absl::StatusCode::kUnauthenticated;
}

TEST(CertificateTest, SpiffeIds) {
  for (const char* good : {"spiffe://example.org/a", "spiffe://example.org/A/b.c-d_e/1", "spiffe://a_b-c.d/x",
                           "spiffe://192.0.2.1/x", "spiffe://x/..."}) {
    EXPECT_TRUE(IsSpiffeId(good)) << good;
  }
  EXPECT_TRUE(IsSpiffeId("spiffe://x/" + std::string(2037, 'a')));
  for (const char* bad :
       {"", "spiffe://", "spiffe://example.org", "spiffe://example.org/", "spiffe:///a", "SPIFFE://example.org/a",
        "spiffe://Example.org/a", "spiffe://example.org:443/a", "spiffe://user@example.org/a",
        "spiffe://example.org//a", "spiffe://example.org/a/", "spiffe://example.org/./a", "spiffe://example.org/..",
        "spiffe://example.org/a?b", "spiffe://example.org/a#b", "spiffe://example.org/%61",
        "spiffe://example.org/\xc3\xa9", "https://example.org/a", " spiffe://example.org/a"}) {
    EXPECT_FALSE(IsSpiffeId(bad)) << bad;
  }
  EXPECT_FALSE(IsSpiffeId("spiffe://x/" + std::string(2038, 'a')));
  EXPECT_FALSE(IsSpiffeId("spiffe://" + std::string(256, 'a') + "/x"));
  EXPECT_FALSE(IsSpiffeId(std::string("spiffe://example.org/a\0b", 24)));
}

TEST(CertificateTest, DnsNames) {
  for (const char* good : {"a.example", "portal.default.svc", "1.2", "xn--caf-dma.example"}) {
    EXPECT_TRUE(IsDnsIdentity(good)) << good;
  }
  for (const char* bad : {"", "localhost", ".a", "a.", "a..b", "*.a.example", "A.example", "a_b.example", "-a.example",
                          "a-.example", "a b.example", "a.example/x"}) {
    EXPECT_FALSE(IsDnsIdentity(bad)) << bad;
  }
  EXPECT_FALSE(IsDnsIdentity(std::string(64, 'a') + ".example"));
}

TEST(CertificateTest, ASpiffeIdIsTheOnlyIdentityOfItsCertificate) {
  EXPECT_THAT(Identities({.uris = {"spiffe://example.org/a"}, .dns = {"b.example"}}),
              ElementsAre("spiffe://example.org/a"));
  EXPECT_TRUE(IsRefused({.uris = {"spiffe://example.org/a", "spiffe://example.org/b"}, .dns = {}}));
  EXPECT_TRUE(IsRefused({.uris = {"spiffe://example.org/a", "https://example.org/b"}, .dns = {}}));
  EXPECT_TRUE(IsRefused({.uris = {"spiffe://example.org"}, .dns = {"b.example"}})) << "malformed ones do not fall back";
  EXPECT_TRUE(IsRefused({.uris = {"Spiffe://example.org/a"}, .dns = {"b.example"}}));
}

TEST(CertificateTest, WithoutOneEveryDnsNameIs) {
  EXPECT_THAT(Identities({.uris = {"https://example.org/x"}, .dns = {"B.example", "*.c.example", "d.example"}}),
              ElementsAre("b.example", "d.example"));
  EXPECT_TRUE(IsRefused({}));
  EXPECT_TRUE(IsRefused({.uris = {"https://example.org/x"}, .dns = {"localhost", "*.example.org"}}));
  EXPECT_TRUE(IsRefused({.uris = {}, .dns = std::vector<std::string>(kMaxCertificateNames + 1, "a.example")}));
}

}  // namespace
}  // namespace hearth
