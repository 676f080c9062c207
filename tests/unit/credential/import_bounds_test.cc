// What may be imported beside hashes of our own.
#include "server/credential/import_bounds.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::HasSubstr;

constexpr HashParameters kOwn{};
constexpr char kBcrypt[] = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
constexpr char kTail[] = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

// Empty: taken.
std::string Complaint(const std::string& hash, const HashParameters& own = kOwn) {
  const auto parsed = ParseForeignHash(hash);
  EXPECT_TRUE(parsed.ok()) << hash << " " << parsed.status();
  if (!parsed.ok()) return "no hash at all";
  return std::string(CheckImportCost(*parsed, own).message());
}
std::string Argon2(const std::string& parameters) { return absl::StrCat("$argon2id$v=19$", parameters, kTail); }
std::string Scrypt(const std::string& parameters) { return absl::StrCat("$scrypt$", parameters, kTail); }
std::string Crypt(int rounds) {
  return absl::StrCat("$5$rounds=", rounds, "$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
}

TEST(ImportBoundsTest, TakesWhatOtherSystemsMakeByDefault) {
  for (const std::string& hash :
       {absl::StrCat("$2b$12$", kBcrypt),  // Kratos, and much else.
        Argon2("m=65536,t=3,p=4"),         // RFC 9106; argon2-cffi.
        Argon2("m=102400,t=2,p=8"),        // Django.
        Argon2("m=131072,t=1,p=2"),        // Kratos, which asks for
        Argon2("m=131072,t=1,p=128"),      // two lanes a processor.
        Argon2("m=7168,t=5,p=1"),          // Keycloak.
        Scrypt("ln=17,r=8,p=1"),           // OWASP.
        absl::StrCat("$pbkdf2-sha256$1000000", kTail), absl::StrCat("$pbkdf2-sha512$210000", kTail), Crypt(500'000),
        std::string("{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr")}) {
    EXPECT_EQ(Complaint(hash), "") << hash;
  }
}

TEST(ImportBoundsTest, RefusesWhatWouldTakeThePlaceOfManyOfOurs) {
  EXPECT_THAT(Complaint(absl::StrCat("$2b$13$", kBcrypt)), HasSubstr("the bcrypt cost may be at most 12"));
  EXPECT_THAT(Complaint(absl::StrCat("$2a$14$", kBcrypt)), HasSubstr("needs a reset")) << "ZITADEL's default";
  EXPECT_THAT(Complaint(Crypt(500'001)), HasSubstr("rounds"));
  EXPECT_THAT(Complaint(absl::StrCat("$pbkdf2-sha256$1500001", kTail)), HasSubstr("iterations"));
  // 32 bytes of SHA-1 are two digests.
  EXPECT_EQ(Complaint(absl::StrCat("$pbkdf2-sha1$750000", kTail)), "");
  EXPECT_THAT(Complaint(absl::StrCat("$pbkdf2-sha1$750001", kTail)), HasSubstr("iterations"));
  EXPECT_THAT(Complaint(Argon2("m=262144,t=1,p=1")), HasSubstr("memory"));
  EXPECT_THAT(Complaint(Argon2("m=131072,t=2,p=1")), HasSubstr("passes"));
  EXPECT_THAT(Complaint(Scrypt("ln=17,r=8,p=2")), HasSubstr("scrypt"));
}

TEST(ImportBoundsTest, MemoryIsBoundedByTheDeploymentsOwn) {
  constexpr HashParameters kSmall{.memory_kib = 19456, .iterations = 2};
  EXPECT_EQ(Complaint(Argon2("m=58368,t=3,p=1"), kSmall), "");
  EXPECT_THAT(Complaint(Argon2("m=58369,t=3,p=1"), kSmall), HasSubstr("at most 58368"));
  EXPECT_THAT(Complaint(Argon2("m=58368,t=4,p=1"), kSmall), HasSubstr("passes"));
  EXPECT_EQ(Complaint(Scrypt("ln=15,r=8,p=1"), kSmall), "");
  EXPECT_THAT(Complaint(Scrypt("ln=16,r=8,p=1"), kSmall), HasSubstr("memory"));
}

}  // namespace
}  // namespace hearth
