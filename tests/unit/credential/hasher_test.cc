#include "server/credential/hasher.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/credential/import_vault.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr HashParameters kCheap{.memory_kib = 64, .iterations = 1};
const CredentialBinding kAda{.directory = "forthcoffee", .user = "ada", .version = 7};
const Secret kPassword("correct horse b\u00E4ttery");

// The bytes 0 to 31, and 32 bytes of 0xff, in hexadecimal.
constexpr char kFirstKey[] = "k1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
constexpr char kSecondKey[] = "k2 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n";

Keyring Ring(const std::string& lines) {
  std::string path = (std::filesystem::temp_directory_path() / "hearth_keys_XXXXXX").string();
  close(mkstemp(path.data()));
  std::ofstream(path) << lines;
  const auto ring = Keyring::Load(path);
  std::filesystem::remove(path);
  EXPECT_TRUE(ring.ok()) << ring.status();
  return *ring;
}

const Keyring& FirstRing() {
  static const Keyring ring = Ring(kFirstKey);
  return ring;
}

class HasherTest : public ::testing::Test {
 protected:
  PasswordHash Hash(const CredentialBinding& binding = kAda, const Secret& password = kPassword) {
    const auto hash = hasher_.Hash(binding, password, absl::InfiniteFuture());
    EXPECT_TRUE(hash.ok()) << hash.status();
    return *hash;
  }
  absl::StatusOr<bool> Verify(const PasswordHash& hash, const CredentialBinding& binding = kAda,
                              const Secret& password = kPassword) {
    return hasher_.Verify(binding, hash, password, absl::InfiniteFuture());
  }
  bool Accepts(const PasswordHash& hash, const CredentialBinding& binding = kAda, const Secret& password = kPassword) {
    const auto verdict = Verify(hash, binding, password);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.ok() && *verdict;
  }

  Hasher hasher_{&FirstRing(), kCheap, 2};
};

TEST_F(HasherTest, VerifiesThePasswordItHashed) {
  const PasswordHash hash = Hash();
  EXPECT_TRUE(Accepts(hash));
  EXPECT_FALSE(Accepts(hash, kAda, Secret("correct horse battery")));
  EXPECT_FALSE(Accepts(hash, kAda, Secret("Correct horse b\u00E4ttery")));
  EXPECT_FALSE(Accepts(hash, kAda, Secret("")));
}

TEST_F(HasherTest, LooksAtAllOfALongPassword) {
  const std::string password(256, 'a');
  const PasswordHash hash = Hash(kAda, Secret(password));
  EXPECT_TRUE(Accepts(hash, kAda, Secret(password)));
  EXPECT_FALSE(Accepts(hash, kAda, Secret(password.substr(0, 255))));
  EXPECT_FALSE(Accepts(hash, kAda, Secret(password.substr(0, 255) + "b")));
}

TEST_F(HasherTest, StoresArgon2idWithItsParametersAndTheKeyId) {
  const PasswordHash hash = Hash();
  EXPECT_THAT(hash.phc, MatchesRegex(R"(\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43})"));
  EXPECT_EQ(hash.pepper_key_id, "k1");
}

TEST_F(HasherTest, DefaultsToTheParametersOfOwasp) {
  EXPECT_EQ(HashParameters().memory_kib, 46 * 1024);
  EXPECT_EQ(HashParameters().iterations, 1);
}

TEST_F(HasherTest, DrawsASaltForEachHash) {
  std::set<std::string> hashes;
  for (int i = 0; i < 1000; ++i) hashes.insert(Hash().phc);
  EXPECT_EQ(hashes.size(), 1000);
}

TEST_F(HasherTest, ACopiedHashVerifiesNothing) {
  const PasswordHash hash = Hash();
  EXPECT_FALSE(Accepts(hash, {.directory = "contoso", .user = "ada", .version = 7})) << "another directory";
  EXPECT_FALSE(Accepts(hash, {.directory = "forthcoffee", .user = "bob", .version = 7})) << "another user";
  EXPECT_FALSE(Accepts(hash, {.directory = "forthcoffee", .user = "ada", .version = 8})) << "another version";
  EXPECT_FALSE(Accepts(hash, {.directory = "forthcoffeea", .user = "da", .version = 7})) << "parts are told apart";
}

// Computed with tools that are not ours: Python's hashlib.blake2b (key derivation as libsodium documents
// crypto_kdf, then the parts, each with its length in eight bytes, little-endian) and argon2-cffi 25.1
// (libargon2), with the salt "0123456789abcdef".
TEST_F(HasherTest, VerifiesAHashMadeByLibargon2) {
  const PasswordHash hash{
      "$argon2id$v=19$m=1024,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$ModljO/bW9Yk2ysaGEg2P9DN/Tufz/6wNtreEn7E5vI", "k1"};
  EXPECT_TRUE(Accepts(hash));
  EXPECT_FALSE(Accepts(hash, kAda, Secret("correct horse battery")));
}

TEST_F(HasherTest, NeedsTheVeryPepper) {
  const PasswordHash hash = Hash();
  const Keyring other_ring = Ring("k1 " + std::string(64, 'e') + "\n");
  Hasher other(&other_ring, kCheap, 1);
  const auto verdict = other.Verify(kAda, hash, kPassword, absl::InfiniteFuture());
  ASSERT_TRUE(verdict.ok());
  EXPECT_FALSE(*verdict);
}

TEST_F(HasherTest, VerifiesUnderTwoPeppersWhileKeysRotate) {
  const Keyring rotated = Ring(std::string(kSecondKey) + kFirstKey);
  Hasher hasher(&rotated, kCheap, 1);
  const PasswordHash old_hash = Hash();
  const auto new_hash = hasher.Hash(kAda, kPassword, absl::InfiniteFuture());
  ASSERT_TRUE(new_hash.ok());
  EXPECT_EQ(new_hash->pepper_key_id, "k2");
  EXPECT_TRUE(hasher.Verify(kAda, old_hash, kPassword, absl::InfiniteFuture()).value());
  EXPECT_TRUE(hasher.Verify(kAda, *new_hash, kPassword, absl::InfiniteFuture()).value());
  EXPECT_TRUE(hasher.NeedsRehash(old_hash));
  EXPECT_FALSE(hasher.NeedsRehash(*new_hash));
  // A hash under one key is none under the other.
  EXPECT_FALSE(hasher.Verify(kAda, {old_hash.phc, "k2"}, kPassword, absl::InfiniteFuture()).value());
  EXPECT_EQ(Verify(*new_hash).status().code(), absl::StatusCode::kInternal) << "the key is not in the first ring";
}

// Two replicas in the midst of a rotation: what one has moved to the new key, the other leaves there.
TEST_F(HasherTest, OfTwoReplicasInARotationOnlyOneReplacesTheOthersHashes) {
  const std::string next = std::string(kSecondKey, sizeof kSecondKey - 2) + " next\n";
  const Keyring waiting_ring = Ring(next + kFirstKey), promoted_ring = Ring(std::string(kSecondKey) + kFirstKey);
  Hasher waiting(&waiting_ring, kCheap, 1), promoted(&promoted_ring, kCheap, 1);
  const auto old_hash = waiting.Hash(kAda, kPassword, absl::InfiniteFuture());
  const auto new_hash = promoted.Hash(kAda, kPassword, absl::InfiniteFuture());
  ASSERT_TRUE(old_hash.ok() && new_hash.ok());
  EXPECT_EQ(old_hash->pepper_key_id, "k1");
  EXPECT_TRUE(promoted.NeedsRehash(*old_hash));
  EXPECT_FALSE(waiting.NeedsRehash(*new_hash));
  EXPECT_TRUE(waiting.Verify(kAda, *new_hash, kPassword, absl::InfiniteFuture()).value());
  // Also where their parameters differ: each replacement would be followed by the other's.
  EXPECT_FALSE(Hasher(&waiting_ring, {.memory_kib = 128, .iterations = 1}, 1).NeedsRehash(*new_hash));
}

TEST_F(HasherTest, RefusesStoredHashesThatWouldCostTooMuch) {
  const std::string tail = "$MDEyMzQ1Njc4OWFiY2RlZg$ModljO/bW9Yk2ysaGEg2P9DN/Tufz/6wNtreEn7E5vI";
  for (const std::string parameters : {"m=262145,t=1,p=1", "m=8388608,t=1,p=1", "m=4294967296,t=1,p=1", "m=64,t=17,p=1",
                                       "m=64,t=4294967295,p=1", "m=64,t=1,p=2", "m=64,t=0,p=1", "m=7,t=1,p=1"}) {
    const auto verdict = Verify({"$argon2id$v=19$" + parameters + tail, "k1"});
    EXPECT_EQ(verdict.status().code(), absl::StatusCode::kInternal) << parameters;
  }
  EXPECT_TRUE(Verify({"$argon2id$v=19$m=64,t=16,p=1" + tail, "k1"}).ok());
}

TEST_F(HasherTest, RefusesStoredHashesThatAreMalformed) {
  const std::string good = Hash().phc;
  const size_t tag = good.rfind('$');
  const std::vector<std::string> damaged = {"",
                                            "$",
                                            good.substr(1),
                                            good + "A",
                                            good.substr(0, good.size() - 1),
                                            good + "$",
                                            good.substr(0, tag) + "$AAAA",
                                            "$argon2i" + good.substr(9),
                                            "$argon2id$v=16" + good.substr(14),
                                            "$argon2id$m=64,t=1,p=1" + good.substr(good.find('$', 15)),
                                            "$argon2id$v=19$t=1,m=64,p=1" + good.substr(27),
                                            "$argon2id$v=19$m=064,t=1,p=1" + good.substr(27),
                                            "$argon2id$v=19$m=+64,t=1,p=1" + good.substr(27),
                                            good.substr(0, tag + 1) + std::string(43, '!'),
                                            std::string(200, 'x')};
  for (const std::string& phc : damaged) {
    const auto verdict = Verify({phc, "k1"});
    EXPECT_EQ(verdict.status().code(), absl::StatusCode::kInternal) << phc;
    EXPECT_THAT(std::string(verdict.status().message()), Not(HasSubstr("argon2id$"))) << "the hash is not repeated";
  }
}

TEST_F(HasherTest, AsksForARehashWhenTheHashIsWeakerThanTheParameters) {
  const PasswordHash hash = Hash();
  EXPECT_FALSE(hasher_.NeedsRehash(hash));
  EXPECT_TRUE(Hasher(&FirstRing(), {.memory_kib = 65, .iterations = 1}, 1).NeedsRehash(hash));
  EXPECT_TRUE(Hasher(&FirstRing(), {.memory_kib = 64, .iterations = 2}, 1).NeedsRehash(hash));
  EXPECT_FALSE(Hasher(&FirstRing(), {.memory_kib = 32, .iterations = 1}, 1).NeedsRehash(hash));
  EXPECT_TRUE(hasher_.NeedsRehash({"damaged", "k1"}));
}

TEST_F(HasherTest, TheDecoyIsNeverTrue) {
  for (const char* password : {"", "self-test", "correct horse battery"}) {
    const auto verdict = hasher_.VerifyDecoy(Secret(password), absl::InfiniteFuture());
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_FALSE(*verdict);
  }
}

// Processor time of this thread, so that other work on the machine does not count.
absl::Duration CpuTimeOf(const std::function<void()>& work) {
  const auto now = [] {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return absl::DurationFromTimespec(time);
  };
  const absl::Duration begin = now();
  work();
  return now() - begin;
}

TEST_F(HasherTest, TheDecoyCostsWhatAHashCosts) {
  Hasher hasher(&FirstRing(), {.memory_kib = 16 * 1024, .iterations = 4}, 1);
  const PasswordHash hash = *hasher.Hash(kAda, kPassword, absl::InfiniteFuture());
  const Secret wrong("not this one at all");
  absl::Duration real = absl::InfiniteDuration();
  absl::Duration decoy = absl::InfiniteDuration();
  // The fastest of several runs is what the work itself takes.
  for (int i = 0; i < 10; ++i) {
    real =
        std::min(real, CpuTimeOf([&] { EXPECT_TRUE(hasher.Verify(kAda, hash, wrong, absl::InfiniteFuture()).ok()); }));
    decoy = std::min(decoy, CpuTimeOf([&] { EXPECT_TRUE(hasher.VerifyDecoy(wrong, absl::InfiniteFuture()).ok()); }));
  }
  EXPECT_LT(decoy, real * 2);
  EXPECT_LT(real, decoy * 2);
}

// Whoever's hash is older than the parameters would else be told from people who do not exist.
TEST_F(HasherTest, AWrongPasswordCostsWhatAHashCostsAlsoWhereTheStoredOneIsCheaper) {
  Hasher hasher(&FirstRing(), {.memory_kib = 16 * 1024, .iterations = 4}, 1);
  const Secret wrong("not this one at all");
  absl::Duration decoy = absl::InfiniteDuration();
  for (int i = 0; i < 10; ++i) {
    decoy = std::min(decoy, CpuTimeOf([&] { EXPECT_TRUE(hasher.VerifyDecoy(wrong, absl::InfiniteFuture()).ok()); }));
  }
  for (const HashParameters cheaper : {kCheap, HashParameters{.memory_kib = 16 * 1024, .iterations = 1},
                                       HashParameters{.memory_kib = 8 * 1024, .iterations = 7}}) {
    const PasswordHash old = *Hasher(&FirstRing(), cheaper, 1).Hash(kAda, kPassword, absl::InfiniteFuture());
    absl::Duration real = absl::InfiniteDuration();
    for (int i = 0; i < 10; ++i) {
      real = std::min(real, CpuTimeOf([&] {
                        const auto verdict = hasher.Verify(kAda, old, wrong, absl::InfiniteFuture());
                        EXPECT_TRUE(verdict.ok() && !*verdict);
                      }));
    }
    EXPECT_LT(decoy, real * 2) << cheaper.memory_kib;
    EXPECT_LT(real, decoy * 2) << cheaper.memory_kib;
    EXPECT_TRUE(hasher.Verify(kAda, old, kPassword, absl::InfiniteFuture()).value());
  }
}

// Whoever was imported would else be told from people who do not exist. What costs more than a hash of ours (bcrypt 12) does take longer.
TEST_F(HasherTest, AWrongPasswordCostsWhatAHashCostsAlsoWhereTheStoredOneWasImported) {
  Hasher hasher(&FirstRing(), {.memory_kib = 16 * 1024, .iterations = 4}, 1);
  const Secret wrong("not this one at all"), too_long(std::string(600, 'a'));
  absl::Duration decoy = absl::InfiniteDuration();
  for (int i = 0; i < 10; ++i) {
    decoy = std::min(decoy, CpuTimeOf([&] { EXPECT_TRUE(hasher.VerifyDecoy(wrong, absl::InfiniteFuture()).ok()); }));
  }
  for (const char* foreign :
       {"{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"}) {
    const PasswordHash sealed = ImportVault(&FirstRing()).Seal(kAda, foreign);
    for (const Secret& password : {wrong, too_long}) {
      absl::Duration real = absl::InfiniteDuration();
      for (int i = 0; i < 10; ++i) {
        real = std::min(real, CpuTimeOf([&] {
                          const auto verdict = hasher.VerifyImported(kAda, sealed, password, absl::InfiniteFuture());
                          EXPECT_TRUE(verdict.ok() && !*verdict) << verdict.status();
                        }));
      }
      EXPECT_LT(decoy, real * 2) << foreign;
      EXPECT_LT(real, decoy * 2) << foreign;
    }
  }
}

TEST_F(HasherTest, AnImportedHashVerifiesUnderItsBindingOnlyAndIsToBeReplaced) {
  const PasswordHash sealed = ImportVault(&FirstRing()).Seal(kAda, "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr");
  const Secret right("testing123");
  EXPECT_TRUE(hasher_.VerifyImported(kAda, sealed, right, absl::InfiniteFuture()).value());
  EXPECT_TRUE(hasher_.NeedsRehash(sealed));
  const CredentialBinding next{.directory = "forthcoffee", .user = "ada", .version = 8};
  EXPECT_EQ(hasher_.VerifyImported(next, sealed, right, absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(hasher_.VerifyImported(kAda, sealed, right, absl::Now() - absl::Seconds(1)).status()),
            v1::ERROR_REASON_DEADLINE_PASSED);
  // However it got there: what costs too much is not computed.
  const PasswordHash hostile =
      ImportVault(&FirstRing()).Seal(kAda, "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  EXPECT_EQ(hasher_.VerifyImported(kAda, hostile, right, absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kInternal);
}

TEST_F(HasherTest, ACallWhoseDeadlineHasPassedDoesNoWork) {
  const absl::Time past = absl::Now() - absl::Seconds(1);
  EXPECT_EQ(ReasonOf(hasher_.Hash(kAda, kPassword, past).status()), v1::ERROR_REASON_DEADLINE_PASSED);
  EXPECT_EQ(ReasonOf(hasher_.Verify(kAda, Hash(), kPassword, past).status()), v1::ERROR_REASON_DEADLINE_PASSED);
  EXPECT_EQ(ReasonOf(hasher_.VerifyDecoy(kPassword, past).status()), v1::ERROR_REASON_DEADLINE_PASSED);
}

TEST_F(HasherTest, AHashThatWouldEndAfterItsDeadlineIsNotBegun) {
  Hasher slow(&FirstRing(), {.memory_kib = 32 * 1024, .iterations = 8}, 1);
  const absl::Duration spent = CpuTimeOf([&] {
    const auto refused = slow.Hash(kAda, kPassword, absl::Now() + slow.hash_time() / 2);
    EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_DEADLINE_PASSED);
  });
  EXPECT_LT(spent, slow.hash_time() / 4);
}

TEST_F(HasherTest, AWaiterIsRefusedWhenItsDeadlinePasses) {
  Hasher slow(&FirstRing(), {.memory_kib = 32 * 1024, .iterations = 8}, 1);
  std::atomic<bool> stop{false};
  std::thread holder([&] {
    while (!stop) EXPECT_TRUE(slow.Hash(kAda, kPassword, absl::InfiniteFuture()).ok());
  });
  absl::Status refusal;
  // The lane may just be free now and then.
  for (int attempt = 0; attempt < 100 && refusal.ok(); ++attempt) {
    refusal = slow.Hash(kAda, kPassword, absl::Now() + absl::Milliseconds(5)).status();
  }
  stop = true;
  holder.join();
  EXPECT_EQ(ReasonOf(refusal), v1::ERROR_REASON_DEADLINE_PASSED);
  EXPECT_TRUE(slow.Hash(kAda, kPassword, absl::Now() + absl::Seconds(60)).ok()) << "the lane is free again";
}

TEST_F(HasherTest, MemoryIsThatOfTheLanesWhateverTheLoad) {
  constexpr long kHashKib = 32 * 1024;
  constexpr int kLanes = 2;
  Hasher hasher(&FirstRing(), {.memory_kib = kHashKib, .iterations = 1}, kLanes);
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] { EXPECT_TRUE(hasher.Hash(kAda, kPassword, absl::InfiniteFuture()).ok()); });
  }
  for (std::thread& caller : callers) caller.join();
  getrusage(RUSAGE_SELF, &after);
  // In KiB; half a hash is left for stacks. Sixteen at once would take eight times as much.
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, kLanes * kHashKib + kHashKib / 2);
}

TEST_F(HasherTest, PassesItsSelfTest) { EXPECT_TRUE(hasher_.SelfTest().ok()) << hasher_.SelfTest(); }

TEST_F(HasherTest, FailsItsSelfTestWithParametersOutOfRange) {
  for (const HashParameters parameters :
       {HashParameters{.memory_kib = 7, .iterations = 1}, HashParameters{.memory_kib = 64, .iterations = 0},
        HashParameters{.memory_kib = 262145, .iterations = 1}, HashParameters{.memory_kib = 64, .iterations = 17}}) {
    Hasher hasher(&FirstRing(), parameters, 1);
    EXPECT_EQ(hasher.SelfTest().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_FALSE(hasher.Hash(kAda, kPassword, absl::InfiniteFuture()).ok());
  }
}

}  // namespace
}  // namespace hearth
