// Commands whose answers stream.
#include <sys/stat.h>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ResetPasswordsTest : public CliTest {
 protected:
  ResetPasswordsTest() { environment_["HEARTH_DIRECTORY"] = "forthcoffee"; }

  static v1::BatchResetPasswordsResponse Done(int index, const std::string& user, const std::string& password) {
    v1::BatchResetPasswordsResponse response;
    response.set_index(index);
    response.mutable_reset()->set_name("directories/forthcoffee/users/" + user);
    response.mutable_reset()->set_generated_password(password);
    response.mutable_reset()->mutable_expire_time()->set_seconds(1'800'000'000);
    return response;
  }

  static v1::BatchResetPasswordsResponse Refused(int index) {
    v1::BatchResetPasswordsResponse response;
    response.set_index(index);
    response.mutable_refusal()->set_code(static_cast<int>(grpc::StatusCode::PERMISSION_DENIED));
    response.mutable_refusal()->set_message("Not home, but \"there\".");
    google::rpc::ErrorInfo info;
    info.set_reason("NOT_HOME_DIRECTORY");
    response.mutable_refusal()->add_details()->PackFrom(info);
    return response;
  }

  std::string People() { return FileWith("people", "# the team\nuser1@forthcoffee.com\n\n user2 \n"); }
};

TEST_F(ResetPasswordsTest, WritesALineForEachPersonAndExitsAsTheFirstRefusal) {
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(Refused(1));
  const Result result = Run({"user", "reset-passwords", "--file", People(), "--lifetime", "2h"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.out,
            "person,name,password,expire_time,reason,message\n"
            "user1@forthcoffee.com,directories/forthcoffee/users/user1,t2hfw-x2rwa,2027-01-15T08:00:00Z,,\n"
            "user2,,,,NOT_HOME_DIRECTORY,\"Not home, but \"\"there\"\".\"\n");
  EXPECT_THAT(result.err, HasSubstr("2 of 2: 1 reset, 1 refused"));
  const auto request = hearth_.last<v1::BatchResetPasswordsRequest>();
  EXPECT_EQ(request.parent(), "directories/forthcoffee");
  EXPECT_EQ(request.request_id().size(), 36u);
  ASSERT_EQ(request.requests_size(), 2);
  EXPECT_EQ(request.requests(0).user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(request.requests(1).name(), "directories/forthcoffee/users/user2");
  EXPECT_EQ(request.requests(1).temporary_password_lifetime().seconds(), 7200);
}

TEST_F(ResetPasswordsTest, KeepsThePasswordsInANewFileOfTheOwner) {
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(Done(1, "user2", "k7qpx-m9wzb"));
  const std::string out = home_ + "/passwords.csv";
  Result result = Run({"user", "reset-passwords", "--file", People(), "--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  struct stat info = {};
  ASSERT_EQ(stat(out.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);

  result = Run({"user", "reset-passwords", "--file", People(), "--out", out});
  EXPECT_EQ(result.exit_code, 2) << "a file that is there is not overwritten";
  EXPECT_EQ(hearth_.calls().size(), 1u) << "and nobody is reset";
}

TEST_F(ResetPasswordsTest, TellsTheRequestIdOfARunThatBrokeOff) {
  const std::string id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10";
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(client::Refusal(grpc::StatusCode::UNAVAILABLE, "The storage is away.", "STORAGE_UNAVAILABLE"));
  const Result result = Run({"user", "reset-passwords", "--file", People(), "--request-id", id});
  EXPECT_EQ(result.exit_code, 8);
  EXPECT_THAT(result.out, HasSubstr("t2hfw-x2rwa")) << "what was done is not lost";
  EXPECT_THAT(result.err, HasSubstr("request id: " + id));
  EXPECT_EQ(hearth_.last<v1::BatchResetPasswordsRequest>().request_id(), id);
}

TEST_F(ResetPasswordsTest, ARunThatIsResumedIsTheSameRequest) {
  const std::string id = "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10";
  const std::vector<std::string> arguments = {"user", "reset-passwords", "--file", "-", "--request-id", id};
  hearth_.Answer(client::Refusal(grpc::StatusCode::UNAVAILABLE, "The storage is away.", "STORAGE_UNAVAILABLE"));
  EXPECT_EQ(Run(arguments, "user1@forthcoffee.com\nuser2\n").exit_code, 8);
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(Done(1, "user2", "k7qpx-m9wzb"));
  const Result result = Run(arguments, "user1@forthcoffee.com\nuser2\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto calls = hearth_.calls();
  ASSERT_GE(calls.size(), 2u);
  EXPECT_EQ(calls.front().request->SerializeAsString(), calls.back().request->SerializeAsString());
}

TEST_F(ResetPasswordsTest, AsJsonEachPersonIsAMessage) {
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(Refused(1));
  const Result result = Run({"user", "reset-passwords", "--file", People(), "-o", "json"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("\"generated_password\": \"t2hfw-x2rwa\""));
  EXPECT_THAT(result.out, HasSubstr("NOT_HOME_DIRECTORY"));
}

TEST_F(ResetPasswordsTest, AsksNobodyForAnEmptyOrMissingFile) {
  EXPECT_EQ(Run({"user", "reset-passwords", "--file", FileWith("nobody", "# none\n")}).exit_code, 2);
  EXPECT_EQ(Run({"user", "reset-passwords", "--file", home_ + "/absent"}).exit_code, 2);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(ResetPasswordsTest, AnyStreamCanBeCalledWithJson) {
  hearth_.Answer(Done(0, "user1", "t2hfw-x2rwa"));
  hearth_.Answer(Done(1, "user2", "k7qpx-m9wzb"));
  const Result result = Run({"call", "BatchResetPasswords", "--data", "{\"parent\": \"directories/forthcoffee\"}"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("t2hfw-x2rwa"));
  EXPECT_THAT(result.out, HasSubstr("k7qpx-m9wzb"));
}

}  // namespace
}  // namespace hearth::cli
