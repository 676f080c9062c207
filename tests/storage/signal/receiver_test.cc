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
  static v1::CreateEventReceiverRequest PortalAt(const std::string& uri) {
    v1::CreateEventReceiverRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_event_receiver_id("portal");
    request.mutable_event_receiver()->set_endpoint_uri(uri);
    request.mutable_event_receiver()->set_audience("portal");
    return request;
  }
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

TEST_F(ReceiverTest, WhereEventsHaveNoIssuerNoneIsRegistered) {
  const EventTokens none(&keyring(), "");
  ReceiverDesk desk(&database(), &keyring(), &pager(), &none);
  const auto request = PortalAt("https://portal.example/events");
  EXPECT_THAT(desk.CreateEventReceiver(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_NO_EVENT_ISSUER));
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.event_receivers")[0][0], "0");
}

// Nothing would ever be posted there, so it is said at once; names are looked at when they are connected to.
TEST_F(ReceiverTest, AnAddressThatIsNotPublicIsRefusedUnlessTheOperatorAllowsIt) {
  for (const char* uri :
       {"https://127.0.0.1/events", "https://10.1.2.3:8443/", "https://[::1]/", "https://localhost/"}) {
    const auto request = PortalAt(uri);
    EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request),
                ViolatesField("event_receiver.endpoint_uri"))
        << uri;
  }
  ReceiverDesk permissive(&database(), &keyring(), &pager(), &tokens_, /*allow_private=*/true);
  const auto request = PortalAt("https://127.0.0.1/events");
  EXPECT_THAT(permissive.CreateEventReceiver(By(ForthAdmin(), request), request), IsOk());
  v1::UpdateEventReceiverRequest update;
  update.mutable_event_receiver()->set_name("directories/forthcoffee/eventReceivers/portal");
  update.mutable_event_receiver()->set_paused(true);
  update.mutable_update_mask()->add_paths("paused");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), update), update), IsOk()) << "one that is there is held up";
  update.mutable_event_receiver()->set_endpoint_uri("https://127.0.0.2/events");
  update.mutable_update_mask()->add_paths("endpoint_uri");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), update), update),
              ViolatesField("event_receiver.endpoint_uri"));
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

TEST_F(ReceiverTest, APushNeedsAnAddressAndAPollHasNone) {
  v1::CreateEventReceiverRequest request;
  request.set_parent("directories/forthcoffee");
  request.set_event_receiver_id("asking");
  request.mutable_event_receiver()->set_audience("asking");
  EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request),
              ViolatesField("event_receiver.endpoint_uri"));
  request.mutable_event_receiver()->set_delivery_method(v1::EVENT_DELIVERY_METHOD_POLL);
  EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request),
              ViolatesField("event_receiver.service_account"))
      << "nobody is not everybody";
  request.mutable_event_receiver()->set_service_account("directories/forthcoffee/serviceAccounts/nobody");
  EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request), HasReason(v1::ERROR_REASON_NOT_FOUND));
  request.mutable_event_receiver()->set_service_account("directories/contoso/serviceAccounts/backend");
  EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  request.mutable_event_receiver()->set_service_account("directories/forthcoffee/serviceAccounts/backend");
  const auto created = desk_.CreateEventReceiver(By(ForthAdmin(), request), request);
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->event_receiver().delivery_method(), v1::EVENT_DELIVERY_METHOD_POLL);
  EXPECT_EQ(created->event_receiver().service_account(), "directories/forthcoffee/serviceAccounts/backend");
  request.mutable_event_receiver()->set_endpoint_uri("https://portal.example/events");
  EXPECT_THAT(desk_.CreateEventReceiver(By(ForthAdmin(), request), request),
              ViolatesField("event_receiver.endpoint_uri"));
}

TEST_F(ReceiverTest, WhoMayPollIsChangedByAnUpdateAndNobodyMayAfterTheAccount) {
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'other', 'Another', '{events.watch}')");
  ASSERT_THAT(Create("portal"), IsOk());
  v1::UpdateEventReceiverRequest request;
  v1::EventReceiver& receiver = *request.mutable_event_receiver();
  receiver.set_name("directories/forthcoffee/eventReceivers/portal");
  receiver.set_service_account("directories/forthcoffee/serviceAccounts/backend");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request),
              ViolatesField("event_receiver.service_account"))
      << "of one that is posted to";
  receiver.set_delivery_method(v1::EVENT_DELIVERY_METHOD_POLL);
  for (const char* path : {"delivery_method", "endpoint_uri", "service_account"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  ASSERT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request), IsOk());
  Sql("UPDATE hearth.event_receivers SET settled = '{3}'");
  receiver.set_service_account("directories/forthcoffee/serviceAccounts/other");
  const auto& call = By(ForthAdmin(), request);
  const auto updated = desk_.UpdateEventReceiver(call, request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->event_receiver().service_account(), receiver.service_account());
  EXPECT_EQ(call.note->target, receiver.name());
  EXPECT_THAT(Sql("SELECT settled FROM hearth.event_receivers"), testing::ElementsAre(testing::ElementsAre("{}")))
      << "what the one before took is given to the next";
  Sql("DELETE FROM hearth.service_accounts WHERE directory_id = 'forthcoffee' AND service_account_id = 'other'");
  v1::GetEventReceiverRequest get;
  get.set_name(receiver.name());
  EXPECT_EQ(desk_.GetEventReceiver(By(ForthAdmin(), get), get)->event_receiver().service_account(), "");
}

TEST_F(ReceiverTest, WhatIsUpdatedIsSoFromThenOn) {
  ASSERT_THAT(Create("portal"), IsOk());
  Sql("UPDATE hearth.event_receivers SET attempts = 3, problem = 'x', due_time = now() + interval '1 hour',"
      " lease = gen_random_uuid()");
  v1::UpdateEventReceiverRequest request;
  request.mutable_event_receiver()->set_name("directories/forthcoffee/eventReceivers/portal");
  request.mutable_event_receiver()->set_etag("1");
  request.mutable_event_receiver()->set_paused(true);
  request.mutable_update_mask()->add_paths("paused");
  auto updated = desk_.UpdateEventReceiver(By(ForthAdmin(), request), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_TRUE(updated->event_receiver().paused());
  EXPECT_EQ(updated->event_receiver().audience(), "portal");
  EXPECT_EQ(updated->event_receiver().etag(), "2");
  EXPECT_THAT(Sql("SELECT attempts, lease IS NULL FROM hearth.event_receivers"),
              testing::ElementsAre(testing::ElementsAre("3", "f")))
      << "what is under way goes on";
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request), HasReason(v1::ERROR_REASON_ETAG_MISMATCH));

  request.mutable_event_receiver()->clear_etag();
  request.mutable_event_receiver()->set_endpoint_uri("https://new.example/events");
  request.mutable_update_mask()->add_paths("endpoint_uri");
  request.mutable_update_mask()->add_paths("types");
  updated = desk_.UpdateEventReceiver(By(ForthAdmin(), request), request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->event_receiver().endpoint_uri(), "https://new.example/events");
  EXPECT_EQ(updated->event_receiver().types_size(), 0);
  EXPECT_THAT(Sql("SELECT attempts, lease IS NULL, due_time <= now() FROM hearth.event_receivers"),
              testing::ElementsAre(testing::ElementsAre("0", "t", "t")))
      << "the old way counts no more";

  request.mutable_update_mask()->add_paths("delivered_sequence");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request),
              HasReason(v1::ERROR_REASON_INVALID_FIELDS));
  request.mutable_update_mask()->Clear();
  request.mutable_update_mask()->add_paths("audience");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request), ViolatesField("event_receiver.audience"));
  request.mutable_event_receiver()->set_name("directories/forthcoffee/eventReceivers/nobody");
  EXPECT_THAT(desk_.UpdateEventReceiver(By(ForthAdmin(), request), request), HasReason(v1::ERROR_REASON_NOT_FOUND));
}

TEST_F(ReceiverTest, AVerificationWaitsAndTheNextReplacesIt) {
  ASSERT_THAT(Create("portal"), IsOk());
  Sql("UPDATE hearth.event_receivers SET due_time = now() + interval '1 hour'");
  v1::VerifyEventReceiverRequest request;
  request.set_name("directories/forthcoffee/eventReceivers/portal");
  request.set_verification_state("first");
  ASSERT_THAT(desk_.VerifyEventReceiver(By(ForthAdmin(), request), request), IsOk());
  request.set_verification_state("second");
  const auto second = desk_.VerifyEventReceiver(By(ForthAdmin(), request), request);
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Sql("SELECT verification_id, verification_state, due_time <= now() FROM hearth.event_receivers"),
              testing::ElementsAre(testing::ElementsAre(second->event_id(), "second", "t")));
  request.set_name("directories/forthcoffee/eventReceivers/nobody");
  EXPECT_THAT(desk_.VerifyEventReceiver(By(ForthAdmin(), request), request), HasReason(v1::ERROR_REASON_NOT_FOUND));
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
