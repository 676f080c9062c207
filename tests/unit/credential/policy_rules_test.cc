#include "server/credential/policy_rules.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

v1::UpdatePasswordPolicyRequest Masked(std::initializer_list<const char*> paths) {
  v1::UpdatePasswordPolicyRequest request;
  for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
  return request;
}

v1::PasswordPolicy Entra() {
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  policy.set_preset(v1::PasswordPolicy::PRESET_ENTRA);
  return policy;
}

TEST(PasswordPolicyTest, TheDefaultIsNistsAndWithinItsBounds) {
  EXPECT_THAT(CheckPasswordPolicy(DefaultPasswordPolicy()), IsOk());
  EXPECT_EQ(DefaultPasswordPolicy().preset(), v1::PasswordPolicy::PRESET_NIST);
  EXPECT_EQ(DefaultPasswordPolicy().effective_min_length(), 15);
  EXPECT_EQ(DefaultPasswordPolicy().history(), 0);
  EXPECT_FALSE(DefaultPasswordPolicy().has_max_age());
  EXPECT_FALSE(DefaultPasswordPolicy().has_min_age());
}

TEST(PasswordPolicyTest, TheLeastLengthFollowsFromThePreset) {
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  EXPECT_EQ(EffectiveMinLength(policy), 15);
  policy.set_second_factor_follows(true);
  EXPECT_EQ(EffectiveMinLength(policy), 8);
  policy.set_min_length(12);
  EXPECT_EQ(EffectiveMinLength(policy), 12);
  EXPECT_EQ(EffectiveMinLength(Entra()), 8);
}

TEST(PasswordPolicyTest, NumbersBeyondTheirBoundsAreRefusedByName) {
  for (const int length : {-1, 1, 14, 65, 256, 1 << 30}) {
    v1::PasswordPolicy policy = DefaultPasswordPolicy();
    policy.set_min_length(length);
    EXPECT_THAT(CheckPasswordPolicy(policy), ViolatesField("password_policy.min_length")) << length;
  }
  for (const int length : {7, 65}) {
    v1::PasswordPolicy policy = Entra();
    policy.set_min_length(length);
    EXPECT_THAT(CheckPasswordPolicy(policy), ViolatesField("password_policy.min_length")) << length;
  }
  for (const int history : {-1, 25}) {
    v1::PasswordPolicy policy = DefaultPasswordPolicy();
    policy.set_history(history);
    EXPECT_THAT(CheckPasswordPolicy(policy), ViolatesField("password_policy.history")) << history;
  }
}

TEST(PasswordPolicyTest, BoundsThemselvesAreAccepted) {
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  for (const int length : {0, 15, 64}) {
    policy.set_min_length(length);
    EXPECT_THAT(CheckPasswordPolicy(policy), IsOk()) << length;
  }
  policy.set_history(24);
  EXPECT_THAT(CheckPasswordPolicy(policy), IsOk());
  policy = Entra();
  policy.set_min_length(8);
  EXPECT_THAT(CheckPasswordPolicy(policy), IsOk());
}

TEST(PasswordPolicyTest, PasswordsExpireWithEntraOnly) {
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  policy.mutable_max_age()->set_seconds(90 * 86400);
  EXPECT_THAT(CheckPasswordPolicy(policy), ViolatesField("password_policy.max_age"));
  policy.set_preset(v1::PasswordPolicy::PRESET_ENTRA);
  EXPECT_THAT(CheckPasswordPolicy(policy), IsOk());
}

TEST(PasswordPolicyTest, ATermOfInvisibleCharactersIsRefusedByItsPlace) {
  v1::PasswordPolicy policy = DefaultPasswordPolicy();
  policy.add_banned_terms("espresso");
  policy.add_banned_terms("abc\xc2\xad\xc2\xad");
  EXPECT_THAT(CheckPasswordPolicy(policy), ViolatesField("password_policy.banned_terms[1]"));
}

TEST(UpdatedPasswordPolicyTest, EveryFieldOfThePolicyCanBeChanged) {
  const auto* descriptor = v1::PasswordPolicy::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::string name = descriptor->field(i)->name();
    if (name == "name" || name == "update_time" || name == "etag" || name == "version" ||
        name == "effective_min_length") {
      continue;
    }
    EXPECT_THAT(UpdatedPasswordPolicy(DefaultPasswordPolicy(), Masked({name.c_str()})), IsOk()) << name;
  }
}

TEST(UpdatedPasswordPolicyTest, TermsThatCompareTheSameAreOne) {
  v1::UpdatePasswordPolicyRequest request;
  for (const char* term : {"Espresso", "espresso", "ristretto", "\xef\xbd\x85spresso", "3spr3$$0", "doppio"}) {
    request.mutable_password_policy()->add_banned_terms(term);
  }
  const auto updated = UpdatedPasswordPolicy(DefaultPasswordPolicy(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(updated->banned_terms(), testing::ElementsAre("Espresso", "ristretto", "doppio"));
}

TEST(UpdatedPasswordPolicyTest, AMaskNamesWhatChangesAndTheRestStays) {
  v1::PasswordPolicy current = Entra();
  current.mutable_max_age()->set_seconds(90 * 86400);
  current.add_banned_terms("espresso");
  v1::UpdatePasswordPolicyRequest request = Masked({"max_age", "banned_terms"});
  request.mutable_password_policy()->add_banned_terms("ristretto");
  request.mutable_password_policy()->set_history(5);
  const auto updated = UpdatedPasswordPolicy(current, request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_FALSE(updated->has_max_age()) << "named and not set: the default";
  EXPECT_THAT(updated->banned_terms(), testing::ElementsAre("ristretto")) << "lists are replaced whole";
  EXPECT_EQ(updated->history(), 0) << "not named";
  EXPECT_EQ(updated->preset(), v1::PasswordPolicy::PRESET_ENTRA);
  EXPECT_EQ(updated->effective_min_length(), 8);
}

TEST(UpdatedPasswordPolicyTest, WithoutAMaskWhatIsSetChanges) {
  v1::UpdatePasswordPolicyRequest request;
  request.mutable_password_policy()->set_preset(v1::PasswordPolicy::PRESET_ENTRA);
  const auto updated = UpdatedPasswordPolicy(DefaultPasswordPolicy(), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->preset(), v1::PasswordPolicy::PRESET_ENTRA);
}

}  // namespace
}  // namespace hearth::test
