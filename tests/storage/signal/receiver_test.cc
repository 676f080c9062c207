#include "server/signal/receiver_desk.h"

#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

class ReceiverTest : public Fixture {
 protected:
  absl::StatusOr<v1::CreateEventReceiverResponse> Create(const std::string& id) {
    v1::CreateEventReceiverRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_event_receiver_id(id);
    request.mutable_event_receiver()->set_endpoint_uri("https://portal.example/events");
    request.mutable_event_receiver()->set_audience("portal");
    request.mutable_event_receiver()->add_types(v1::EVENT_TYPE_SESSIONS_REVOKED);
    return desk_.CreateEventReceiver(By(ForthAdmin(), request), request);
  }

  const EventTokens tokens_{&keyring(), "https://hearth.example"};
  ReceiverDesk desk_{&database(), &keyring(), &pager(), &tokens_};
};

TEST_F(ReceiverTest, IsCreatedShownListedAndRemoved) {
  Sql("INSERT INTO hearth.event_streams (directory_id, last) VALUES ('forthcoffee', 5)");
  const auto created = Create("portal");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->event_receiver().name(), "directories/forthcoffee/eventReceivers/portal");
  EXPECT_EQ(created->event_receiver().delivered_sequence(), 5) << "from now on";
  EXPECT_THAT(Create("portal"), HasReason(v1::ERROR_REASON_ALREADY_EXISTS));

  v1::GetEventReceiverRequest get;
  get.set_name("directories/forthcoffee/eventReceivers/portal");
  const auto shown = desk_.GetEventReceiver(By(ForthAdmin(), get), get);
  ASSERT_THAT(shown, IsOk());
  EXPECT_EQ(shown->event_receiver().types(0), v1::EVENT_TYPE_SESSIONS_REVOKED);
  EXPECT_FALSE(shown->event_receiver().has_next_attempt_time());
  v1::ListEventReceiversRequest list;
  list.set_parent("directories/forthcoffee");
  EXPECT_EQ(desk_.ListEventReceivers(By(ForthAdmin(), list), list)->event_receivers_size(), 1);

  v1::DeleteEventReceiverRequest remove;
  remove.set_name(get.name());
  EXPECT_THAT(desk_.DeleteEventReceiver(By(ForthAdmin(), remove), remove), IsOk());
  EXPECT_THAT(desk_.DeleteEventReceiver(By(ForthAdmin(), remove), remove), HasReason(v1::ERROR_REASON_NOT_FOUND));
  EXPECT_THAT(desk_.GetEventReceiver(By(ForthAdmin(), get), get), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(ReceiverTest, TenAreTheMost) {
  for (int i = 0; i < 10; ++i) ASSERT_THAT(Create(absl::StrCat("r", i)), IsOk());
  EXPECT_THAT(Create("r10"), Refuses(v1::ERROR_REASON_LIMIT_REACHED, "limit", "10"));
}

TEST_F(ReceiverTest, TenAreTheMostAlsoOfThoseCreatedAtOnce) {
  for (int i = 0; i < 9; ++i) ASSERT_THAT(Create(absl::StrCat("r", i)), IsOk());
  for (int round = 0; round < 5; ++round) {
    std::vector<std::function<void()>> rivals;
    for (int i = 0; i < 6; ++i) rivals.emplace_back([this, i] { (void)Create(absl::StrCat("late", i)); });
    RunTogether(rivals);
    EXPECT_THAT(Sql("SELECT count(*) FROM hearth.event_receivers"), testing::ElementsAre(testing::ElementsAre("10")));
    Sql("DELETE FROM hearth.event_receivers WHERE event_receiver_id LIKE 'late%'");
  }
}

TEST_F(ReceiverTest, TheKeysAreForEverybodyWhoCalls) {
  v1::GetEventKeysRequest request;
  const auto keys = desk_.GetEventKeys(By(ForthAdmin(), request), request);
  ASSERT_THAT(keys, IsOk());
  EXPECT_EQ(keys->issuer(), "https://hearth.example");
  EXPECT_EQ(keys->jwks().find("\"d\""), std::string::npos);
}

}  // namespace
}  // namespace hearth::test
