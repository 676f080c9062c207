// SweepInvitations: guests who never came.
#include "server/guest/invitation_sweep.h"

#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::Contains;

class InvitationSweepTest : public GuestDeskTest {
 protected:
  void Age(const std::string& id, const std::string& invited, const std::string& updated) {
    Sql(absl::StrCat("UPDATE hearth.users SET update_time = now() - interval '", updated,
                     "' WHERE directory_id = 'contoso'", " AND user_id = '", id,
                     "'; UPDATE hearth.invitations SET expire_time = now() - interval '", invited,
                     "' WHERE user_id = '", id, "'"));
  }
  absl::Status Sweep() { return SweepInvitations(database(), absl::Now() + absl::Seconds(20)); }
};

TEST_F(InvitationSweepTest, WhoNeverCameIsRemovedAfterThirtyDaysAndCanBeRestored) {
  Token("a@forthcoffee.com", "stale");
  Token("b@forthcoffee.com", "lately");
  Token("c@forthcoffee.com", "fresh");
  Age("stale", "31 days", "40 days");
  Age("lately", "29 days", "40 days");
  Age("pending", "0 days", "31 days");
  Age("visitor", "0 days", "400 days");
  ASSERT_THAT(Sweep(), IsOk());
  EXPECT_TRUE(Person(kContoso, "stale").deleted());
  EXPECT_TRUE(Person(kContoso, "pending").deleted()) << "without an invitation";
  for (const char* stays : {"lately", "fresh", "visitor", "external", "user1"}) {
    EXPECT_FALSE(Person(kContoso, stays).deleted()) << stays;
  }
  EXPECT_FALSE(Person(kForth, "pending").deleted());
  for (const char* gone : {"stale", "pending"}) {
    const AuditRow expired{"guest.expire", "allowed", "", "contoso/hearth.janitor", Contoso(gone)};
    EXPECT_THAT(Audit(kContoso), Contains(expired)) << gone;
    EXPECT_THAT(Audit(kForth), Contains(expired)) << "home saw the invitation, too";
  }
  const size_t events = Audit(kContoso).size();
  ASSERT_THAT(Sweep(), IsOk());
  EXPECT_EQ(Audit(kContoso).size(), events) << "once";
  ASSERT_THAT(Restore("stale"), IsOk());
  ASSERT_THAT(Sweep(), IsOk());
  EXPECT_FALSE(Person(kContoso, "stale").deleted()) << "restored a moment ago";
}

}  // namespace
}  // namespace hearth::test
