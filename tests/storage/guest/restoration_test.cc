// RestorationDesk: neither undelete gets around a guest policy or a consent. What else a restoration does: guest_user_test, user_desk_test.
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RestorationTest : public GuestDeskTest {
 protected:
  absl::Status Undelete(const std::string& id, const Principal& actor = ContosoAdmin()) {
    const auto request = Named<v1::UndeleteUserRequest>(UserName(actor.directory, id));
    return Do(restorations_, &RestorationDesk::UndeleteUser, request, actor).status();
  }
  // What both undeletes say of the guest, who stays deleted.
  std::vector<absl::Status> Refusals(const std::string& id) { return {Restore(id).status(), Undelete(id)}; }
};

TEST_F(RestorationTest, WhomHomeLetsBeNoGuestAnyMoreIsNotRestored) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  const auto outbound = [this](v1::DomainRule rule) {
    return SetPolicy(kForth, [rule](auto& policy) { policy.set_outbound_rule(rule); });
  };
  ASSERT_THAT(outbound(v1::DOMAIN_RULE_ONLY_LISTED), IsOk());
  EXPECT_THAT(Refusals("guest"), testing::Each(Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "OUTBOUND_DOMAINS")));
  EXPECT_TRUE(Person(kContoso, "guest").deleted());
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  ASSERT_THAT(outbound(v1::DOMAIN_RULE_ANY), IsOk());
  ASSERT_THAT(Undelete("guest"), IsOk());
  EXPECT_TRUE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(MembershipsOf("user2"), ElementsAre("contoso/guest"));
}

TEST_F(RestorationTest, WhomTheDirectoryItselfDoesNotWantAnyMoreIsNotRestored) {
  MakeGuest();
  ASSERT_THAT(Remove("guest"), IsOk());
  ASSERT_THAT(Remove("external"), IsOk());
  ASSERT_THAT(SetPolicy(kContoso, [](auto& policy) { policy.set_inbound_rule(v1::DOMAIN_RULE_ONLY_LISTED); }), IsOk());
  for (const char* id : {"guest", "external"}) {
    EXPECT_THAT(Refusals(id), testing::Each(Refuses(v1::ERROR_REASON_GUEST_POLICY, "rule", "INBOUND_DOMAINS"))) << id;
  }
  ASSERT_THAT(Remove("contractor"), IsOk());
  EXPECT_THAT(Restore("contractor"), IsOk()) << "at home here: no policy of guests is asked";
  EXPECT_THAT(Undelete("deleted"), IsOk());
}

TEST_F(RestorationTest, WhoLeftOrWasCalledHomeIsPendingHoweverTheyAreRestored) {
  MakeGuest();
  ASSERT_THAT(Leave("user2", ForthAdmin()), IsOk());
  ASSERT_THAT(Undelete("guest"), IsOk());
  EXPECT_EQ(Person(kContoso, "guest").invitation_state, v1::INVITATION_STATE_PENDING_ACCEPTANCE);
  EXPECT_FALSE(MayAct({kContoso, "guest"}));
  EXPECT_THAT(MembershipsOf("user2"), IsEmpty());
  EXPECT_THAT(Sql("SELECT consent_time IS NULL AND home_identity IS NULL FROM hearth.users WHERE user_id = 'guest'"),
              ElementsAre(ElementsAre("t")));
}

}  // namespace
}  // namespace hearth::test
