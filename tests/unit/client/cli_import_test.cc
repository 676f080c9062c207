// hearth import: files of other systems.
#include <chrono>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "hearth/v1/credential_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ImportTest : public CliTest {
 protected:
  ImportTest() { environment_["HEARTH_DIRECTORY"] = "forthcoffee"; }

  static v1::ImportCredentialsResponse Report(int imported, int unchanged) {
    v1::ImportCredentialsResponse response;
    response.set_imported_count(imported);
    response.set_unchanged_count(unchanged);
    return response;
  }
  // A file of so many people, of whom the first is user0, in line 2.
  static std::string Csv(int people) {
    std::string csv = "name,password_hash\n";
    for (int i = 0; i < people; ++i) csv += "user" + std::to_string(i) + ",{SSHA}x\n";
    return csv;
  }
  // The only row that was sent.
  v1::ImportCredentialsRequest::Row Sent() {
    const auto request = hearth_.last<v1::ImportCredentialsRequest>();
    EXPECT_EQ(request.rows_size(), 1);
    return request.rows_size() == 1 ? request.rows(0) : v1::ImportCredentialsRequest::Row();
  }
};

TEST_F(ImportTest, SendsTheRowsOfACsvFileAndReportsTheRefused) {
  auto report = Report(1, 1);
  report.set_refused_count(1);
  auto& refused = *report.add_refusals();
  refused.set_row(4);
  refused.mutable_refusal()->set_code(static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FIELDS");
  google::rpc::BadRequest wrong;
  wrong.add_field_violations()->set_description("the bcrypt cost must be 4 to 14");
  refused.mutable_refusal()->add_details()->PackFrom(wrong);
  refused.mutable_refusal()->add_details()->PackFrom(info);
  hearth_.Answer(report);
  const std::string file = FileWith("people.csv",
                                    "user_principal_name,password_hash,require_change_at_next_sign_in\n"
                                    "user1@forthcoffee.com,$2a$05$x,false\nuser2,{SSHA}x,true\n"
                                    "\"user3@forthcoffee.com\",\"$2a$31$x\",\n");
  const Result result = Run({"import", file});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out,
            "row,person,reason,message\n4,user3@forthcoffee.com,INVALID_FIELDS,the bcrypt cost must be 4 to 14\n");
  EXPECT_THAT(result.err, HasSubstr("3 of 3: 1 imported, 1 there already, 1 refused"));
  const auto request = hearth_.last<v1::ImportCredentialsRequest>();
  EXPECT_EQ(request.parent(), "directories/forthcoffee");
  EXPECT_FALSE(request.validate_only());
  ASSERT_EQ(request.rows_size(), 3);
  EXPECT_EQ(request.rows(0).row(), 2);
  EXPECT_EQ(request.rows(0).user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(request.rows(1).name(), "directories/forthcoffee/users/user2");
  EXPECT_TRUE(request.rows(1).require_change_at_next_sign_in());
  EXPECT_EQ(request.rows(2).password_hash(), "$2a$31$x");
}

TEST_F(ImportTest, PeopleWithoutAPasswordAreInTheReport) {
  hearth_.Answer(Report(1, 0));
  const Result result = Run({"import", "-"}, "name,password_hash\nuser1,{SSHA}x\nuser2,\n,\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("3 of 3: 1 imported, 0 there already, 0 refused, 2 without a password"));
  EXPECT_EQ(result.out,
            "row,person,reason,message\n"
            "3,user2,INVALID_FIELDS,must be set: the file has none for this person\n"
            "4,,INVALID_FIELDS,must be set: the file has none for this person\n");
  EXPECT_EQ(Sent().row(), 2);
}

// Rows that a message cannot carry, or whose message the server could not take, are told here, between those that the server refuses.
TEST_F(ImportTest, ARowThatCannotBeSentDoesNotKeepTheOthersBack) {
  auto report = Report(1, 0);
  report.set_refused_count(1);
  report.add_refusals()->set_row(5);
  report.mutable_refusals(0)->mutable_refusal()->set_code(static_cast<int>(grpc::StatusCode::NOT_FOUND));
  hearth_.Answer(report);
  const std::string text =
      "name,password_hash\na b/c/d/e/f/g,{SSHA}x\nm\xfcller@forthcoffee.com,{SSHA}x\nuser1,\xe4\n" +
      std::string("user1,{SSHA}x\nuser2,") + std::string(1 << 20, 'x') + "\n,{SSHA}x\nuser3,{SSHA}x\n";
  const Result result = Run({"import", FileWith("odd.csv", text)});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("7 of 7: 1 imported, 0 there already, 6 refused"));
  EXPECT_THAT(result.err, Not(HasSubstr("libprotobuf")));
  EXPECT_EQ(result.out,
            "row,person,reason,message\n"
            "2,a b/c/d/e/f/g,INVALID_FIELDS,\"must be a principal name, directories/{directory}/users/{user}, or the "
            "user's id\"\n"
            "3,m\\xfcller@forthcoffee.com,INVALID_FIELDS,must be UTF-8\n"
            "4,user1,INVALID_FIELDS,must be UTF-8\n"
            "5,user1,,\n"
            "6,user2,INVALID_FIELDS,name and hash must be at most 8192 bytes\n"
            "7,,INVALID_FIELDS,must be set: the file names nobody\n");
  const auto request = hearth_.last<v1::ImportCredentialsRequest>();
  ASSERT_EQ(request.rows_size(), 2);
  EXPECT_EQ(request.rows(0).row(), 5);
  EXPECT_EQ(request.rows(1).row(), 8);
}

// What is sent fits into the messages that the server takes.
TEST_F(ImportTest, AMessageOfTheLargestRowsIsBelowAMegabyte) {
  std::string csv = "name,password_hash\n";
  for (int i = 0; i < 100; ++i) csv += "user1," + std::string(8187, 'x') + "\n";
  hearth_.Answer(Report(100, 0));
  EXPECT_EQ(Run({"import", FileWith("large.csv", csv)}).exit_code, 0);
  ASSERT_EQ(hearth_.calls().size(), 1u);
  EXPECT_EQ(hearth_.last<v1::ImportCredentialsRequest>().rows_size(), 100);
  EXPECT_LT(hearth_.calls()[0].request->ByteSizeLong(), 1u << 20);
}

TEST_F(ImportTest, NoDirectoryStopsEverything) {
  environment_.erase("HEARTH_DIRECTORY");
  EXPECT_EQ(Run({"import", "-"}, "name,password_hash\nuser1,{SSHA}x\n").exit_code, 2);
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(ImportTest, ADryRunSaysSo) {
  hearth_.Answer(Report(1, 0));
  const Result result =
      Run({"import", "-", "--from", "jsonl", "--dry-run"}, R"({"name": "user1", "password_hash": "{SSHA}x"})"
                                                           "\n\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("1 would be imported"));
  EXPECT_TRUE(hearth_.last<v1::ImportCredentialsRequest>().validate_only());
  EXPECT_EQ(Sent().name(), "directories/forthcoffee/users/user1");
}

TEST_F(ImportTest, ManyRowsAreCallsOfFourThousandInMessagesOfAHundred) {
  hearth_.Answer(Report(4000, 0));
  hearth_.Answer(Report(250, 0));
  const Result result = Run({"import", FileWith("many.csv", Csv(4250))});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("4250 of 4250: 4250 imported"));
  EXPECT_EQ(hearth_.calls().size(), 43u) << "messages";
  EXPECT_EQ(hearth_.last<v1::ImportCredentialsRequest>().rows(49).row(), 4251);
}

// The server lets through ten calls at once, and then one a second.
TEST_F(ImportTest, WaitsWhereTheServerLimitsCalls) {
  constexpr int kCalls = 12;
  for (int i = 0; i < kCalls; ++i) {
    hearth_.Answer(client::RefusalWithDelay(grpc::StatusCode::RESOURCE_EXHAUSTED, std::chrono::milliseconds(40)));
    hearth_.Answer(client::RefusalWithDelay(grpc::StatusCode::RESOURCE_EXHAUSTED, std::chrono::milliseconds(40)));
    hearth_.Answer(Report(i + 1 < kCalls ? 4000 : 1, 0));
  }
  const auto start = std::chrono::steady_clock::now();
  const Result result = Run({"import", FileWith("many.csv", Csv(44'001))});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("44001 of 44001: 44001 imported"));
  EXPECT_GE(std::chrono::steady_clock::now() - start, kCalls * std::chrono::milliseconds(80));
  EXPECT_EQ(hearth_.calls().size(), 3u * (11 * 40 + 1)) << "each attempt brings all of its messages";
}

TEST_F(ImportTest, ARunThatBreaksOffSaysHowToGoOnAndDoes) {
  auto refusing = Report(3999, 0);
  refusing.set_refused_count(1);
  refusing.add_refusals()->set_row(7);
  refusing.mutable_refusals(0)->mutable_refusal()->set_code(static_cast<int>(grpc::StatusCode::NOT_FOUND));
  hearth_.Answer(refusing);
  hearth_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone"));
  const std::string file = FileWith("many.csv", Csv(4003)), report = home_ + "/refused.csv";
  const Result first = Run({"import", file, "--report", report});
  EXPECT_EQ(first.exit_code, 8);
  EXPECT_THAT(first.err, HasSubstr("Give the same command again, with --start-at 4002 to go on"));
  refusing.mutable_refusals(0)->set_row(4003);
  refusing.set_imported_count(2);
  hearth_.Answer(refusing);
  const Result second = Run({"import", file, "--report", report, "--start-at", "4002"});
  EXPECT_EQ(second.exit_code, 6) << second.err;
  EXPECT_THAT(second.err, HasSubstr("3 of 3: 2 imported"));
  const auto request = hearth_.last<v1::ImportCredentialsRequest>();
  ASSERT_EQ(request.rows_size(), 3);
  EXPECT_EQ(request.rows(0).row(), 4002);
  std::stringstream written;
  written << std::ifstream(report).rdbuf();
  EXPECT_EQ(written.str(), "row,person,reason,message\n7,user5,,\n4003,user4001,,\n");
  for (const char* row : {"0", "-1", "x", "", "4005"}) {
    EXPECT_EQ(Run({"import", file, "--start-at", row}).exit_code, 2) << row;
  }
}

TEST_F(ImportTest, ReadsWhatKeycloakExports) {
  hearth_.Answer(Report(1, 0));
  const Result result = Run({"import", "-", "--from", "keycloak"}, R"({"realm": "forth", "users": [
      {"username": "user1", "email": "user1@forthcoffee.com", "credentials": [
        {"type": "otp", "secretData": "{}"},
        {"type": "password", "secretData": "{\"value\":\"dg==\",\"salt\":\"cw==\"}", "credentialData": "{\"algorithm\":\"pbkdf2-sha256\"}"}]},
      {"username": "service", "credentials": []}]})");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Sent().user_principal_name(), "user1@forthcoffee.com");
  EXPECT_THAT(Sent().password_hash(), HasSubstr("\"secretData\":\"{\\\"value\\\""));
  EXPECT_THAT(Sent().password_hash(), HasSubstr("pbkdf2-sha256"));
}

TEST_F(ImportTest, ReadsWhatKratosZitadelAndFirebaseExport) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> exports = {
      {{"kratos"},
       R"([{"traits": {"email": "user1@forthcoffee.com"}, "credentials": {"password": {"config": {"hashed_password": "$2a$10$x"}}}}])"},
      {{"kratos"},
       R"([{"traits": {"mail": "user1@forthcoffee.com"}, "credentials": {"password": {"identifiers": ["+31201234567", "user1@forthcoffee.com"], "config": {"hashed_password": "$2a$10$x"}}}}])"},
      {{"kratos"},
       R"([{"traits": {"username": "user1"}, "credentials": {"password": {"identifiers": ["user1", 7, "user1@forthcoffee.com"], "config": {"hashed_password": "$2a$10$x"}}}}])"},
      {{"zitadel"},
       R"({"orgs": [{"humanUsers": [{"userId": "1", "user": {"userName": "user1@forthcoffee.com", "hashedPassword": {"value": "$2a$10$x"}}}]}]})"},
      {{"zitadel"},
       R"({"username": "user1", "email": {"email": "user1@forthcoffee.com"}, "hashedPassword": {"hash": "$2a$10$x"}})"}};
  for (const auto& [from, text] : exports) {
    hearth_.Answer(Report(1, 0));
    const Result result = Run({"import", "-", "--from", from[0]}, text);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Sent().user_principal_name(), "user1@forthcoffee.com") << from[0];
    EXPECT_EQ(Sent().password_hash(), "$2a$10$x") << from[0];
  }
  const std::string firebase =
      R"({"users": [{"email": "user1@forthcoffee.com", "passwordHash": "aGFzaA==", "salt": "c2FsdA=="}]})";
  EXPECT_EQ(Run({"import", "-", "--from", "firebase"}, firebase).exit_code, 2) << "without the project's parameters";
  hearth_.Answer(Report(1, 0));
  const Result result = Run(
      {"import", "-", "--from", "firebase", "--signer-key-file", FileWith("key", "a2V5\n"), "--salt-separator", "Bw=="},
      firebase);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Sent().password_hash(), "$firescrypt$ln=14,r=8,p=1$c2FsdA==$aGFzaA==$Bw==$a2V5");
}

// Whether a person has to change a password is not lost for the way in which it is written.
TEST_F(ImportTest, TakesTheUsualWordsForYesAndNo) {
  const std::vector<std::pair<std::string, bool>> words = {
      {"true", true},   {"TRUE", true},   {"True", true}, {"1", true},   {"yes", true}, {" true", true},
      {"false", false}, {"FALSE", false}, {"0", false},   {"No", false}, {"", false}};
  for (const auto& [word, must_change] : words) {
    hearth_.Answer(Report(1, 0));
    const Result result =
        Run({"import", "-"}, "name,password_hash,require_change_at_next_sign_in\nuser1,{SSHA}x," + word + "\n");
    EXPECT_EQ(result.exit_code, 0) << word << result.err;
    EXPECT_EQ(Sent().require_change_at_next_sign_in(), must_change) << word;
  }
  for (const auto& [word, must_change] : std::vector<std::pair<std::string, bool>>{{"true", true},
                                                                                   {"\"true\"", true},
                                                                                   {"\"TRUE\"", true},
                                                                                   {"1", true},
                                                                                   {"\"yes\"", true},
                                                                                   {"false", false},
                                                                                   {"\"false\"", false},
                                                                                   {"0", false},
                                                                                   {"null", false}}) {
    hearth_.Answer(Report(1, 0));
    const Result result =
        Run({"import", "-", "--from", "jsonl"},
            R"({"name": "user1", "password_hash": "{SSHA}x", "require_change_at_next_sign_in": )" + word + "}\n");
    EXPECT_EQ(result.exit_code, 0) << word << result.err;
    EXPECT_EQ(Sent().require_change_at_next_sign_in(), must_change) << word;
  }
}

TEST_F(ImportTest, WhatIsNeitherYesNorNoStopsEverything) {
  for (const char* word : {"ture", "2", "x", "on", "y", "true false"}) {
    const Result csv = Run({"import", "-"}, std::string("name,password_hash,require_change_at_next_sign_in\n"
                                                        "user1,{SSHA}x,true\nuser2,{SSHA}x,") +
                                                word + "\n");
    EXPECT_EQ(csv.exit_code, 2) << word;
    EXPECT_THAT(csv.err, HasSubstr("Line 3: require_change_at_next_sign_in must be true or false")) << word;
  }
  for (const char* value : {"\"ture\"", "2", "1.0", "[true]", "{}"}) {
    const Result json =
        Run({"import", "-", "--from", "jsonl"},
            std::string(R"({"name": "user1", "password_hash": "{SSHA}x"})"
                        "\n"
                        R"({"name": "user2", "password_hash": "{SSHA}x", "require_change_at_next_sign_in": )") +
                value + "}\n");
    EXPECT_EQ(json.exit_code, 2) << value;
    EXPECT_THAT(json.err, HasSubstr("Row 2: require_change_at_next_sign_in must be true or false")) << value;
  }
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

TEST_F(ImportTest, ThePrincipalNameCountsWhereverItStands) {
  for (const char* csv : {"name,user_principal_name,password_hash\nuser1,user1@forthcoffee.com,{SSHA}x\n",
                          "user_principal_name,name,password_hash\nuser1@forthcoffee.com,user1,{SSHA}x\n"}) {
    hearth_.Answer(Report(1, 0));
    EXPECT_EQ(Run({"import", "-"}, csv).exit_code, 0) << csv;
    EXPECT_EQ(Sent().user_principal_name(), "user1@forthcoffee.com") << csv;
  }
  hearth_.Answer(Report(1, 0));
  EXPECT_EQ(Run({"import", "-"}, "user_principal_name,name,password_hash\n,user1,{SSHA}x\n").exit_code, 0);
  EXPECT_EQ(Sent().name(), "directories/forthcoffee/users/user1") << "a row that has only the other";
}

TEST_F(ImportTest, SaysWhatIsWrongWithAFileAndQuotesNoHash) {
  for (const auto& [from, text] : std::vector<std::pair<std::string, std::string>>{
           {"csv", ""},
           {"csv", "name,hash\nuser1,$2a$secret\n"},
           {"csv", "name,password_hash\nuser1,$2a$secret,x\n"},
           {"csv", "name,password_hash\nuser1,\"$2a$secret\n"},
           {"jsonl", "{\"name\": \"user1\", \"password_hash\": \"$2a$secret\n"},
           {"jsonl", "[7, \"$2a$secret\"]"},
           {"keycloak", "{\"users\": [{\"credentials\": \"$2a$secret\"}]}"},
           {"keycloak", "{\"users\": \"$2a$secret\"}"},
           {"kratos", "{\"traits\": \"$2a$secret\"}"},
           {"kratos", "{\"credentials\": [\"$2a$secret\"]}"},
           {"kratos",
            "{\"credentials\": {\"password\": {\"identifiers\": 7, \"config\": {\"hashed_password\": "
            "\"$2a$secret\"}}}}"},
           {"zitadel", "{\"orgs\": [7, {\"humanUsers\": 7}]}"},
           {"yaml", "$2a$secret"}}) {
    const Result result = Run({"import", "-", "--from", from}, text);
    EXPECT_EQ(result.exit_code, 2) << from << " " << text;
    EXPECT_EQ(result.err.find("secret"), std::string::npos) << result.err;
  }
  EXPECT_THAT(hearth_.calls(), IsEmpty());
}

}  // namespace
}  // namespace hearth::cli
