// What people and scripts see of `hearth`: requests, tables, JSON, errors, exit codes, settings.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "tests/unit/client/cli_fixture.h"

namespace hearth::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(CliTest, ResetsAPasswordAndShowsItOnce) {
  v1::ResetPasswordResponse response;
  response.set_name("directories/forthcoffee/users/user1");
  response.set_generated_password("k7Qp-x2Rt-m9Wz-4bYd");
  response.set_change_required_at_next_sign_in(true);
  response.mutable_expire_time()->set_seconds(1'800'000'000);
  hearth_.Answer(response);
  const Result result = Run({"user", "reset-password", "user1@forthcoffee.com", "--lifetime", "1h"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("\ngenerated_password +k7Qp-x2Rt-m9Wz-4bYd\n"));
  EXPECT_THAT(result.out, ContainsRegex("\nexpire_time +2027-01-15T08:00:00Z\n"));
  EXPECT_THAT(result.out, HasSubstr("shown only once"));
  const auto request = hearth_.last<v1::ResetPasswordRequest>();
  EXPECT_EQ(request.user_principal_name(), "user1@forthcoffee.com");
  EXPECT_EQ(request.temporary_password_lifetime().seconds(), 3600);
  EXPECT_FALSE(request.has_require_change_at_next_sign_in());
  EXPECT_THAT(request.request_id(), SizeIs(36));
}

TEST_F(CliTest, AddressesPeopleInThreeWays) {
  for (const std::string given : {"user1", "directories/forthcoffee/users/user1"}) {
    EXPECT_EQ(Run({"user", "check-reset", given, "--directory", "forthcoffee"}).exit_code, 5)
        << "the empty answer says no";
    EXPECT_EQ(hearth_.last<v1::CheckResetPasswordRequest>().name(), "directories/forthcoffee/users/user1");
  }
  v1::CheckResetPasswordResponse no;
  no.set_reason(v1::ERROR_REASON_NOT_HOME_DIRECTORY);
  no.mutable_home()->set_kind(v1::Home::KIND_OTHER_DIRECTORY);
  no.mutable_home()->set_domain("forthcoffee.com");
  hearth_.Answer(no);
  EXPECT_EQ(Run({"user", "check-reset", "user1@forthcoffee.com"}).out,
            "allowed  no\nreason   NOT_HOME_DIRECTORY\nhome     forthcoffee.com\n");
  EXPECT_EQ(hearth_.last<v1::CheckResetPasswordRequest>().user_principal_name(), "user1@forthcoffee.com");
}

TEST_F(CliTest, ExplainsARefusal) {
  hearth_.Answer(client::Refusal(grpc::StatusCode::PERMISSION_DENIED, "This is not the home directory of the person.",
                                 "NOT_HOME_DIRECTORY", {{"home_domain", "forthcoffee.com"}}));
  const Result result = Run({"user", "reset-password", "user1@forthcoffee.com"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.err,
            "error: This is not the home directory of the person.\n"
            "reason: NOT_HOME_DIRECTORY (home_domain=forthcoffee.com)\n"
            "call id: 3f9ac1f5-6c9d-4f0e-8f6e-2b7d1a90c4e1\n"
            "next: Send the person to their home directory.\n");
  EXPECT_EQ(result.out, "");
}

TEST_F(CliTest, ExplainsARefusalToPrograms) {
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("user.mail");
  hearth_.Answer(client::Refusal(grpc::StatusCode::INVALID_ARGUMENT, "Malformed.", "INVALID_FIELDS",
                                 {{"fields", "user.mail"}}, {&bad}));
  const Result result = Run({"user", "update", "u", "--mail", "x", "--directory", "d", "-o", "json"});
  EXPECT_EQ(result.exit_code, 3);
  const auto error = nlohmann::json::parse(result.err)["error"];
  EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["reason"], "INVALID_FIELDS");
  EXPECT_EQ(error["metadata"]["fields"], "user.mail");
  EXPECT_EQ(error["field_violations"][0]["field"], "user.mail");
  EXPECT_EQ(error["exit_code"], 3);
  EXPECT_EQ(error["call_id"], client::kCallId);
}

TEST_F(CliTest, ExitsByTheClassOfTheFailure) {
  const std::pair<grpc::StatusCode, int> classes[] = {
      {grpc::StatusCode::UNKNOWN, 1},
      {grpc::StatusCode::INTERNAL, 1},
      {grpc::StatusCode::UNIMPLEMENTED, 1},
      {grpc::StatusCode::INVALID_ARGUMENT, 3},
      {grpc::StatusCode::UNAUTHENTICATED, 4},
      {grpc::StatusCode::PERMISSION_DENIED, 5},
      {grpc::StatusCode::NOT_FOUND, 6},
      {grpc::StatusCode::ALREADY_EXISTS, 7},
      {grpc::StatusCode::ABORTED, 7},
      {grpc::StatusCode::FAILED_PRECONDITION, 7},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, 8},
      {grpc::StatusCode::DEADLINE_EXCEEDED, 8},
  };
  for (const auto& [code, exit_code] : classes) {
    hearth_.Answer(grpc::Status(code, "no"));
    EXPECT_EQ(Run({"user", "get", "u", "--directory", "d"}).exit_code, exit_code) << code;
  }
  EXPECT_EQ(Run({"user", "get", "u", "--directory", "d", "--server", "127.0.0.1:1", "--timeout", "1s"}).exit_code, 8);
  EXPECT_EQ(Run({"user"}).exit_code, 2);
  EXPECT_EQ(Run({"user", "get"}).exit_code, 2);
  EXPECT_EQ(Run({"--help"}).exit_code, 0);
}

TEST_F(CliTest, ListsAllPagesAsOneTable) {
  v1::ListUsersResponse first;
  auto* user = first.add_users();
  user->set_name("directories/forthcoffee/users/user1");
  user->set_user_principal_name("user1@forthcoffee.com");
  user->set_display_name("Zoë 花子");
  user->set_user_type(v1::USER_TYPE_MEMBER);
  user->mutable_home()->set_kind(v1::Home::KIND_THIS_DIRECTORY);
  user->set_state(v1::USER_STATE_ACTIVE);
  user->set_preferred_language("nl-BE");
  user->add_roles(v1::ROLE_HELPDESK_ADMINISTRATOR);
  first.set_next_page_token("2");
  v1::ListUsersResponse second;
  auto* guest = second.add_users();
  guest->set_name("directories/forthcoffee/users/ann");
  guest->set_user_principal_name("ann@contoso.com");
  guest->set_display_name("Ann");
  guest->set_user_type(v1::USER_TYPE_GUEST);
  guest->mutable_home()->set_kind(v1::Home::KIND_OTHER_DIRECTORY);
  guest->mutable_home()->set_domain("contoso.com");
  guest->set_state(v1::USER_STATE_DISABLED);
  hearth_.Answer(first);
  hearth_.Answer(second);
  const Result result = Run({"user", "list", "--directory", "forthcoffee", "--page-size", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(
      result.out,
      "ID     PRINCIPAL NAME         DISPLAY NAME  TYPE    HOME         STATE     LANGUAGE  ROLES\n"
      "user1  user1@forthcoffee.com  Zoë 花子      member  here         active    nl-BE     helpdesk_administrator\n"
      "ann    ann@contoso.com        Ann           guest   contoso.com  disabled  -         -\n");
  EXPECT_EQ(hearth_.last<v1::ListUsersRequest>().page_token(), "2");
  EXPECT_EQ(hearth_.last<v1::ListUsersRequest>().page_size(), 1);

  hearth_.Answer(first);
  const Result limited = Run({"user", "list", "--directory", "forthcoffee", "--limit", "1", "-o", "json"});
  EXPECT_THAT(nlohmann::json::parse(limited.out)["users"], SizeIs(1));
  EXPECT_EQ(nlohmann::json::parse(limited.out)["users"][0]["user_principal_name"], "user1@forthcoffee.com");
  EXPECT_THAT(hearth_.calls(), SizeIs(3)) << "the limit was reached with the first page";
}

TEST_F(CliTest, NeverPrintsWhatSteersATerminal) {
  v1::GetUserResponse response;
  response.mutable_user()->set_display_name("evil \x1b]0;title\x07 \xe2\x80\xae gpj.exe \xc2\x9b");
  hearth_.Answer(response);
  const Result result = Run({"user", "get", "u", "--directory", "d"});
  EXPECT_THAT(result.out, HasSubstr("evil \\u{1b}]0;title\\u{7} \\u{202e} gpj.exe \\u{9b}\n"));
  hearth_.Answer(grpc::Status(grpc::StatusCode::NOT_FOUND, "no \x1b[31m such\nerror: fake"));
  EXPECT_EQ(Run({"user", "get", "u", "--directory", "d"}).err,
            absl::StrCat("error: no \\u{1b}[31m such\\nerror: fake\ncall id: ", client::kCallId, "\n"));
}

TEST_F(CliTest, CreatesAPersonWhoIsAtHomeHere) {
  EXPECT_EQ(Run({"user", "create", "ann@contoso.com", "--display-name", "Ann", "--id", "ann", "--type", "guest",
                 "--directory", "forthcoffee"})
                .exit_code,
            0);
  const auto request = hearth_.last<v1::CreateUserRequest>();
  EXPECT_EQ(request.parent(), "directories/forthcoffee");
  EXPECT_EQ(request.user_id(), "ann");
  EXPECT_EQ(request.user().user_principal_name(), "ann@contoso.com");
  EXPECT_FALSE(request.user().has_home());
  EXPECT_EQ(request.user().user_type(), v1::USER_TYPE_GUEST);
  EXPECT_EQ(Run({"user", "create", "a@b.c", "--directory", "d"}).exit_code, 2) << "without --display-name";
}

TEST_F(CliTest, UpdatesWhatTheFlagsName) {
  EXPECT_EQ(
      Run({"user", "update", "u", "--directory", "d", "--mail", "", "--display-name", "U", "--etag", "e"}).exit_code,
      0);
  const auto request = hearth_.last<v1::UpdateUserRequest>();
  EXPECT_EQ(request.user().name(), "directories/d/users/u");
  EXPECT_EQ(request.user().etag(), "e");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("display_name", "mail"));
  EXPECT_EQ(Run({"user", "update", "u", "--directory", "d"}).exit_code, 2) << "nothing to change";
}

TEST_F(CliTest, CreatesADirectoryInOneGo) {
  const std::string keys = FileWith("keys.json", R"({"keys": []})");
  const Result result = Run({"directory", "create", "forthcoffee", "--display-name", "Forth Coffee", "--domain",
                             "forthcoffee.com", "--administrator-id", "admin", "--administrator-upn",
                             "admin@forthcoffee.com", "--administrator-display-name", "Admin", "--issuer",
                             "https://id.forthcoffee.com", "--audience", "hearth", "--jwks-file", keys});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto request = hearth_.last<v1::CreateDirectoryRequest>();
  EXPECT_EQ(request.directory_id(), "forthcoffee");
  EXPECT_EQ(request.directory().display_name(), "Forth Coffee");
  EXPECT_EQ(request.domain(), "forthcoffee.com");
  EXPECT_EQ(request.administrator_id(), "admin");
  EXPECT_EQ(request.administrator().user_principal_name(), "admin@forthcoffee.com");
  EXPECT_EQ(request.trusted_issuer().jwks(), R"({"keys": []})");
  EXPECT_EQ(request.trusted_issuer().audience(), "hearth");
}

TEST_F(CliTest, AssignsAndRemovesRolesUnderAnySpelling) {
  for (const std::string role : {"helpdesk_administrator", "Helpdesk Administrator", "ROLE_HELPDESK_ADMINISTRATOR"}) {
    EXPECT_EQ(Run({"role", "assign", "u", role, "--directory", "d"}).exit_code, 0);
    const auto request = hearth_.last<v1::CreateRoleAssignmentRequest>();
    EXPECT_EQ(request.parent(), "directories/d/users/u");
    EXPECT_EQ(request.role_assignment().role(), v1::ROLE_HELPDESK_ADMINISTRATOR);
    EXPECT_EQ(Run({"role", "remove", "u", role, "--directory", "d"}).exit_code, 0);
    EXPECT_EQ(hearth_.last<v1::DeleteRoleAssignmentRequest>().name(),
              "directories/d/users/u/roleAssignments/helpdesk_administrator");
  }
  const Result unknown = Run({"role", "assign", "u", "helpdesk_admin", "--directory", "d"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("is none of global_administrator, "));
}

TEST_F(CliTest, SendsEveryCommandToItsMethod) {
  const std::string keys = FileWith("keys.json", "{}");
  const std::pair<std::vector<std::string>, std::string> commands[] = {
      {{"user", "delete", "u"}, "DeleteUser"},
      {{"user", "undelete", "u"}, "UndeleteUser"},
      {{"user", "enable", "u"}, "EnableUser"},
      {{"user", "disable", "u"}, "DisableUser"},
      {{"role", "list", "u"}, "ListRoleAssignments"},
      {{"unit", "create", "n", "--display-name", "N", "--restricted"}, "CreateAdministrativeUnit"},
      {{"unit", "get", "n"}, "GetAdministrativeUnit"},
      {{"unit", "list"}, "ListAdministrativeUnits"},
      {{"unit", "update", "n", "--description", "d"}, "UpdateAdministrativeUnit"},
      {{"unit", "delete", "n"}, "DeleteAdministrativeUnit"},
      {{"unit", "add-member", "n", "u"}, "AddAdministrativeUnitMember"},
      {{"unit", "list-members", "n"}, "ListAdministrativeUnitMembers"},
      {{"unit", "remove-member", "n", "u"}, "RemoveAdministrativeUnitMember"},
      {{"group", "create", "g", "--display-name", "G", "--role-assignable"}, "CreateGroup"},
      {{"group", "get", "g"}, "GetGroup"},
      {{"group", "list"}, "ListGroups"},
      {{"group", "update", "g", "--description", "d"}, "UpdateGroup"},
      {{"group", "delete", "g"}, "DeleteGroup"},
      {{"group", "add-member", "g", "u", "--as", "owner"}, "AddGroupMember"},
      {{"group", "list-members", "g"}, "ListGroupMembers"},
      {{"group", "remove-member", "g", "u"}, "RemoveGroupMember"},
      {{"group", "list-roles", "g"}, "ListRoleAssignments"},
      {{"custom-role", "create", "c", "--display-name", "C", "--permission", "users.read"}, "CreateCustomRole"},
      {{"custom-role", "get", "c"}, "GetCustomRole"},
      {{"custom-role", "list"}, "ListCustomRoles"},
      {{"custom-role", "update", "c", "--permission", "users.read,guests.read"}, "UpdateCustomRole"},
      {{"custom-role", "delete", "c"}, "DeleteCustomRole"},
      {{"guest", "get", "g"}, "GetGuestUser"},
      {{"guest", "list"}, "ListGuestUsers"},
      {{"guest", "show", "g"}, "GetGuestUser"},
      {{"guest", "resend", "g"}, "ResendInvitation"},
      {{"guest", "revoke", "g"}, "RevokeInvitation"},
      {{"guest", "update", "g", "--sponsor", "directories/d/users/s"}, "UpdateGuestUser"},
      {{"guest", "block", "g"}, "DisableUser"},
      {{"guest", "unblock", "g"}, "EnableUser"},
      {{"guest", "remove", "g"}, "DeleteGuestUser"},
      {{"guest", "restore", "g"}, "UndeleteGuestUser"},
      {{"guest", "reset-redemption", "g", "a@b.c"}, "ResetRedemption"},
      {{"guest", "convert", "g", "--internal", "a@b.c"}, "ConvertGuestUser"},
      {{"guest", "memberships", "u"}, "ListMemberships"},
      {{"guest", "home", "a@b.c"}, "ResolveHomeDirectory"},
      {{"guest", "resolve", "a@b.c"}, "ResolveHomeDirectory"},
      {{"home", "resolve", "a@b.c"}, "ResolveHomeDirectory"},
      {{"directory", "get"}, "GetDirectory"},
      {{"directory", "list"}, "ListDirectories"},
      {{"directory", "update", "--help-uri", "https://x"}, "UpdateDirectory"},
      {{"directory", "delete", "d"}, "DeleteDirectory"},
      {{"directory", "undelete", "d"}, "UndeleteDirectory"},
      {{"directory", "suspend", "d"}, "SuspendDirectory"},
      {{"directory", "resume", "d"}, "ResumeDirectory"},
      {{"domain", "create", "b.c"}, "CreateDomain"},
      {{"domain", "get", "b.c"}, "GetDomain"},
      {{"domain", "list"}, "ListDomains"},
      {{"domain", "update", "b.c", "--primary"}, "UpdateDomain"},
      {{"domain", "delete", "b.c"}, "DeleteDomain"},
      {{"domain", "undelete", "b.c"}, "UndeleteDomain"},
      {{"issuer", "create", "i", "--issuer", "https://x", "--audience", "h", "--jwks-file", keys},
       "CreateTrustedIssuer"},
      {{"issuer", "get", "i"}, "GetTrustedIssuer"},
      {{"issuer", "list"}, "ListTrustedIssuers"},
      {{"issuer", "delete", "i"}, "DeleteTrustedIssuer"},
      {{"service-account", "create", "s", "--display-name", "S", "--permission", "users.read,guests.read"},
       "CreateServiceAccount"},
      {{"service-account", "get", "s"}, "GetServiceAccount"},
      {{"service-account", "list"}, "ListServiceAccounts"},
      {{"service-account", "delete", "s"}, "DeleteServiceAccount"},
  };
  environment_["HEARTH_DIRECTORY"] = "d";
  for (const auto& [arguments, method] : commands) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.exit_code, 0) << method << ": " << result.err;
    ASSERT_THAT(hearth_.calls(), Not(IsEmpty()));
    EXPECT_EQ(hearth_.calls().back().method, method);
  }
}

TEST_F(CliTest, CallsAnyMethodWithJson) {
  v1::ResolveHomeDirectoryResponse response;
  response.mutable_home()->set_domain("forthcoffee.com");
  const std::string json = R"({"user_principal_name": "user1@forthcoffee.com"})";
  for (const std::vector<std::string>& input : std::vector<std::vector<std::string>>{
           {"--data", json}, {"-f", FileWith("request.json", json)}, {"-f", "-"}, {"-"}}) {
    hearth_.Answer(response);
    std::vector<std::string> arguments = {"call", "resolvehomedirectory"};
    arguments.insert(arguments.end(), input.begin(), input.end());
    const Result result = Run(arguments, json);
    EXPECT_EQ(result.exit_code, 0) << input[0] << result.err;
    EXPECT_EQ(nlohmann::json::parse(result.out)["home"]["domain"], "forthcoffee.com");
    EXPECT_EQ(hearth_.last<v1::ResolveHomeDirectoryRequest>().user_principal_name(), "user1@forthcoffee.com");
  }
  EXPECT_THAT(Run({"call", "GetUzer"}).err, HasSubstr("Did you mean GetUser?"));
  EXPECT_EQ(Run({"call", "GetUser", "--data", "{\"nome\": 1}"}).exit_code, 2);
  EXPECT_EQ(Run({"call", "GetUser", "--data", "{}", "-"}).exit_code, 2) << "given twice";
}

TEST_F(CliTest, ListsTheMethodsOfTheContract) {
  const Result result = Run({"methods"});
  EXPECT_THAT(result.out, StartsWith("METHOD "));
  EXPECT_THAT(result.out, HasSubstr("ResetPasswordService/ResetPassword"));
  const auto all = nlohmann::json::parse(Run({"methods", "-o", "json"}).out);
  EXPECT_EQ(all[0]["permission"], "resets.perform");
  EXPECT_EQ(all[0]["idempotency"], "request_id");
  EXPECT_EQ(all[0]["default_deadline"], "15s");
}

TEST_F(CliTest, AsksForHealth) {
  EXPECT_EQ(Run({"health"}).out, "SERVING\n");
  hearth_.SetHealthy(false);
  const Result result = Run({"health"});
  EXPECT_EQ(result.out, "NOT_SERVING\n");
  EXPECT_EQ(result.exit_code, 8);
}

TEST_F(CliTest, KeepsContexts) {
  EXPECT_EQ(Run({"context", "set", "a", "--directory", "forthcoffee", "--ca", "ca.pem"}).exit_code, 0);
  EXPECT_EQ(Run({"context", "set", "b", "--directory", "contoso"}).exit_code, 0);
  EXPECT_EQ(Run({"context", "set", "a", "--ca", ""}).exit_code, 0);
  EXPECT_EQ(Run({"context", "list"}).out,
            "CURRENT  NAME  SERVER  DIRECTORY\n"
            "*        a     -       forthcoffee\n"
            "         b     -       contoso\n");
  const auto mode = std::filesystem::status(home_ + "/.config/hearth/config.json").permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);

  // Flag over environment over context.
  const auto parent = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"user", "list"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Run(arguments).exit_code, 0);
    return hearth_.last<v1::ListUsersRequest>().parent();
  };
  EXPECT_EQ(parent({}), "directories/forthcoffee");
  EXPECT_EQ(parent({"--context", "b"}), "directories/contoso");
  EXPECT_EQ(Run({"context", "use", "b"}).exit_code, 0);
  EXPECT_EQ(parent({}), "directories/contoso");
  environment_["HEARTH_CONTEXT"] = "a";
  EXPECT_EQ(parent({}), "directories/forthcoffee");
  environment_["HEARTH_DIRECTORY"] = "environment";
  EXPECT_EQ(parent({}), "directories/environment");
  EXPECT_EQ(parent({"--directory", "flag"}), "directories/flag");

  environment_["HEARTH_CONTEXT"] = "nowhere";
  const Result unknown = Run({"user", "list"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("There is no context \"nowhere\""));
}

TEST_F(CliTest, SuggestsWhatWasMeant) {
  EXPECT_EQ(Run({"usr", "list"}).err, "error: \"usr\" is not known here.\nnext: Did you mean hearth user?\n");
  EXPECT_THAT(Run({"user", "reset-pasword", "x"}).err, HasSubstr("Did you mean hearth user reset-password?"));
}

TEST_F(CliTest, TakesCommandWordsAsIds) {
  EXPECT_EQ(Run({"user", "get", "health", "--directory", "d"}).exit_code, 0);
  EXPECT_EQ(hearth_.last<v1::GetUserRequest>().name(), "directories/d/users/health");
}

TEST_F(CliTest, CompletesInThreeShells) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Result result = Run({"completion", shell});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, AllOf(HasSubstr("/user/reset-password"), HasSubstr("--password-stdin"))) << shell;
  }
  EXPECT_EQ(Run({"completion", "tcsh"}).exit_code, 2);
}

TEST_F(CliTest, RefusesPlaintextToOtherMachines) {
  const Result result = Run({"user", "list", "--directory", "d", "--server", "hearth.example.com:443"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("Plaintext is only for this machine"));
}

}  // namespace
}  // namespace hearth::cli
