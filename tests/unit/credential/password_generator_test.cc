#include "server/credential/password_generator.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/credential/password_rules.h"
#include "server/credential/policy_rules.h"

namespace hearth {
namespace {

using ::testing::Each;

// Gives the numbers of a list, over and over.
class ListedRandom final : public Random {
 public:
  explicit ListedRandom(std::vector<uint32_t> numbers) : numbers_(std::move(numbers)) {}
  uint32_t Uniform(uint32_t bound) override {
    bounds_.push_back(bound);
    return numbers_[(bounds_.size() - 1) % numbers_.size()];
  }
  const std::vector<uint32_t>& bounds() const { return bounds_; }

 private:
  std::vector<uint32_t> numbers_;
  std::vector<uint32_t> bounds_;
};

constexpr size_t kLetters = 23;  // The alphabet's first; digits follow.

TEST(PasswordAlphabetTest, HasNoLookAlikes) {
  const std::set<char> distinct(kPasswordAlphabet.begin(), kPasswordAlphabet.end());
  EXPECT_EQ(distinct.size(), kPasswordAlphabet.size());
  for (const char c : std::string("ilo01IO")) EXPECT_FALSE(distinct.contains(c)) << c;
  for (const char c : distinct) EXPECT_FALSE(c >= 'A' && c <= 'Z') << "two cases cannot be told apart by ear";
}

TEST(PasswordAlphabetTest, GivesAtLeastEightyBits) {
  const double characters = kPasswordGroups * kPasswordGroupLength;
  const double all = characters * std::log2(kPasswordAlphabet.size());
  // Passwords of letters only and of digits only are thrown away.
  const double letters_only = std::pow(double{kLetters} / kPasswordAlphabet.size(), characters);
  const double digits_only = std::pow(1 - double{kLetters} / kPasswordAlphabet.size(), characters);
  const double bits = all + std::log2(1 - letters_only - digits_only);
  EXPECT_GE(bits, 80);
  EXPECT_NEAR(bits, 99.08, 0.01) << "as reset_password_service.proto promises";
}

TEST(GeneratePasswordTest, JoinsFourGroupsOfFive) {
  ListedRandom random({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 27, 28, 29, 30, 22});
  EXPECT_EQ(GeneratePassword(random).Expose(), "abcde-fghjk-mnpqr-6789z");
  EXPECT_EQ(random.bounds().size(), 20);
  EXPECT_THAT(random.bounds(), Each(31));
}

TEST(GeneratePasswordTest, DrawsAgainWithoutALetterOrWithoutADigit) {
  std::vector<uint32_t> numbers(20, 0);         // Letters only,
  numbers.insert(numbers.end(), 20, kLetters);  // digits only,
  numbers.insert(numbers.end(), 19, 1);         // and one of each.
  numbers.push_back(kLetters);
  ListedRandom random(numbers);
  EXPECT_EQ(GeneratePassword(random).Expose(), "bbbbb-bbbbb-bbbbb-bbbb2");
  EXPECT_EQ(random.bounds().size(), 60);
}

TEST(GeneratePasswordTest, IsAsLongAsItMustBeInWholeGroups) {
  SystemRandom random;
  for (const auto& [least, length] :
       std::vector<std::pair<size_t, size_t>>{{0, 23}, {8, 23}, {23, 23}, {24, 29}, {29, 29}, {30, 35}, {64, 65}}) {
    EXPECT_EQ(GeneratePassword(random, least).Expose().size(), length) << least;
  }
}

TEST(GeneratePasswordTest, TenThousandAreDistinctAndPassTheRules) {
  SystemRandom random;
  PasswordYardstick entra;
  entra.policy = DefaultPasswordPolicy();
  entra.policy.set_preset(v1::PasswordPolicy::PRESET_ENTRA);
  std::set<std::string> seen;
  std::set<char> used;
  for (int i = 0; i < 10000; ++i) {
    const Secret password = GeneratePassword(random);
    const auto prepared = PreparePassword(password.Expose());
    ASSERT_TRUE(prepared.ok()) << prepared.status();
    ASSERT_TRUE(*prepared == password) << "preparation changes it";
    for (const RuleVerdict& verdict : JudgePassword(*prepared, entra, nullptr)) {
      ASSERT_TRUE(verdict.passed) << v1::PasswordRule_Name(verdict.rule);
    }
    used.insert(password.Expose().begin(), password.Expose().end());
    seen.emplace(password.Expose());
  }
  EXPECT_EQ(seen.size(), 10000);
  EXPECT_EQ(used.size(), kPasswordAlphabet.size() + 1) << "every character and the hyphen";
}

}  // namespace
}  // namespace hearth
