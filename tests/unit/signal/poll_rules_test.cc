#include "server/signal/poll_rules.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Events 1, 2, … of these types; the id of each is "e" and its sequence.
std::vector<Event> Events(const std::vector<int>& types) {
  std::vector<Event> events;
  for (const int type : types) {
    Event event{};
    event.sequence = static_cast<int64_t>(events.size()) + 1;
    event.event_id = absl::StrCat("e", event.sequence);
    event.type = type;
    events.push_back(event);
  }
  return events;
}

std::vector<int64_t> Given(const EventReceiver& receiver, const std::vector<Event>& window, int most) {
  std::vector<int64_t> sequences;
  for (const Event& event : Outstanding(receiver, window, most)) sequences.push_back(event.sequence);
  return sequences;
}

TEST(PollRulesTest, ThePlaceMovesOverWhatIsSettledAtTheBeginning) {
  EventReceiver receiver;
  const auto window = Events({1, 1, 1, 1});
  EXPECT_EQ(Settle(window, {"e1", "e2"}, receiver), 2);
  EXPECT_EQ(receiver.place, 2);
  EXPECT_THAT(receiver.settled, IsEmpty());
}

TEST(PollRulesTest, WhatIsSettledOutOfTurnIsKeptAndHoldsNothingUp) {
  EventReceiver receiver;
  const auto window = Events({1, 1, 1, 1});
  EXPECT_EQ(Settle(window, {"e2", "e4"}, receiver), 2);
  EXPECT_EQ(receiver.place, 0);
  EXPECT_THAT(receiver.settled, ElementsAre(2, 4));
  EXPECT_THAT(Given(receiver, window, 10), ElementsAre(1, 3));
  EXPECT_EQ(Settle(window, {"e1"}, receiver), 1);
  EXPECT_EQ(receiver.place, 2);
  EXPECT_THAT(receiver.settled, ElementsAre(4));
  const std::vector<Event> after(window.begin() + 2, window.end());
  EXPECT_EQ(Settle(after, {"e3"}, receiver), 1);
  EXPECT_EQ(receiver.place, 4);
  EXPECT_THAT(receiver.settled, IsEmpty());
}

TEST(PollRulesTest, UnknownAndRepeatedIdsAreNoNews) {
  EventReceiver receiver;
  const auto window = Events({1, 1, 1});
  EXPECT_EQ(Settle(window, {"e3", "other"}, receiver), 1);
  EXPECT_EQ(Settle(window, {"e3", "other"}, receiver), 0);
  EXPECT_EQ(receiver.place, 0);
}

TEST(PollRulesTest, TypesThatWereNotAskedForArePassedOver) {
  EventReceiver receiver;
  receiver.types = {2};
  const auto window = Events({1, 1, 2, 1, 2, 1});
  EXPECT_EQ(Settle(window, {"e1"}, receiver), 0) << "it was never given";
  EXPECT_EQ(receiver.place, 2);
  EXPECT_THAT(Given(receiver, window, 10), ElementsAre(3, 5));
  EXPECT_EQ(Settle(window, {"e3", "e5"}, receiver), 2);
  EXPECT_EQ(receiver.place, 6);
}

TEST(PollRulesTest, AtMostSoManyAndTheOldestFirst) {
  const EventReceiver receiver;
  EXPECT_THAT(Given(receiver, Events({1, 1, 1}), 2), ElementsAre(1, 2));
  EXPECT_THAT(Given(receiver, Events({1, 1, 1}), 0), IsEmpty());
}

}  // namespace
}  // namespace hearth
