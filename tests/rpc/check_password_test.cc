// CheckPassword, as its callers see it: who may ask, and that it agrees with the deed whose rules it tells.
#include "absl/strings/str_cat.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

class CheckPasswordTest : public PasswordFixture {
 protected:
  absl::Status Check(const Principal& caller, const std::string& user, const std::string& password) {
    checked_.Clear();
    v1::CheckPasswordRequest request;
    request.set_user(user);
    request.set_password(password);
    return Call(caller, &Passwords::CheckPassword, request, &checked_);
  }

  v1::CheckPasswordResponse checked_;
};

constexpr char kGood[] = "a sentence that I chose myself";
const Principal kSelf{kForth, "user1"};

TEST_F(CheckPasswordTest, AFrontEndAsksForAnybodyAndForNobody) {
  ASSERT_THAT(Check(kBackend, "", kGood), IsOk());
  EXPECT_TRUE(checked_.acceptable());
  EXPECT_GT(checked_.verdicts_size(), 0);
  ASSERT_THAT(Check(kBackend, kUser1, absl::StrCat("jfhrkwpzvx ", "user1")), IsOk());
  EXPECT_FALSE(checked_.acceptable());
}

TEST_F(CheckPasswordTest, APersonAsksForThemselvesOnly) {
  ASSERT_THAT(Check(kSelf, kUser1, kGood), IsOk());
  EXPECT_TRUE(checked_.acceptable());
  for (const std::string& user : {std::string(), std::string("directories/forthcoffee/users/user2")}) {
    EXPECT_THAT(Check(kSelf, user, kGood),
                Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "passwords.check"));
  }
}

TEST_F(CheckPasswordTest, TheSentencesAreInTheLanguageThatTheCallerWishes) {
  const auto first = [&](const std::string& language, const std::string& accept_language) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + TokenFor(kBackend));
    if (!accept_language.empty()) context.AddMetadata("accept-language", accept_language);
    v1::CheckPasswordRequest request;
    request.set_password("short");
    request.set_language(language);
    checked_.Clear();
    EXPECT_TRUE(Passwords(Channel()).CheckPassword(&context, request, &checked_).ok());
    return checked_.verdicts_size() == 0 ? "" : checked_.verdicts(0).text();
  };
  EXPECT_EQ(first("", ""), "Use at least 15 characters.");
  EXPECT_EQ(first("de-AT", ""), "Verwenden Sie mindestens 15 Zeichen.");
  EXPECT_EQ(first("", "de-AT, nl;q=0.8"), "Verwenden Sie mindestens 15 Zeichen.");
  EXPECT_EQ(first("nl", "de-AT"), "Gebruik minstens 15 tekens.") << "the request goes before the call";
  EXPECT_EQ(first("ja", "fr"), "Utilisez au moins 15 caractères.");
  EXPECT_EQ(first("", ";;q=;"), "Use at least 15 characters.");
  EXPECT_EQ(first("ja", ""), "Use at least 15 characters.");
}

TEST_F(CheckPasswordTest, NobodyAsksAbroad) {
  EXPECT_THAT(Check({kContoso, "backend"}, kUser1, kGood), HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
}

// Who is there and who is not cannot be told apart.
TEST_F(CheckPasswordTest, TellsNothingOfWhoIsThere) {
  ASSERT_THAT(Check(kBackend, "directories/forthcoffee/users/user2", kGood), IsOk());
  const std::string there = checked_.SerializeAsString();
  ASSERT_THAT(Check(kBackend, "directories/forthcoffee/users/nobody", kGood), IsOk());
  EXPECT_EQ(checked_.SerializeAsString(), there);
}

TEST_F(CheckPasswordTest, APasswordOfWrongFormHasAVerdictAndNoError) {
  ASSERT_THAT(Check(kBackend, "", "a long password\nof two lines"), IsOk());
  ASSERT_EQ(checked_.verdicts_size(), 1);
  EXPECT_EQ(checked_.verdicts(0).rule(), v1::PASSWORD_RULE_CONTROL_CHARACTER);
  ASSERT_THAT(Check(kBackend, "", ""), IsOk());
  ASSERT_EQ(checked_.verdicts_size(), 1);
  EXPECT_EQ(checked_.verdicts(0).rule(), v1::PASSWORD_RULE_EMPTY);
  ASSERT_THAT(Check(kBackend, "", std::string(64 * 1024, 'a')), IsOk());
  ASSERT_EQ(checked_.verdicts_size(), 1);
  EXPECT_EQ(checked_.verdicts(0).rule(), v1::PASSWORD_RULE_TOO_LONG);
}

TEST_F(CheckPasswordTest, AServerWithABrokenFilterDoesNotStart) {
  Stop();
  config.breached_passwords = keyring_path();
  SystemClock clock;
  SystemRandom random;
  const auto environment = Environment::Create(config, &clock, &random);
  EXPECT_THAT(std::string(environment.status().message()), testing::HasSubstr("is not a filter of breached passwords"));
}

}  // namespace
}  // namespace hearth::test
