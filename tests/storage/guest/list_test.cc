// GuestDesk::ListGuestUsers: filters and pages.
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ListTest : public GuestDeskTest {
 protected:
  std::vector<std::string> Ids(const std::string& filter, bool show_deleted = false) {
    v1::ListGuestUsersRequest request;
    request.set_parent(DirectoryName(kContoso));
    request.set_filter(filter);
    request.set_page_size(2);
    request.set_show_deleted(show_deleted);
    std::vector<std::string> ids;
    do {
      const auto response = Do(lists_, &GuestDesk::ListGuestUsers, request);
      EXPECT_THAT(response, IsOk()) << filter;
      if (!response.ok()) break;
      for (const auto& guest : response->guest_users()) ids.push_back(guest.name().substr(guest.name().rfind('/') + 1));
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  absl::Status List(const std::string& filter) {
    v1::ListGuestUsersRequest request;
    request.set_parent(DirectoryName(kContoso));
    request.set_filter(filter);
    return Do(lists_, &GuestDesk::ListGuestUsers, request).status();
  }
};

TEST_F(ListTest, FiltersByStateHomeAndStaleness) {
  ASSERT_THAT(Invite(Invitation("a@forthcoffee.com", "fresh")), IsOk());
  ASSERT_THAT(Invite(Invitation("b@forthcoffee.net", "over")), IsOk());
  Sql("UPDATE hearth.invitations SET expire_time = now() WHERE user_id = 'over'");
  EXPECT_THAT(Ids(""), ElementsAre("contractor", "external", "fresh", "over", "partner", "pending", "visitor"));
  EXPECT_THAT(Ids("state = PENDING_ACCEPTANCE"), ElementsAre("fresh", "over", "pending"));
  EXPECT_THAT(Ids("state=ACCEPTED"), ElementsAre("external", "partner", "visitor"));
  EXPECT_THAT(Ids("stale = true"), ElementsAre("over", "pending"));
  EXPECT_THAT(Ids("home_domain = \"ForthCoffee.net\""), ElementsAre("fresh", "over", "partner", "pending", "visitor"));
  EXPECT_THAT(Ids("home_domain = forthcoffee.com AND state = ACCEPTED"), ElementsAre("partner", "visitor"));
  EXPECT_THAT(Ids("home_domain = forthcoffee.com AND stale = true"), ElementsAre("over", "pending"));
  EXPECT_THAT(Ids("home_domain = nowhere.example"), IsEmpty());
  ASSERT_THAT(Remove("visitor"), IsOk());
  EXPECT_THAT(Ids("state = ACCEPTED"), ElementsAre("external", "partner"));
  EXPECT_THAT(Ids("state = ACCEPTED", /*show_deleted=*/true), ElementsAre("external", "partner", "visitor"));
}

TEST_F(ListTest, OtherFiltersAreRefusedByTheirName) {
  for (const char* filter : {"state", "state = MAYBE", "state = 1", "name = x", "state = ACCEPTED OR stale = true",
                             "state = ACCEPTED AND state = ACCEPTED", "stale = yes", "home_domain = x",
                             "stale = true AND state = ACCEPTED", "state = ACCEPTED AND", "\"state\" = ACCEPTED",
                             "state = \"ACCEPTED", "state = ACCEPTED; DROP TABLE hearth.users"}) {
    EXPECT_THAT(List(filter), ViolatesField("filter")) << filter;
  }
}

}  // namespace
}  // namespace hearth::test
