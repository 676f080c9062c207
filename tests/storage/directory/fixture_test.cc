// The world that other tests build on is as its header says.
#include "tests/support/fixture.h"

#include "gmock/gmock.h"
#include "hearth/v1/directory_service.pb.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using FixtureTest = Fixture;

TEST_F(FixtureTest, ListsPeopleInAllFourQuadrants) {
  for (const std::string directory : {kForth, kContoso}) {
    EXPECT_TRUE(Person(directory, "user1").homed_here());
    EXPECT_EQ(Person(directory, "user1").user_type, v1::USER_TYPE_MEMBER);
    EXPECT_TRUE(Person(directory, "contractor").homed_here());
    EXPECT_EQ(Person(directory, "contractor").user_type, v1::USER_TYPE_GUEST);
    EXPECT_EQ(Person(directory, "partner").home.directory, OtherOf(directory));
    EXPECT_EQ(Person(directory, "partner").user_type, v1::USER_TYPE_MEMBER);
    EXPECT_EQ(Person(directory, "visitor").home.domain, DomainOf(OtherOf(directory)));
    EXPECT_EQ(Person(directory, "visitor").user_type, v1::USER_TYPE_GUEST);
    EXPECT_EQ(Person(directory, "pending").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
    EXPECT_EQ(Person(directory, "external").home.issuer, kExternalIssuer);
    EXPECT_TRUE(Person(directory, "disabled").disabled);
    EXPECT_TRUE(Person(directory, "deleted").deleted());
  }
}

TEST_F(FixtureTest, HasOnePersonForEveryRole) {
  for (const v1::Role role : DirectoryRoles()) {
    EXPECT_EQ(RolesOf(Person(kForth, AdminId(role))), std::vector<v1::Role>{role});
  }
  EXPECT_EQ(RolesOf(Person(kPlatform, "operator")), std::vector<v1::Role>{v1::ROLE_PLATFORM_OPERATOR});
}

TEST_F(FixtureTest, MakesCallsWithTheAccessOfTheMoment) {
  const v1::GetUserRequest request;
  const Call& call = By(ForthAdmin(), request);
  EXPECT_EQ(call.rpc, "DirectoryService/GetUser");
  EXPECT_TRUE(call.access.active);
  EXPECT_TRUE(call.access.permissions.Has(call.policy->permission()));
  EXPECT_FALSE(By({kForth, "disabled"}, request).access.active);
  EXPECT_EQ(By({kForth, "backend"}, request).access.kind, PrincipalKind::kService);
}

TEST_F(FixtureTest, GivesEachTestADatabaseOfItsOwn) {
  EXPECT_THAT(Sql("SELECT count(*) FROM hearth.audit_events"), testing::ElementsAre(testing::ElementsAre("0")));
  GivePassword(kForth, "user1");
  EXPECT_TRUE(Person(kForth, "user1").password_set);
}

}  // namespace
}  // namespace hearth::test
