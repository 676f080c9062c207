// The dry run explains: which rule refused, which role or group of the person, which unit, and whom to ask.
#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

class CheckResetTest : public ServerFixture {
 protected:
  CheckResetTest() {
    Sql("UPDATE hearth.directories SET contact = 'Front desk, +1 555 0100' WHERE directory_id = 'forthcoffee'");
    Start();
  }

  // The verdict on a reset, which fails with the same reason and the same message.
  v1::CheckResetPasswordResponse Check(const Principal& actor, const std::string& user) {
    v1::CheckResetPasswordRequest request;
    v1::CheckResetPasswordResponse response;
    request.set_name(absl::StrCat("directories/", actor.directory, "/users/", user));
    EXPECT_THAT(Call(actor, &Reset::CheckResetPassword, request, &response), IsOk());
    refusal_ = ResetOf(actor, user);
    EXPECT_EQ(response.allowed(), refusal_.ok());
    EXPECT_EQ(response.message(), std::string(refusal_.message()));
    if (!refusal_.ok()) {
      EXPECT_THAT(refusal_, HasReason(response.reason()));
    }
    return response;
  }
  absl::Status ResetOf(const Principal& actor, const std::string& user) {
    v1::ResetPasswordRequest request;
    v1::ResetPasswordResponse response;
    request.set_name(absl::StrCat("directories/", actor.directory, "/users/", user));
    return Call(actor, &Reset::ResetPassword, request, &response);
  }

  const Principal helpdesk_ = Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR);
  absl::Status refusal_;
};

TEST_F(CheckResetTest, NamesTheRoleThatBlocks) {
  const auto verdict = Check(helpdesk_, "user-administrator");
  EXPECT_EQ(verdict.deciding_rule(), v1::RESET_RULE_AUTHORITY_MATRIX);
  EXPECT_EQ(verdict.blocking_role(), v1::ROLE_USER_ADMINISTRATOR);
  EXPECT_EQ(verdict.blocking_standing(), "User Administrator");
  EXPECT_EQ(verdict.home().contact(), "Front desk, +1 555 0100");
  EXPECT_THAT(refusal_, Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "home_contact", "Front desk, +1 555 0100"));
  EXPECT_EQ(DetailOf<google::rpc::Help>(refusal_).links(0).url(), "https://help.forthcoffee.com");
}

TEST_F(CheckResetTest, NamesACustomRoleAndAGroup) {
  Sql("INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('forthcoffee', 'user1', "
      "'custom.auditor')");
  const auto by_role = Check(helpdesk_, "user1");
  EXPECT_EQ(by_role.blocking_role(), v1::ROLE_UNSPECIFIED);
  EXPECT_EQ(by_role.blocking_standing(), "custom role auditor");
  MakeGroup(kForth, "on-call", {"user2"}, {});
  EXPECT_EQ(Check(helpdesk_, "user2").blocking_standing(), "No admin role (member or owner of role-assignable group)");
  MakeGroup(kForth, "global", {"contractor"}, {"global_administrator"});
  EXPECT_EQ(Check(helpdesk_, "contractor").blocking_role(), v1::ROLE_GLOBAL_ADMINISTRATOR) << "through the group";
}

TEST_F(CheckResetTest, NamesTheUnitThatRestricts) {
  MakeUnit(kForth, "board", true, {"user1"});
  const auto verdict = Check(ForthAdmin(), "user1");
  EXPECT_EQ(verdict.reason(), v1::ERROR_REASON_TARGET_UNIT_RESTRICTED);
  EXPECT_EQ(verdict.deciding_rule(), v1::RESET_RULE_RESTRICTED_UNIT);
  EXPECT_EQ(verdict.restricting_unit(), "directories/forthcoffee/administrativeUnits/board");
  Assign(kForth, "user2", v1::ROLE_PASSWORD_ADMINISTRATOR, "board");
  EXPECT_TRUE(Check({kForth, "user2"}, "user1").allowed());
}

TEST_F(CheckResetTest, TellsAnAdministratorOfAUnitWhoIsOutside) {
  MakeUnit(kForth, "north", false, {"user1"});
  Assign(kForth, "user2", v1::ROLE_HELPDESK_ADMINISTRATOR, "north");
  EXPECT_TRUE(Check({kForth, "user2"}, "user1").allowed());
  const auto outside = Check({kForth, "user2"}, "contractor");
  EXPECT_EQ(outside.reason(), v1::ERROR_REASON_OUTSIDE_ADMINISTRATIVE_UNIT);
  EXPECT_EQ(outside.deciding_rule(), v1::RESET_RULE_UNIT_SCOPE);
}

// A dry run is a try: else guests could be tried one by one, and their home would never see it.
TEST_F(CheckResetTest, ANoIsSeenInTheAuditAsTheRefusalThatItForetellsAndAYesIsNot) {
  const auto ask = [this](const Principal& actor, const std::string& name) {
    v1::CheckResetPasswordRequest request;
    v1::CheckResetPasswordResponse response;
    request.set_name(name);
    EXPECT_THAT(Call(actor, &Reset::CheckResetPassword, request, &response), IsOk());
    return response.allowed();
  };
  EXPECT_TRUE(ask(ForthAdmin(), "directories/forthcoffee/users/user1"));
  EXPECT_THAT(Audit(kForth), testing::IsEmpty());
  EXPECT_FALSE(ask(ContosoAdmin(), "directories/contoso/users/visitor"));
  const AuditRow abroad{"password.check_reset", "refused", "NOT_HOME_DIRECTORY", "contoso/global-administrator",
                        "directories/contoso/users/visitor"};
  EXPECT_THAT(Audit(kContoso), testing::ElementsAre(abroad));
  EXPECT_THAT(Audit(kForth), testing::ElementsAre(abroad)) << "of the home, too";
  EXPECT_FALSE(ask(helpdesk_, "directories/forthcoffee/users/user-administrator"));
  EXPECT_EQ(Audit(kForth).back(),
            (AuditRow{"password.check_reset", "refused", "TARGET_ROLE_PROTECTED", "forthcoffee/helpdesk-administrator",
                      "directories/forthcoffee/users/user-administrator"}));
}

TEST_F(CheckResetTest, NoAnswerWithoutItsRow) {
  Sql("REVOKE INSERT ON hearth.audit_events FROM hearth_app");
  v1::CheckResetPasswordRequest request;
  v1::CheckResetPasswordResponse response;
  request.set_name("directories/contoso/users/visitor");
  EXPECT_FALSE(Call(ContosoAdmin(), &Reset::CheckResetPassword, request, &response).ok());
}

TEST_F(CheckResetTest, NamesTheHomeAndWhomToAskThere) {
  const auto verdict = Check(ContosoAdmin(), "visitor");
  EXPECT_EQ(verdict.deciding_rule(), v1::RESET_RULE_HOME);
  EXPECT_EQ(verdict.home().domain(), "forthcoffee.com");
  EXPECT_EQ(verdict.home().help_uri(), "https://help.forthcoffee.com");
  EXPECT_EQ(verdict.home().contact(), "Front desk, +1 555 0100");
  EXPECT_THAT(refusal_, Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_contact", "Front desk, +1 555 0100"));
  v1::ResolveHomeDirectoryRequest request;
  v1::ResolveHomeDirectoryResponse response;
  request.set_user_principal_name("user1@forthcoffee.com");
  ASSERT_THAT(Call(ContosoAdmin(), &Guest::ResolveHomeDirectory, request, &response), IsOk());
  EXPECT_EQ(response.home().contact(), "Front desk, +1 555 0100");
}

}  // namespace
}  // namespace hearth::test
