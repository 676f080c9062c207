// Hashes that others made and published; ours would prove nothing.
#include "server/credential/foreign_hash.h"

#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::HasSubstr;

// What a password can be guessed from is wiped with the hash.
static_assert(std::is_same_v<decltype(ForeignHash::text), Secret> &&
              std::is_same_v<decltype(ForeignHash::tag), Secret> &&
              std::is_same_v<decltype(ForeignHash::signer_key), Secret>);

struct Vector {
  const char* password;
  std::string hash;
};

bool Verifies(const std::string& hash, const std::string& password) {
  const auto parsed = ParseForeignHash(hash);
  EXPECT_TRUE(parsed.ok()) << hash << " " << parsed.status();
  if (!parsed.ok()) return false;
  const auto verdict = VerifyForeignHash(*parsed, Secret(password));
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() && *verdict;
}

std::string Complaint(const std::string& hash) {
  const auto parsed = ParseForeignHash(hash);
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

const std::vector<Vector>& Vectors() {
  static const auto* const vectors = new std::vector<Vector>{
      // Openwall crypt_blowfish 1.3, wrapper.c.
      {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
      {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
      {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
      // U. Drepper, "Unix crypt using SHA-256 and SHA-512".
      {"Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"},
      {"Hello world!",
       "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"},
      {"we have a short salt string but not a short password",
       "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0"},
      {"Hello world!", "{CRYPT}$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"},
      // phc-winner-argon2, src/test.c.
      {"password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
      {"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
      {"password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"},
      // passlib, tests/test_handlers_pbkdf2.py and test_handlers_django.py.
      {"password", "$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI"},
      {"password", "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ"},
      {"password",
       "$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI."
       "BzY/YTNJOiKc5gBYFYGww"},
      {"not a password", "pbkdf2_sha1$10000$wz5B6WkasRoF$atJmJ1o+XfJxKq1+Nu1f1i57Z5I="},
      // RFC 6070, as Kratos writes it.
      {"password", "$pbkdf2-sha1$i=4096,l=20$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"},
      // The same numbers of passlib in the form of Keycloak's export.
      {"password",
       R"({"type":"password","secretData":"{\"value\":\"hsYF68OiOUPdDZ1Fg+fJPeq1h/gXXY7acBp9/6c+tmQ=\",\"salt\":\"4vjV83LKPjQzk31VI4E0Vw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1212,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"})"},
      {"password",
       R"({"secretData":"{\"value\":\"nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=\",\"salt\":\"c29tZXNhbHQ=\"}","credentialData":"{\"hashIterations\":2,\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"32\"],\"memory\":[\"256\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}"})"},
      // RFC 7914, 12; as Kratos writes it; and ZITADEL's passwap, internal/testvalues.
      {"pleaseletmein",
       "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F"
       "3A1lHkDfzwF7RVdYhw"},
      {"pleaseletmein",
       "$scrypt$ln=16384,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr5"
       "5h6F3A1lHkDfzwF7RVdYhw=="},
      {"password", "$scrypt$ln=16,r=8,p=1$cmFuZG9tc2FsdGlzaGFyZA$Rh+NnJNo1I6nRwaNqbDm6kmADswD1+7FTKZ7Ln9D8nQ"},
      // The README of github.com/firebase/scrypt, as Kratos writes it.
      {"user1password",
       "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/"
       "qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjL"
       "NmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="},
      // passlib, tests/test_handlers.py (ldap_salted_sha1).
      {"testing123", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr"},
      // The same, ldap_salted_sha256 and ldap_salted_sha512.
      {"password", "{SSHA256}x1tymSTVjozxQ2PtT46ysrzhZxbcskK0o2f8hEFx7fAQQmhtDSEkJA=="},
      {"toomanysecrets",
       "{SSHA512}wExp4xjiCHS0zidJDC4UJq9EEeIebAQPJ1PWSwfhxWjfutI9XiiKuHm2AE41cEFfK+8HyI8bh+"
       "ztbczUGsvVFIgICWWPt7qu"},
  };
  return *vectors;
}

TEST(ForeignHashTest, GivesThePublishedAnswers) {
  for (const Vector& vector : Vectors()) {
    EXPECT_TRUE(Verifies(vector.hash, vector.password)) << vector.hash;
    EXPECT_FALSE(Verifies(vector.hash, absl::StrCat(vector.password, "x"))) << vector.hash;
    EXPECT_FALSE(Verifies(vector.hash, "")) << vector.hash;
  }
}

TEST(ForeignHashTest, PassesItsSelfTest) { EXPECT_TRUE(ForeignSelfTest().ok()) << ForeignSelfTest(); }

TEST(ForeignHashTest, ALongPasswordDoesNotVerifyByItsFirst72Bytes) {
  // Of 72 times "a", by libxcrypt.
  const std::string hash = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.mDyzbhj.9K0apb9O/AGMWwoLXiYAu6u";
  EXPECT_TRUE(Verifies(hash, std::string(72, 'a')));
  EXPECT_FALSE(Verifies(hash, std::string(73, 'a'))) << "though bcrypt itself would say yes";
  EXPECT_FALSE(Verifies(hash, std::string(71, 'a')));
}

TEST(ForeignHashTest, WhatCryptCannotTakeIsNotThePassword) {
  const std::string bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  EXPECT_FALSE(Verifies(bcrypt, std::string("U*U\0x", 5))) << "though it looks no further than the NUL";
  const std::string sha = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
  EXPECT_FALSE(Verifies(sha, std::string("Hello world!\0", 13)));
  for (const size_t length : {511, 512, 1024, 100'000}) EXPECT_FALSE(Verifies(sha, std::string(length, 'a'))) << length;
}

// What the parser takes, the library takes: a hash that it refused would keep its person out, and tell them apart.
TEST(ForeignHashTest, WhatIsTakenAtTheBoundsCanBeCompared) {
  for (const char* hash :
       {"$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=2040,t=1,p=255$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
        "$argon2id$v=19$p=1,t=1,m=8$c29tZXNhbHQ=$nf65EOgLrQMR_uIPnA4rEsF5h7TKyQwu9U1bMCHGi_4=",
        "$argon2i$v=19$m=64,t=3,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$scrypt$ln=15,r=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
        "$scrypt$ln=1,r=64,p=64$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
        "$scrypt$ln=17,r=8,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg", "$pbkdf2-sha1$1$c2FsdA$nf65EOgLrQMR/uIPnA4rEg",
        "$5$rounds=1000$s$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
        "$2b$04$......................E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$04$.....................OE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$04$.....................eE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2b$04$.....................uE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}) {
    const auto parsed = ParseForeignHash(hash);
    ASSERT_TRUE(parsed.ok()) << hash << " " << parsed.status();
    const auto verdict = VerifyForeignHash(*parsed, Secret("password"));
    ASSERT_TRUE(verdict.ok()) << hash << " " << verdict.status();
    EXPECT_FALSE(*verdict) << hash;
  }
  for (const char* hash : {"$argon2id$v=19$m=2039,t=1,p=255$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
                           "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$nf65EOgLrQMR/uIPnA4rEg",
                           "$scrypt$ln=16,r=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
                           "$5$salt=$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
                           "$5$rounds=01000$s$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
                           "$6$rounds=01000000$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4"
                           "OTLiBFdcbYEdFCoEOfaS35inz1",
                           "$2b$04$.....................AE5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                           "$2b$04$.....................9E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                           "$2b$04$......................E5YPO9kmyuRGyh0XouQYb4YMJKvyOeX",
                           "$2b$04$=.....................5YPO9kmyuRGyh0XouQYb4YMJKvyOeW."}) {
    EXPECT_NE(Complaint(hash), "") << hash;
  }
  // 64 bytes of SHA-1 are four digests: every iteration counts four times.
  const std::string tag = "$c2FsdA$" + std::string(86, 'A');
  EXPECT_EQ(Complaint("$pbkdf2-sha1$1500000" + tag), "");
  EXPECT_THAT(Complaint("$pbkdf2-sha1$1500001" + tag), HasSubstr("iterations"));
}

TEST(ForeignHashTest, RefusesHashesThatCostTooMuchBeforeTheyCostAnything) {
  const std::string bcrypt = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  for (const char* cost : {"$2a$31$", "$2b$15$", "$2y$03$", "$2a$00$", "$2a$99$", "$2a$-1$"}) {
    EXPECT_THAT(Complaint(cost + bcrypt), HasSubstr("bcrypt")) << cost;
  }
  for (const char* parameters :
       {"m=4194304,t=1,p=1", "m=262144,t=16,p=1", "m=256,t=17,p=1", "m=4096,t=2,p=256", "m=4294967296,t=1,p=1",
        "m=18446744073709551616,t=1,p=1", "m=256,t=0,p=1", "m=7,t=1,p=1", "t=2,p=1", "m=-1,t=2,p=1", ""}) {
    EXPECT_THAT(Complaint(absl::StrCat("$argon2id$v=19$", parameters,
                                       "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")),
                HasSubstr("Argon2"))
        << parameters;
  }
  const std::string crypt = "$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
  for (const char* rounds : {"999999999", "1000001", "999", "0", "-1", "x", ""}) {
    EXPECT_THAT(Complaint(absl::StrCat("$5$rounds=", rounds, crypt)), HasSubstr("rounds")) << rounds;
  }
  for (const char* iterations : {"2000001", "0", "4294967297", "-1", "", "i=0,l=20"}) {
    EXPECT_THAT(Complaint(absl::StrCat("$pbkdf2-sha1$", iterations, "$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE")),
                HasSubstr("iterations"))
        << iterations;
  }
  for (const char* parameters : {"ln=18,r=8,p=1", "ln=17,r=8,p=3", "ln=0,r=8,p=1", "ln=31,r=1,p=1", "ln=14,r=0,p=1",
                                 "ln=14,r=8,p=0", "ln=14,r=8", "ln=16385,r=8,p=1", "ln=9223372036854775808,r=8,p=1",
                                 "ln=4,r=64,p=65", "ln=1,r=18446744073709551615,p=1"}) {
    EXPECT_THAT(Complaint(absl::StrCat("$scrypt$", parameters, "$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o")),
                HasSubstr("scrypt"))
        << parameters;
  }
}

TEST(ForeignHashTest, RefusesHashesWithoutSaltAndWithoutForm) {
  for (const char* hash :
       {"",
        "x",
        "password",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "{MD5}x",
        "{SSHA}",
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "{SSHA}!!!",
        "$5$",
        "$5$$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
        "$6$salt$short",
        "$2a$",
        "$2a$05$tooshort",
        "$argon2id$",
        "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQM",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$pbkdf2-sha1$4096$$SwB5AbdlSJq+rUnZJvch0GWkKcE",
        "$pbkdf2-md5$4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE",
        "$pbkdf2-sha1$4096$c2FsdA$",
        "pbkdf2_sha256$1000$salt",
        "$scrypt$",
        "$firescrypt$ln=14,r=8,p=1$a$b",
        "{\"",
        "{\"a\":1}",
        "{\"secretData\":\"\",\"credentialData\":\"\"}",
        "{\"secretData\":[],\"credentialData\":7}",
        "{\"secretData\":{\"value\":\"x\"},\"credentialData\":{\"algorithm\":\"argon2\",\"hashIterations\":-1}}"}) {
    EXPECT_NE(Complaint(hash), "") << hash;
  }
  EXPECT_NE(Complaint("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + std::string(200, 'A')), "");
  EXPECT_NE(Complaint(std::string(1 << 20, '{')), "");
  EXPECT_NE(Complaint("{SSHA}" + std::string(1 << 20, 'A')), "");
}

// Every prefix and every hash with one character changed: refused, or another hash; never a crash. None verifies what the whole one did.
TEST(ForeignHashTest, DamagedHashesDoNoHarm) {
  for (const Vector& vector : Vectors()) {
    for (size_t length = 0; length < vector.hash.size(); ++length)
      (void)ParseForeignHash(vector.hash.substr(0, length));
    for (size_t at = 0; at < vector.hash.size(); ++at) {
      for (const char c : {'$', ',', '=', '0', '9', '{', '"', '\0', '\xff'}) {
        std::string damaged = vector.hash;
        damaged[at] = c;
        (void)ParseForeignHash(damaged);
      }
    }
  }
}

}  // namespace
}  // namespace hearth
