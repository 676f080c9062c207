// What the password policy of a directory says counts in every way to a new password.
#include <unistd.h>

#include <filesystem>

#include "server/credential/breach_builder.h"
#include "server/credential/breach_filter.h"
#include "tests/storage/reset/password_policy_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using PasswordPolicyTest = PasswordPolicyFixture;

// Begins with these numbers.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<uint32_t> first) : first_(std::move(first)) {}
  uint32_t Uniform(uint32_t bound) override { return at_ < first_.size() ? first_[at_++] : rest_.Uniform(bound); }

 private:
  const std::vector<uint32_t> first_;
  size_t at_ = 0;
  SystemRandom rest_;
};

TEST_F(PasswordPolicyTest, ADirectoryThatSetNoneHasNists) {
  const auto policy = Get();
  ASSERT_THAT(policy, IsOk());
  EXPECT_EQ(policy->name(), kPolicy);
  EXPECT_EQ(policy->preset(), v1::PasswordPolicy::PRESET_NIST);
  EXPECT_EQ(policy->effective_min_length(), 15);
  EXPECT_EQ(policy->version(), 0);
  EXPECT_EQ(policy->etag(), "0");
  EXPECT_FALSE(policy->has_update_time());
}

TEST_F(PasswordPolicyTest, WhatIsSetIsReadAgainWithItsVersion) {
  UseEntra();
  v1::PasswordPolicy wish;
  wish.mutable_max_age()->set_seconds(90 * 86400);
  wish.add_banned_terms("espresso");
  wish.set_etag("1");
  ASSERT_THAT(Update(wish), IsOk());
  const auto policy = Get();
  ASSERT_THAT(policy, IsOk());
  EXPECT_EQ(policy->preset(), v1::PasswordPolicy::PRESET_ENTRA);
  EXPECT_EQ(policy->max_age().seconds(), 90 * 86400);
  EXPECT_THAT(policy->banned_terms(), ElementsAre("espresso"));
  EXPECT_EQ(policy->effective_min_length(), 8);
  EXPECT_EQ(policy->version(), 2);
  EXPECT_TRUE(policy->has_update_time());
  EXPECT_EQ(Audit(kForth).back().action, "password_policy.update");
  EXPECT_THAT(Update(wish), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.password_policies WHERE directory_id <> 'forthcoffee'")[0][0], "0");
}

TEST_F(PasswordPolicyTest, OfTwoFirstChangesAtOnceBothHappen) {
  std::vector<absl::Status> statuses(8);
  std::vector<std::function<void()>> updates;
  for (absl::Status& status : statuses) {
    updates.push_back([this, &status] {
      v1::PasswordPolicy policy;
      policy.set_min_length(20);
      status = Update(policy);
    });
  }
  RunTogether(updates);
  for (const absl::Status& status : statuses) EXPECT_THAT(status, IsOk());
  EXPECT_EQ(Get()->version(), 8);
}

TEST_F(PasswordPolicyTest, ThePresetGovernsEveryWayToAPassword) {
  AllowSelfService();
  EXPECT_THAT(Give("Ristr-77"), Breaks("TOO_SHORT"));
  UseEntra();
  EXPECT_THAT(Give("A phrase, s\xc3\xbc\xc3\x9f"), Breaks("OUTSIDE_ALPHABET"));
  EXPECT_THAT(Give("aphraseofsmallletters"), Breaks("TOO_FEW_CLASSES"));
  ASSERT_THAT(Give("Ristr-77"), IsOk());
  EXPECT_THAT(Change("Ristr-77", "aphraseofsmallletters"), Breaks("TOO_FEW_CLASSES"));
  EXPECT_THAT(Change("Ristr-77", "Ristr-78"), IsOk());
  EXPECT_THAT(Choose("aphraseofsmallletters"), Breaks("TOO_FEW_CLASSES"));
  EXPECT_THAT(Choose("Ristr-79"), IsOk());
}

TEST_F(PasswordPolicyTest, NamesAreRefusedInEveryWayAndNothingIsStored) {
  AllowSelfService();
  Sql("UPDATE hearth.users SET display_name = 'Ann Marlowe', mail = 'philippa@mail.example' WHERE user_id = 'user1'");
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  for (const char* password : {"jfhrkwpzvx MARLOWE", "jfhrkwpzvx ann marlowe", "jfhrkwpzvx user1",
                               "jfhrkwpzvx PhilippA", "jfhrkwpzvx forth coffee", "jfhrkwpzvx F0rthCoffee"}) {
    EXPECT_THAT(Give(password), Breaks("CONTAINS_NAME")) << password;
    EXPECT_EQ(VersionOf("user1"), "0");
    EXPECT_THAT(Complete(token, password), Breaks("CONTAINS_NAME")) << password;
    EXPECT_EQ(VersionOf("user1"), "0");
  }
  EXPECT_THAT(Give("jfhrkwpzvx marlowe", "user2"), IsOk()) << "it is nobody's name there";
  ASSERT_THAT(Give(kFirst), IsOk());
  EXPECT_THAT(Change(kFirst, "jfhrkwpzvx marlowe"), Breaks("CONTAINS_NAME"));
  EXPECT_THAT(Change("not the present one", "jfhrkwpzvx marlowe"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED))
      << "a stranger learns nothing of the names";
  EXPECT_EQ(VersionOf("user1"), "1");
}

TEST_F(PasswordPolicyTest, TheTokenOfARefusedChoiceStaysGood) {
  AllowSelfService();
  AskFor("user1@forthcoffee.com");
  const std::string token = Newest("link");
  EXPECT_THAT(Complete(token, "jfhrkwpzvx user1"), Breaks("CONTAINS_NAME"));
  EXPECT_THAT(Complete(token, kFirst), IsOk());
}

TEST_F(PasswordPolicyTest, BannedTermsCount) {
  EXPECT_THAT(Give("Ristretto&Lungo!"), IsOk());
  v1::PasswordPolicy policy;
  policy.add_banned_terms("RISTRETTO");
  policy.add_banned_terms("lung0");
  ASSERT_THAT(Update(policy), IsOk());
  EXPECT_THAT(Give("Ristretto&Lungo!"), Breaks("BANNED_TERM"));
  EXPECT_THAT(Give("passwordpassword"), Breaks("EASILY_GUESSED"));
  EXPECT_THAT(Give("Ristretto & Lungo, every day"), IsOk());
}

TEST_F(PasswordPolicyTest, TheLastPasswordsAreRefusedInEveryWay) {
  AllowSelfService();
  Remember(2);
  ASSERT_THAT(Give(kFirst), IsOk());
  ASSERT_THAT(Change(kFirst, kSecond), IsOk());
  EXPECT_THAT(Remembered(), ElementsAre("1"));
  for (const char* password : {kFirst, kSecond}) {
    EXPECT_THAT(Give(password), Breaks("RECENTLY_USED"));
    EXPECT_THAT(Choose(password), Breaks("RECENTLY_USED"));
  }
  EXPECT_THAT(Change(kSecond, kFirst), Breaks("RECENTLY_USED"));
  ASSERT_THAT(Choose(kThird), IsOk());
  EXPECT_THAT(Remembered(), ElementsAre("2")) << "the third is the last, the second the one before";
  EXPECT_THAT(Give(kSecond), Breaks("RECENTLY_USED"));
  EXPECT_THAT(Give(kFirst), IsOk());
}

TEST_F(PasswordPolicyTest, WithoutAHistoryNothingIsRememberedAndResetsMayRepeat) {
  ASSERT_THAT(Give(kFirst), IsOk());
  ASSERT_THAT(Give(kFirst), IsOk());
  ASSERT_THAT(Change(kFirst, kSecond), IsOk());
  ASSERT_THAT(Change(kSecond, kFirst), IsOk());
  EXPECT_THAT(Change(kFirst, kFirst), Breaks("SAME_AS_CURRENT"));
  EXPECT_THAT(Remembered(), IsEmpty());
}

TEST_F(PasswordPolicyTest, AShorterHistoryForgetsAtOnce) {
  Remember(24);
  for (const char* password : {kFirst, kSecond, kThird, "the fourth that I thought of"})
    ASSERT_THAT(Give(password), IsOk());
  EXPECT_THAT(Remembered(), ElementsAre("1", "2", "3"));
  Remember(2);
  EXPECT_THAT(Remembered(), ElementsAre("3"));
  Remember(0);
  EXPECT_THAT(Remembered(), IsEmpty());
}

TEST_F(PasswordPolicyTest, OnlyHomeRemembersAndForgetsWithThePassword) {
  Remember(24);
  ASSERT_THAT(Give(kFirst), IsOk());
  ASSERT_THAT(Give(kSecond), IsOk());
  const Scope forth = {kForth};
  for (const std::string home : {"forthcoffee", "contoso"}) {
    EXPECT_FALSE(SqlAsApp(&forth, absl::StrCat("INSERT INTO hearth.password_history (directory_id, user_id,"
                                               " home_directory_id, version, phc, pepper_key_id) VALUES"
                                               " ('forthcoffee', 'visitor', '",
                                               home, "', 1, 'x', 'k')"))
                     .ok());
  }
  EXPECT_THAT(Remembered(), ElementsAre("1"));
  ASSERT_TRUE(SqlAsApp(&forth, "DELETE FROM hearth.credentials WHERE user_id = 'user1'").ok());
  EXPECT_THAT(Remembered(), IsEmpty());
}

TEST_F(PasswordPolicyTest, APasswordOfARetiredPepperIsNoLongerCompared) {
  Remember(24);
  ASSERT_THAT(Give(kFirst), IsOk());
  ASSERT_THAT(Give(kSecond), IsOk());
  Sql("UPDATE hearth.password_history SET pepper_key_id = 'retired'");
  EXPECT_THAT(Give(kFirst), IsOk());
}

TEST_F(PasswordPolicyTest, AYoungPasswordIsKeptUnlessItMustBeChangedOrIsReset) {
  AllowSelfService();
  v1::PasswordPolicy policy;
  policy.mutable_min_age()->set_seconds(86400);
  ASSERT_THAT(Update(policy), IsOk());
  ASSERT_THAT(Give(kFirst, "user1", /*must_change=*/true), IsOk());
  ASSERT_THAT(Change(kFirst, kSecond), IsOk()) << "it was given to be changed";
  EXPECT_THAT(Change(kSecond, kThird), Refuses(v1::ERROR_REASON_PASSWORD_TOO_YOUNG, "min_age", "24h"));
  EXPECT_THAT(Change("not the present one", kThird), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(Choose(kThird), IsOk()) << "who lost it gets another";
  Sql("UPDATE hearth.credentials SET change_time = now() - interval '25 hours'");
  EXPECT_THAT(Change(kThird, kFirst), IsOk());
}

TEST_F(PasswordPolicyTest, AnOldPasswordMustBeChanged) {
  UseEntra();
  v1::PasswordPolicy policy;
  policy.mutable_max_age()->set_seconds(14 * 86400);
  ASSERT_THAT(Update(policy), IsOk());
  ASSERT_THAT(Give("Ristretto-77"), IsOk());
  auto verified = VerifyUser1("Ristretto-77");
  ASSERT_THAT(verified, IsOk());
  EXPECT_FALSE(verified->change_required());
  Sql("UPDATE hearth.credentials SET change_time = now() - interval '15 days'");
  verified = VerifyUser1("Ristretto-77");
  ASSERT_THAT(verified, IsOk()) << "it still is the right one";
  EXPECT_TRUE(verified->change_required());
  ASSERT_THAT(Change("Ristretto-77", "Ristretto-78"), IsOk());
  EXPECT_FALSE(VerifyUser1("Ristretto-78")->change_required());
}

TEST_F(PasswordPolicyTest, GeneratedPasswordsKeepToThePolicy) {
  UseEntra();
  v1::PasswordPolicy policy;
  policy.set_min_length(64);
  policy.add_banned_terms("abcd");
  ASSERT_THAT(Update(policy), IsOk());
  const auto reset = AdminReset("user1");
  ASSERT_THAT(reset, IsOk());
  EXPECT_GE(reset->generated_password().size(), 64u);
  EXPECT_TRUE(Check(reset->generated_password(), "user1").acceptable());
  EXPECT_THAT(VerifyUser1(reset->generated_password()), IsOk());
}

TEST_F(PasswordPolicyTest, AGeneratedPasswordThatHasANameInItIsThrownAway) {
  const std::vector<uint32_t> draws = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 27, 28, 29, 30, 22};
  const auto generate = [&](const std::string& user) {
    ScriptedRandom random(draws);
    NewPasswords passwords(&database(), &hasher_, &keyring(), &random);
    const v1::ResetPasswordRequest request;
    const auto password = passwords.Generate(By(ForthAdmin(), request), Person(kForth, user));
    EXPECT_THAT(password, IsOk());
    return password.ok() ? std::string(password->Expose()) : "";
  };
  Sql("UPDATE hearth.users SET display_name = 'Fghjk' WHERE directory_id = 'forthcoffee' AND user_id = 'user1'");
  EXPECT_EQ(generate("user2"), "abcde-fghjk-mnpqr-6789z");
  EXPECT_NE(generate("user1"), "abcde-fghjk-mnpqr-6789z");
}

TEST_F(PasswordPolicyTest, EveryByteOfALongPasswordCounts) {
  const std::string head = "a very long sentence that goes on and on and on until it has 72 bytes,..";
  ASSERT_EQ(head.size(), 72u);
  ASSERT_THAT(Give(head + "and then some"), IsOk());
  EXPECT_THAT(VerifyUser1(head + "and then some"), IsOk());
  EXPECT_THAT(VerifyUser1(head + "and then none"), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
  EXPECT_THAT(VerifyUser1(head), HasReason(v1::ERROR_REASON_PASSWORD_NOT_ACCEPTED));
}

TEST_F(PasswordPolicyTest, BreachedPasswordsAreRefused) {
  const std::string path =
      (std::filesystem::temp_directory_path() / absl::StrCat("hearth-breached-", getpid())).string();
  ASSERT_TRUE(
      BuildBreachFilter(path, [](const auto& each) { return each(BreachKeyOf("a phrase that was breached")); }).ok());
  const auto filter = BreachFilter::Open(path);
  std::filesystem::remove(path);  // What is mapped stays.
  ASSERT_TRUE(filter.ok());
  NewPasswords passwords(&database(), &hasher_, &keyring(), &random_, filter->get());
  ResetDesk desk(&database(), &hasher_, &keyring(), &passwords);
  v1::ResetPasswordRequest request;
  request.set_name(UserName(kForth, "user1"));
  request.set_given("a phrase that was breached");
  EXPECT_THAT(desk.ResetPassword(By(ForthAdmin(), request), request), Breaks("BREACHED"));
  EXPECT_THAT(reset_desk_.ResetPassword(By(ForthAdmin(), request), request), IsOk()) << "without the filter";
  request.set_given("a phrase that was not breached");
  EXPECT_THAT(desk.ResetPassword(By(ForthAdmin(), request), request), IsOk());
}

}  // namespace
}  // namespace hearth::test
