// The same enumeration as home_rule_test, asked of the reset desk alone: without gRPC, without the gate, so without the fence and the
// permission check that stand before it. The desk must refuse by itself whatever the rule refuses.
#include <map>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/random.h"
#include "server/reset/reset_desk.h"
#include "tests/rpc/cells.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

constexpr size_t kMostFailures = 20;

class HomeRuleDeskTest : public Fixture {
 protected:
  HomeRuleDeskTest() { Sql(MorePeopleSql()); }

  std::string CheckAnswer(const OracleActor& actor, const Address& address) {
    const auto request = Naming<v1::CheckResetPasswordRequest>(address);
    const auto response = desk_.CheckResetPassword(CallOf(actor, request), request);
    if (!response.ok()) return ReasonName(ReasonOf(response.status()).value());
    return response->allowed() ? "OK" : ReasonName(response->reason());
  }

  std::string ResetAnswer(const OracleActor& actor, const Address& address) {
    const auto request = Naming<v1::ResetPasswordRequest>(address);
    const auto response = desk_.ResetPassword(CallOf(actor, request), request);
    return response.ok() ? "OK" : ReasonName(ReasonOf(response.status()).value());
  }

  // By needs a caller that the database knows; of others no call reaches a desk.
  const Call& CallOf(const OracleActor& actor, const google::protobuf::Message& request) {
    return By(PrincipalOf(actor), request);
  }

  const RunSql sql_ = [this](const std::string& sql) { return Sql(sql); };
  Hasher hasher_{&keyring(), {.memory_kib = 64, .iterations = 1}, 2};
  SystemRandom random_;
  ResetDesk desk_{&database(), &hasher_, &keyring(), &random_};
};

TEST_F(HomeRuleDeskTest, TheDeskRefusesEveryCellThatTheRuleRefusesAndNoOther) {
  size_t failures = 0, cells = 0;
  std::map<std::string, int> answers;
  std::string checksum = PeopleChecksum(sql_);
  for (const OracleActor& actor : AllActors(sql_)) {
    if (actor.id == "stranger") continue;
    for (const Address& address : AllAddresses(sql_, actor.directory)) {
      const std::string expected = Verdict(Deed::kReset, actor, address.target);
      const std::string check = CheckAnswer(actor, address), reset = ResetAnswer(actor, address);
      const std::string after = PeopleChecksum(sql_);
      ++cells;
      ++answers[reset];
      // Where the gate would have spoken first, the desk may give another reason; the verdict is the same.
      const bool gate = expected == "PERMISSION_MISSING" || expected == "CALLER_NOT_ACTIVE";
      const bool same = gate ? reset != "OK" : reset == expected && check == expected;
      const bool untouched = (after == checksum) == (reset != "OK");
      checksum = after;
      if ((same && untouched) || ++failures > kMostFailures) continue;
      ADD_FAILURE() << actor.directory << "/" << actor.id << " and " << address.text() << ": the rule says " << expected
                    << ", the dry run " << check << ", the reset " << reset
                    << (untouched ? "" : "; people or passwords moved");
    }
  }
  EXPECT_EQ(failures, 0u) << "of " << cells;
  EXPECT_GT(cells, 2000u);
  for (const char* answer : {"OK", "FOREIGN_DIRECTORY", "NOT_FOUND", "NOT_HOME_DIRECTORY", "HOME_OUTSIDE_HEARTH",
                             "OWN_ACCOUNT", "TARGET_ROLE_PROTECTED"}) {
    EXPECT_GT(answers[answer], 0) << answer;
  }
}

// The decision is made again in the transaction that writes: what changed since the gate counts.
TEST_F(HomeRuleDeskTest, ARoleThatIsGoneSinceTheGateResetsNobody) {
  v1::ResetPasswordRequest request;
  request.set_name("directories/forthcoffee/users/user1");
  const Call& call = By(Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR), request);
  Unassign(kForth, AdminId(v1::ROLE_HELPDESK_ADMINISTRATOR), v1::ROLE_HELPDESK_ADMINISTRATOR);
  const std::string before = PeopleChecksum(sql_);
  EXPECT_THAT(desk_.ResetPassword(call, request),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "resets.perform"));
  EXPECT_EQ(PeopleChecksum(sql_), before);
}

TEST_F(HomeRuleDeskTest, ACallerDisabledSinceTheGateResetsNobody) {
  v1::ResetPasswordRequest request;
  request.set_name("directories/forthcoffee/users/user1");
  const Call& call = By(ForthAdmin(), request);
  Sql("UPDATE hearth.users SET disabled = true WHERE directory_id = 'forthcoffee' AND user_id = "
      "'global-administrator'");
  const std::string before = PeopleChecksum(sql_);
  EXPECT_THAT(desk_.ResetPassword(call, request), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE));
  EXPECT_EQ(PeopleChecksum(sql_), before);
}

TEST_F(HomeRuleDeskTest, ATargetThatBecameAnAdministratorSinceTheGateIsOutOfReach) {
  v1::ResetPasswordRequest request;
  request.set_name("directories/forthcoffee/users/user1");
  const Call& call = By(Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR), request);
  Assign(kForth, "user1", v1::ROLE_GLOBAL_ADMINISTRATOR);
  EXPECT_THAT(desk_.ResetPassword(call, request),
              Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "Global Administrator"));
  EXPECT_FALSE(Person(kForth, "user1").password_set);
}

}  // namespace
}  // namespace hearth::test
