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
std::string Complaint(const std::string& hash, const HashParameters& own = kOwn, int bcrypt_cost = kImportBcryptCost) {
  return std::string(ParseForeignHash(hash, ImportBounds(own, bcrypt_cost)).status().message());
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
  EXPECT_THAT(Complaint(absl::StrCat("$2a$14$", kBcrypt)), HasSubstr("needs a reset")) << "ZITADEL's default";
  EXPECT_THAT(Complaint(Crypt(500'001)), HasSubstr("1000 to 500000 rounds"));
  EXPECT_THAT(Complaint(absl::StrCat("$pbkdf2-sha256$1500001", kTail)), HasSubstr("1 to 1500000 iterations"));
  // 32 bytes of SHA-1 are two digests.
  EXPECT_EQ(Complaint(absl::StrCat("$pbkdf2-sha1$750000", kTail)), "");
  EXPECT_THAT(Complaint(absl::StrCat("$pbkdf2-sha1$750001", kTail)), HasSubstr("iterations"));
  for (const char* parameters : {"m=262144,t=1,p=1", "m=4194304,t=1,p=1", "m=131072,t=2,p=1"}) {
    EXPECT_THAT(Complaint(Argon2(parameters)), HasSubstr("up to 141312 KiB of memory")) << parameters;
    EXPECT_THAT(Complaint(Argon2(parameters)), HasSubstr("235520 KiB times passes")) << parameters;
  }
  EXPECT_THAT(Complaint(Scrypt("ln=17,r=8,p=2")), HasSubstr("1048576 for N times r times p"));
}

// Whoever has to decide is told the limit that applies, and where it is set, however far beyond it a hash is.
TEST(ImportBoundsTest, TheDeploymentSaysHowMuchBcryptMayCost) {
  for (const int most : {4, 10, 12, 13, 14}) {
    EXPECT_EQ(Complaint(absl::StrCat("$2b$", absl::Dec(most, absl::kZeroPad2), "$", kBcrypt), kOwn, most), "");
    for (const int cost : {3, most + 1, 31}) {
      const std::string complaint =
          Complaint(absl::StrCat("$2b$", absl::Dec(cost, absl::kZeroPad2), "$", kBcrypt), kOwn, most);
      EXPECT_THAT(complaint, HasSubstr(absl::StrCat("the bcrypt cost must be 4 to ", most))) << cost;
      EXPECT_EQ(complaint.find("--import-bcrypt-cost") != std::string::npos, most < 14) << "beyond that none can go";
    }
  }
}

TEST(ImportBoundsTest, MemoryIsBoundedByTheDeploymentsOwn) {
  constexpr HashParameters kSmall{.memory_kib = 19456, .iterations = 2};
  EXPECT_EQ(Complaint(Argon2("m=58368,t=3,p=1"), kSmall), "");
  EXPECT_THAT(Complaint(Argon2("m=58369,t=3,p=1"), kSmall), HasSubstr("up to 58368 KiB"));
  EXPECT_THAT(Complaint(Argon2("m=58368,t=4,p=1"), kSmall), HasSubstr("passes"));
  EXPECT_EQ(Complaint(Scrypt("ln=15,r=8,p=1"), kSmall), "");
  EXPECT_THAT(Complaint(Scrypt("ln=16,r=8,p=1"), kSmall), HasSubstr("up to 58368 KiB"));
  // What is never compared is not imported, whatever ours cost.
  EXPECT_THAT(Complaint(Argon2("m=262145,t=1,p=1"), kMaxHashParameters), HasSubstr("up to 262144 KiB"));
}

}  // namespace
}  // namespace hearth
