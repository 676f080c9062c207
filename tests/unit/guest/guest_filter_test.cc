#include "server/guest/guest_filter.h"

#include "gtest/gtest.h"
#include "server/directory/filter.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Filter, IsFieldsAndValuesJoinedByAnd) {
  const std::set<std::string> fields = {"a", "b"};
  EXPECT_THAT(*ParseFilter("", fields), IsEmpty());
  EXPECT_THAT(*ParseFilter("  ", fields), IsEmpty());
  EXPECT_THAT(*ParseFilter("a=1", fields), ElementsAre(Pair("a", "1")));
  EXPECT_THAT(*ParseFilter(" b = \"x y@z\"  AND a = q.r-s_t ", fields),
              ElementsAre(Pair("a", "q.r-s_t"), Pair("b", "x y@z")));
  for (const char* wrong :
       {"a", "a=", "=1", "a=1 b=2", "a=1 AND", "AND a=1", "a=1 and b=2", "a=1 OR b=2", "c=1", "a=1 AND a=2", "a=\"\"",
        "a=\"1", "a = 1)", "(a = 1)", "a:1", "NOT a = 1", "a=1\tAND b=2", "a=\xc3\xb6"}) {
    EXPECT_THAT(ParseFilter(wrong, fields), ViolatesField("filter")) << wrong;
  }
}

TEST(GuestFilter, ReadsWhatListsOfGuestsKnow) {
  const auto filter = ParseGuestFilter("state = ACCEPTED AND home_domain = \"ForthCoffee.COM\" AND stale = false");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->state, v1::INVITATION_STATE_ACCEPTED);
  EXPECT_EQ(filter->home_domain, "forthcoffee.com");
  EXPECT_FALSE(filter->stale);
  EXPECT_TRUE(ParseGuestFilter("stale = true")->stale);
  for (const char* wrong : {"state = UNSPECIFIED", "state = accepted", "state = INVITATION_STATE_ACCEPTED", "stale = 1",
                            "home_domain = localhost", "stale = true AND state = ACCEPTED"}) {
    EXPECT_THAT(ParseGuestFilter(wrong), ViolatesField("filter")) << wrong;
  }
}

}  // namespace
}  // namespace hearth::test
