// A role on an administrative unit opens what the policy says it opens, and nothing else: every RPC is tried by somebody who holds every permission
// there is, but on one unit only.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/authz/permissions.h"
#include "tests/rpc/contract_calls.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::MethodDescriptor;

class UnitScopeTest : public ServerFixture {
 protected:
  UnitScopeTest() {
    std::vector<std::string> permissions;
    for (int number = v1::Permission_MIN + 1; number <= v1::Permission_MAX; ++number) {
      const auto permission = static_cast<v1::Permission>(number);
      if (v1::Permission_IsValid(number) && permission != v1::PERMISSION_PLATFORM_ADMIN) {
        permissions.push_back(PermissionName(permission));
      }
    }
    Sql(
        absl::StrCat("INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions) VALUES"
                     " ('forthcoffee', 'everything', 'x', '{",
                     absl::StrJoin(permissions, ","),
                     "}');"
                     "INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id) VALUES"
                     " ('forthcoffee', 'user2', 'custom.everything', 'north')"));
    for (const v1::Role role : DirectoryRoles()) {
      if (IsUnitAssignable(role)) Assign(kForth, "user2", role, "north");
    }
    Start();
  }

  absl::Status Send(const MethodDescriptor* method) {
    return FromGrpc(CallRaw(TokenFor(user2_), method, ValidRequest(method)->SerializeAsString()));
  }

  const Principal user2_{kForth, "user2"};
};

bool TakesAPermission(v1::Access access) {
  return access == v1::ACCESS_PERMISSION || access == v1::ACCESS_PERMISSION_OR_SELF || access == v1::ACCESS_PLATFORM ||
         access == v1::ACCESS_PERMISSION_OR_PLATFORM;
}

TEST_F(UnitScopeTest, OpensOnlyWhatThePolicyOpens) {
  int opened = 0, closed = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (!TakesAPermission(PolicyOf(method).access())) continue;
    const absl::Status status = Send(method);
    if (PolicyOf(method).unit_scoped()) {
      ++opened;
      EXPECT_NE(ReasonOf(status), v1::ERROR_REASON_PERMISSION_MISSING) << method->full_name() << " " << status;
    } else {
      ++closed;
      EXPECT_THAT(status, HasReason(v1::ERROR_REASON_PERMISSION_MISSING)) << method->full_name();
    }
  }
  EXPECT_GE(opened, 10);
  EXPECT_GT(closed, 40);
}

// What is opened acts in the unit only: user1 is not in it.
TEST_F(UnitScopeTest, WhatIsOpenedReachesNobodyOutside) {
  const std::string before = Sql("SELECT md5(string_agg(u::text, '|' ORDER BY user_id)) FROM hearth.users u")[0][0];
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (!PolicyOf(method).unit_scoped()) continue;
    const auto request = ValidRequest(method);
    for (const RequestField& field : FieldsOf(method->input_type())) {
      if (field.name == "page_token") SetText(field, "", request.get());
    }
    std::string bytes;
    const grpc::Status status = CallRaw(TokenFor(user2_), method, request->SerializeAsString(), &bytes);
    const bool about_a_unit = method->name().find("AdministrativeUnit") != std::string::npos;
    // These answer, with the verdict no.
    const bool verdict = method->name() == "CheckResetPassword" || method->server_streaming();
    // These show the people in reach: nobody.
    const bool list = method->name() == "ListUsers" || method->name() == "ListResetRequests";
    EXPECT_EQ(status.ok(), about_a_unit || verdict || list) << method->full_name();
    if (list) {
      EXPECT_EQ(bytes, "") << method->full_name();
    }
    if (verdict) {
      EXPECT_THAT(bytes, testing::HasSubstr("administrative unit")) << method->full_name();
    }
  }
  EXPECT_EQ(Sql("SELECT md5(string_agg(u::text, '|' ORDER BY user_id)) FROM hearth.users u")[0][0], before);
}

// Oneself is a person; a group of the same id is not.
TEST_F(UnitScopeTest, AGroupOfOnesOwnIdIsNotOneself) {
  MakeGroup(kForth, "user1", {}, {"global_administrator"});
  v1::ListRoleAssignmentsRequest request;
  v1::ListRoleAssignmentsResponse response;
  request.set_parent("directories/forthcoffee/users/user1");
  EXPECT_THAT(Call({kForth, "user1"}, &Directories::ListRoleAssignments, request, &response), IsOk());
  request.set_parent("directories/forthcoffee/groups/user1");
  EXPECT_THAT(Call({kForth, "user1"}, &Directories::ListRoleAssignments, request, &response),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.read"));
}

}  // namespace
}  // namespace hearth::test
