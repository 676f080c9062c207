// Passwords and tokens on their way through `hearth`, and what Ctrl-C does.
#include <signal.h>

#include <thread>

#include "gmock/gmock.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kOld[] = "correct horse battery";
constexpr char kNew[] = "staple correct horse";

class CliSecretsTest : public CliTest {
 protected:
  // Waits until the server has seen `count` calls.
  void WaitForCalls(size_t count) const {
    for (int i = 0; i < 2000 && hearth_.calls().size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_THAT(hearth_.calls(), SizeIs(count));
  }
};

TEST_F(CliSecretsTest, ReadsAPasswordFromStandardInput) {
  const Result result =
      Run({"user", "reset-password", "a@b.c", "--password-stdin", "--no-change-required"}, std::string(kNew) + "\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(hearth_.last<v1::ResetPasswordRequest>().given(), kNew);
  EXPECT_TRUE(hearth_.last<v1::ResetPasswordRequest>().has_require_change_at_next_sign_in());
  EXPECT_FALSE(hearth_.last<v1::ResetPasswordRequest>().require_change_at_next_sign_in());
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(kNew)));
}

TEST_F(CliSecretsTest, ReadsTwoPasswordsInTheirOrder) {
  EXPECT_EQ(
      Run({"user", "change-password", "a@b.c", "--password-stdin"}, std::string(kOld) + "\n" + kNew + "\n").exit_code,
      0);
  EXPECT_EQ(hearth_.last<v1::ChangePasswordRequest>().current_password(), kOld);
  EXPECT_EQ(hearth_.last<v1::ChangePasswordRequest>().new_password(), kNew);
}

TEST_F(CliSecretsTest, ReadsAPasswordFromAFileAndWarnsWhenOthersCan) {
  const std::string path = FileWith("password", std::string(kOld) + "\n");
  Result result = Run({"user", "verify-password", "a@b.c", "--password-file", path});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(hearth_.last<v1::VerifyPasswordRequest>().password(), kOld);

  std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  result = Run({"user", "verify-password", "a@b.c", "--password-file", path});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("can be read by others"));
}

TEST_F(CliSecretsTest, AsksForNothingWhereThereIsNoTerminal) {
  const Result result = Run({"user", "verify-password", "a@b.c"}, "ignored\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--password-stdin"));
  EXPECT_EQ(Run({"user", "verify-password", "a@b.c", "--password-stdin"}, "\n").exit_code, 2) << "an empty password";
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(CliSecretsTest, RefusesAPasswordOnTheCommandLine) {
  const std::string json = R"({"user_principal_name": "a@b.c", "password": "correct horse battery"})";
  const Result result = Run({"call", "VerifyPassword", "--data", json});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, Not(HasSubstr(kOld)));
  EXPECT_THAT(hearth_.calls(), IsEmpty());
  EXPECT_EQ(Run({"call", "VerifyPassword", "-"}, json).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::VerifyPasswordRequest>().password(), kOld);
  EXPECT_EQ(Run({"user", "verify-password", "a@b.c", "--password", kOld}).exit_code, 2) << "there is no such flag";
}

TEST_F(CliSecretsTest, ShowsNothingToOtherProcesses) {
  hearth_.Hang();
  const std::string token = FileWith("token", "a-bearer-token\n");
  Process process({"user", "verify-password", "a@b.c", "--password-stdin", "--token-file", token}, environment_,
                  std::string(kOld) + "\n");
  WaitForCalls(1);
  EXPECT_EQ(hearth_.calls().back().metadata["authorization"], "Bearer a-bearer-token");
  const std::string visible = process.VisibleToOthers();
  EXPECT_THAT(visible, HasSubstr("verify-password"));
  EXPECT_THAT(visible, Not(HasSubstr(kOld)));
  EXPECT_THAT(visible, Not(HasSubstr("a-bearer-token")));
  kill(process.pid(), SIGINT);
  process.Wait();
}

TEST_F(CliSecretsTest, EndsACallOnInterrupt) {
  hearth_.Hang();
  Process process({"user", "reset-password", "a@b.c"}, environment_);
  WaitForCalls(1);
  kill(process.pid(), SIGINT);
  const Result result = process.Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr(hearth_.last<v1::ResetPasswordRequest>().request_id()))
      << "the name under which the change can be repeated";
}

TEST_F(CliSecretsTest, AsksTwiceForANewPasswordAndEchoesNothing) {
  TerminalProcess process({"user", "reset-password", "a@b.c", "--given"}, environment_);
  ASSERT_TRUE(process.WaitFor("New password: "));
  process.Type(std::string(kNew) + "\n");
  ASSERT_TRUE(process.WaitFor("The same again: "));
  process.Type(std::string(kNew) + "\n");
  EXPECT_EQ(process.Wait(), 0) << process.shown();
  EXPECT_EQ(hearth_.last<v1::ResetPasswordRequest>().given(), kNew);
  EXPECT_THAT(process.shown(), Not(HasSubstr(kNew)));
}

TEST_F(CliSecretsTest, RefusesANewPasswordThatWasTypedDifferently) {
  TerminalProcess process({"user", "reset-password", "a@b.c", "--given"}, environment_);
  ASSERT_TRUE(process.WaitFor("New password: "));
  process.Type(std::string(kNew) + "\n");
  ASSERT_TRUE(process.WaitFor("The same again: "));
  process.Type("something else\n");
  EXPECT_EQ(process.Wait(), 2);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(CliSecretsTest, LeavesOnInterruptWhileItAsks) {
  TerminalProcess process({"user", "verify-password", "a@b.c"}, environment_);
  ASSERT_TRUE(process.WaitFor("Password: "));
  process.Type("\x03");
  EXPECT_EQ(process.Wait(), 130);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

}  // namespace
}  // namespace hearth::cli
