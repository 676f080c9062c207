#include "server/base/keyring.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/text.h"

namespace hearth {
namespace {

using testing::HasSubstr;

const std::string kOne = "k1 9f4c1e07b3a85d62e1f0c4d9387a5b2c6e81d70f94ab35c2d8e6f1a07b49c35d\n";
const std::string kTwo = "k2 27d1ab6e90f35c48be7102d4f86a9c13c05e8b71f2496da8307cb5e4199fd062\n";
const std::string kTwoNext = kTwo.substr(0, kTwo.size() - 1) + " next\n";

class KeyringTest : public testing::Test {
 protected:
  KeyringTest() {
    std::string folder = testing::TempDir() + "keyring-XXXXXX";
    path_ = std::string(mkdtemp(folder.data())) + "/keys";
  }
  ~KeyringTest() override {
    unlink(path_.c_str());
    rmdir(path_.substr(0, path_.rfind('/')).c_str());
  }

  absl::StatusOr<Keyring> Load(const std::string& text) {
    unlink(path_.c_str());
    const mode_t before = umask(0077);
    std::ofstream(path_) << text;
    umask(before);
    return Keyring::Load(path_);
  }
  std::string Text() {
    std::ifstream file(path_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::string path_;
};

TEST_F(KeyringTest, TheFirstLineIsCurrentAndTheLastIsTheEldest) {
  const auto ring = Load("# a comment\n" + kTwo + kOne);
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(ring->current(), "k2");
  EXPECT_EQ(ring->eldest(), "k1");
}

// Of BLAKE2b key derivation, computed with Python's hashlib.blake2b: with another one nothing that was made before would be known again.
TEST_F(KeyringTest, DerivesWhatItAlwaysDerived) {
  const auto ring = Load("k1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(absl::BytesToHexString(ToAbsl(ring->Derive("k1", "password").Expose())),
            "e47cbe4fee635cb0d03d894f2a60c76e79ae9994111810b7165ca9eb531cdbe0");
}

TEST_F(KeyringTest, AKeyThatIsNextIsKnownAndNotUsed) {
  const auto ring = Load(kTwoNext + kOne);
  ASSERT_TRUE(ring.ok()) << ring.status();
  EXPECT_EQ(ring->current(), "k1");
  EXPECT_EQ(ring->eldest(), "k1");
  EXPECT_TRUE(ring->Has("k2"));
}

TEST_F(KeyringTest, RefusesFilesThatAreNoKeyRing) {
  for (const std::string& text :
       {std::string(), std::string("# nothing\n"), std::string("k1\n"), std::string("k1 12ab\n"), kOne + kOne, kTwoNext,
        kOne + kTwoNext, kTwo.substr(0, kTwo.size() - 1) + " soon\n" + kOne,
        kTwo.substr(0, kTwo.size() - 1) + " next next\n" + kOne, kTwo.substr(0, kTwo.size() - 3) + "\n",
        std::string("k-1 ") + std::string(64, 'a') + "\n"}) {
    EXPECT_EQ(Load(text).status().code(), absl::StatusCode::kFailedPrecondition) << text;
  }
}

TEST_F(KeyringTest, RefusesAFileThatOthersMayRead) {
  ASSERT_TRUE(Load(kOne).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_THAT(std::string(Keyring::Load(path_).status().message()), HasSubstr("chmod 600"));
}

// The sample of README.md, what people type, and counters.
TEST_F(KeyringTest, SamplesAreNoRandomKeys) {
  std::vector<std::string> samples = {std::string(64, '0'), std::string(64, 'f'), ""};
  for (int i = 0; i < 4; ++i) samples[2] += "0123456789abcdef";
  samples.emplace_back("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  samples.emplace_back("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100");
  samples.emplace_back("68656172746868656172746868656172746868656172746868656172746868ff");  // "hearthhearth…"
  for (const std::string& sample : samples) {
    const auto ring = Load(kOne + "k0 " + sample + "\n");
    ASSERT_TRUE(ring.ok()) << ring.status();
    EXPECT_THAT(std::string(ring->CheckRandom().message()), HasSubstr("key k0")) << sample;
  }
  EXPECT_TRUE(Load(kTwo + kOne)->CheckRandom().ok());
}

TEST_F(KeyringTest, AThousandGeneratedKeysAreRandom) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(Keyring::Generate(path_).ok());
    ASSERT_TRUE(Keyring::Load(path_)->CheckRandom().ok());
    unlink(path_.c_str());
  }
}

TEST_F(KeyringTest, RotatesInTwoStepsSoThatEveryServerKnowsAKeyBeforeAnyUsesIt) {
  ASSERT_TRUE(Load("# kept\n" + kOne).ok());
  EXPECT_FALSE(Keyring::Promote(path_).ok()) << "there is none to promote";
  ASSERT_EQ(Keyring::Add(path_).value(), "k2");
  EXPECT_FALSE(Keyring::Add(path_).ok()) << "one at a time";
  const auto known = Keyring::Load(path_);
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_EQ(known->current(), "k1");
  EXPECT_TRUE(known->Has("k2"));
  ASSERT_EQ(Keyring::Promote(path_).value(), "k2");
  const auto promoted = Keyring::Load(path_);
  ASSERT_TRUE(promoted.ok()) << promoted.status();
  EXPECT_EQ(promoted->current(), "k2");
  EXPECT_EQ(promoted->eldest(), "k1");
  EXPECT_TRUE(promoted->Derive("k2", "password") == known->Derive("k2", "password"));
  EXPECT_THAT(Text(), HasSubstr("# kept\n" + kOne));
  EXPECT_EQ(Keyring::Add(path_).value(), "k3");
}

}  // namespace
}  // namespace hearth
