// The same enumeration as home_rule_test, asked of the reset desk alone: without gRPC, without the gate, so without the fence and the
// permission check that stand before it. The desk must refuse by itself whatever the rule refuses.
#include <map>
#include <thread>

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
  NewPasswords passwords_{&database(), &hasher_, &keyring(), &random_};
  ResetDesk desk_{&database(), &hasher_, &keyring(), &passwords_};
};

TEST_F(HomeRuleDeskTest, TheDeskRefusesEveryCellThatTheRuleRefusesAndNoOther) {
  const std::vector<OracleActor> actors = AllActors(sql_);
  std::map<std::string, std::vector<Address>> addresses;
  for (const char* directory : {kForth, kContoso, kPlatform}) addresses[directory] = AllAddresses(sql_, directory);
  std::vector<Cell> all;
  for (const OracleActor& actor : actors) {
    if (actor.id == "stranger") continue;
    for (const Address& address : addresses[actor.directory]) all.push_back({&actor, &address});
  }
  absl::Mutex mutex;
  size_t failures = 0;
  std::map<std::string, int> answers;
  const auto compare = [&](const OracleActor& actor, const Address& address) {
    const std::string expected = Verdict(Deed::kReset, actor, address.target);
    const std::string check = CheckAnswer(actor, address), reset = ResetAnswer(actor, address);
    // Where the gate would have spoken first, the desk may give another reason; the verdict is the same.
    const bool gate = expected == "PERMISSION_MISSING" || expected == "CALLER_NOT_ACTIVE";
    absl::MutexLock lock(&mutex);
    ++answers[reset];
    if ((gate ? reset != "OK" : reset == expected && check == expected) || ++failures > kMostFailures) return;
    ADD_FAILURE() << actor.directory << "/" << actor.id << " and " << address.text() << ": the rule says " << expected
                  << ", the dry run " << check << ", the reset " << reset;
  };
  const SplitCells cells = Split(all, Deed::kReset);
  std::string checksum = PeopleChecksum(sql_);
  ForEachTogether(cells.refused, compare);
  EXPECT_EQ(PeopleChecksum(sql_), checksum) << "a refused reset left a trace";
  for (const Cell& cell : cells.allowed) {
    compare(*cell.actor, *cell.address);
    const std::string after = PeopleChecksum(sql_);
    EXPECT_NE(after, checksum) << cell.address->text();
    checksum = after;
  }
  EXPECT_EQ(failures, 0u) << "of " << all.size();
  EXPECT_GT(all.size(), 2000u);
  for (const char* answer :
       {"OK", "FOREIGN_DIRECTORY", "NOT_FOUND", "NOT_HOME_DIRECTORY", "HOME_OUTSIDE_HEARTH", "OWN_ACCOUNT",
        "TARGET_ROLE_PROTECTED", "TARGET_UNIT_RESTRICTED", "OUTSIDE_ADMINISTRATIVE_UNIT"}) {
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

// What comes in between the first decision and the write: the write waits for whoever holds the person, then decides again.
TEST_F(HomeRuleDeskTest, ATargetThatBecomesAnAdministratorWhileTheHashIsMadeIsOutOfReach) {
  pqxx::connection other(owner_conninfo());
  pqxx::work tx(other);
  tx.exec("SELECT set_config('hearth.directories', '{forthcoffee}', true)");
  tx.exec("SELECT 1 FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user1' FOR UPDATE");
  v1::ResetPasswordRequest request;
  request.set_name("directories/forthcoffee/users/user1");
  const Call& call = By(Admin(kForth, v1::ROLE_HELPDESK_ADMINISTRATOR), request);
  absl::StatusOr<v1::ResetPasswordResponse> response;
  std::thread reset([&] { response = desk_.ResetPassword(call, request); });
  const absl::Time deadline = absl::Now() + absl::Seconds(15);
  while (Sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").empty() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  tx.exec(
      "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('forthcoffee', 'user1', "
      "'global_administrator')");
  tx.commit();
  reset.join();
  EXPECT_THAT(response, Refuses(v1::ERROR_REASON_TARGET_ROLE_PROTECTED, "target_role", "Global Administrator"));
  EXPECT_FALSE(Person(kForth, "user1").password_set);
}

}  // namespace
}  // namespace hearth::test
