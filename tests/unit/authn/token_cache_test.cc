#include "server/authn/token_cache.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace hearth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(4102444800);

TokenClaims Claims(const std::string& subject) {
  TokenClaims claims;
  claims.issuer = "https://issuer.example";
  claims.subject = subject;
  claims.audience = "hearth";
  claims.expires = kNow + absl::Hours(1);
  claims.not_before = kNow;
  return claims;
}

TEST(TokenCacheTest, ReturnsWhatWasPut) {
  TokenCache cache;
  EXPECT_FALSE(cache.Get("token", kNow).has_value());
  cache.Put("token", {Claims("ada"), 7});
  const auto found = cache.Get("token", kNow);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->claims.issuer, "https://issuer.example");
  EXPECT_EQ(found->claims.subject, "ada");
  EXPECT_EQ(found->claims.audience, "hearth");
  EXPECT_EQ(found->claims.expires, kNow + absl::Hours(1));
  EXPECT_EQ(found->key_set_revision, 7);
}

TEST(TokenCacheTest, KnowsATokenByAllOfItsBytes) {
  TokenCache cache;
  cache.Put("header.payload.signature", {Claims("ada"), 1});
  EXPECT_FALSE(cache.Get("header.payload.signaturf", kNow).has_value());
  EXPECT_FALSE(cache.Get("header.payload.signatur", kNow).has_value());
  EXPECT_FALSE(cache.Get("header.payload.", kNow).has_value());
  EXPECT_FALSE(cache.Get("", kNow).has_value());
}

TEST(TokenCacheTest, ReplacesWhatWasKnown) {
  TokenCache cache;
  cache.Put("token", {Claims("ada"), 1});
  cache.Put("token", {Claims("ada"), 2});
  EXPECT_EQ(cache.size(), 1);
  EXPECT_EQ(cache.Get("token", kNow)->key_set_revision, 2);
}

TEST(TokenCacheTest, JudgesTimeWithTheLeewayOfVerifyToken) {
  TokenCache cache;
  cache.Put("token", {Claims("ada"), 1});
  EXPECT_FALSE(cache.Get("token", kNow - absl::Seconds(61)).has_value());
  EXPECT_TRUE(cache.Get("token", kNow - absl::Seconds(60)).has_value());
  EXPECT_TRUE(cache.Get("token", kNow + absl::Hours(1) + absl::Seconds(59)).has_value());
  EXPECT_EQ(cache.size(), 1);
  EXPECT_FALSE(cache.Get("token", kNow + absl::Hours(1) + absl::Seconds(60)).has_value());
  EXPECT_EQ(cache.size(), 0) << "an expired entry is dropped";
}

TEST(TokenCacheTest, ForgetsTheTokenUsedLongestAgo) {
  TokenCache cache(3);
  for (const char* token : {"a", "b", "c"}) cache.Put(token, {Claims(token), 1});
  EXPECT_TRUE(cache.Get("a", kNow).has_value());
  cache.Put("d", {Claims("d"), 1});
  EXPECT_EQ(cache.size(), 3);
  EXPECT_FALSE(cache.Get("b", kNow).has_value());
  for (const char* token : {"a", "c", "d"}) EXPECT_TRUE(cache.Get(token, kNow).has_value()) << token;
}

TEST(TokenCacheTest, NeverHoldsMoreThanItsCapacity) {
  TokenCache cache(1024);
  for (int i = 0; i < 20000; ++i) cache.Put("token " + std::to_string(i), {Claims("ada"), 1});
  EXPECT_EQ(cache.size(), 1024) << "and uses all of it";
  EXPECT_TRUE(cache.Get("token 19999", kNow).has_value());
}

TEST(TokenCacheTest, ServesManyThreads) {
  TokenCache cache(256);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string subject = "s" + std::to_string((i * 7 + t) % 300);
        if (const auto found = cache.Get(subject, kNow)) {
          EXPECT_EQ(found->claims.subject, subject);
        } else {
          cache.Put(subject, {Claims(subject), i});
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.size(), 256);
}

}  // namespace
}  // namespace hearth
