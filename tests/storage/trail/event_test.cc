// Events are written with what they tell of, whoever makes the change, and get their places afterwards.
#include "server/event/event_store.h"

#include <atomic>
#include <map>

#include "server/event/resume_token.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class EventTest : public TrailFixture {
 protected:
  // Tells some guests of homes; how much was done.
  int64_t Tell() {
    int64_t done = 0;
    EXPECT_THAT(database().WriteAlone(Soon(),
                                      [&](Tx& tx) {
                                        done = TellOfHomes(tx);
                                        return absl::OkStatus();
                                      }),
                IsOk());
    return done;
  }
  void TellAll() {
    while (Tell() > 0) {
    }
  }
  std::vector<Event> Read(const std::string& directory) {
    Sequence();
    std::vector<Event> events;
    EXPECT_THAT(database().Read({directory}, Soon(),
                                [&](Tx& tx) {
                                  events = ReadEvents(tx, directory, 0, 1000);
                                  return absl::OkStatus();
                                }),
                IsOk());
    return events;
  }
  // (type, person) of all events.
  std::vector<std::pair<int, std::string>> Told(const std::string& directory) {
    std::vector<std::pair<int, std::string>> told;
    for (const Event& event : Read(directory)) told.emplace_back(event.type, event.user_id);
    return told;
  }
  void As(const std::string& sql) {
    const Scope forth = {kForth};
    ASSERT_THAT(SqlAsApp(&forth, sql), IsOk());
  }
  static constexpr char kUser1[] = " WHERE directory_id = 'forthcoffee' AND user_id = 'user1'";
};

TEST_F(EventTest, NothingHappenedNothingIsTold) {
  EXPECT_THAT(Told(kForth), IsEmpty());
  EXPECT_THAT(Told(kContoso), IsEmpty());
}

// user1 is the visitor of Contoso: there the end of the sessions is told, once, and no more.
TEST_F(EventTest, AResetAtHomeIsToldOnceInEachDirectoryWhereThePersonIsAGuest) {
  As(std::string("INSERT INTO hearth.credentials (directory_id, user_id, home_directory_id, version, phc, "
                 "pepper_key_id, must_change)"
                 " VALUES ('forthcoffee', 'user1', 'forthcoffee', 1, 'x', 'k1', true);"
                 "UPDATE hearth.users SET sessions_valid_after = now() + interval '1 second'") +
     kUser1);
  EXPECT_THAT(Told(kForth), UnorderedElementsAre(Pair(v1::EVENT_TYPE_CREDENTIAL_CHANGED, "user1"),
                                                 Pair(v1::EVENT_TYPE_CREDENTIAL_CHANGE_REQUIRED, "user1"),
                                                 Pair(v1::EVENT_TYPE_SESSIONS_REVOKED, "user1")));
  EXPECT_THAT(Told(kContoso), ElementsAre(Pair(v1::EVENT_TYPE_SESSIONS_REVOKED, "visitor")));
  EXPECT_THAT(Sql("SELECT count(DISTINCT txn) FROM hearth.events"), ElementsAre(ElementsAre("1")));
  EXPECT_EQ(Read(kForth)[0].credential_version, 1);
  EXPECT_THAT(Sql("SELECT count(DISTINCT sessions_valid_after) FROM hearth.events WHERE type = 2"),
              ElementsAre(ElementsAre("1")));
}

TEST_F(EventTest, TwoChangesAreTwoCauses) {
  As(std::string("UPDATE hearth.users SET disabled = true") + kUser1);
  As(std::string("UPDATE hearth.users SET disabled = false") + kUser1);
  EXPECT_THAT(Told(kForth), ElementsAre(Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "user1"),
                                        Pair(v1::EVENT_TYPE_ACCOUNT_ENABLED, "user1")));
  EXPECT_THAT(Told(kContoso), ElementsAre(Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "visitor"),
                                          Pair(v1::EVENT_TYPE_ACCOUNT_ENABLED, "visitor")));
  EXPECT_THAT(Sql("SELECT count(DISTINCT txn) FROM hearth.events"), ElementsAre(ElementsAre("2")));
}

// Whose home is suspended or deleted can act nowhere: where they are guests that is told, and again when home is back. Once each, however often
// it is swept; and not of those who could do nothing before.
TEST_F(EventTest, WhatBecomesOfAHomeIsToldWhereItsPeopleAreGuests) {
  const auto guests =
      Sql("SELECT guest_id FROM hearth.memberships m JOIN hearth.users g ON g.directory_id = 'contoso'"
          " AND g.user_id = m.guest_id WHERE m.directory_id = 'forthcoffee' AND"
          " m.resource_directory_id = 'contoso' AND NOT g.disabled AND g.home_active");
  ASSERT_FALSE(guests.empty());
  std::vector<std::pair<int, std::string>> expected;
  for (const char* time : {"suspend_time", "delete_time"}) {
    for (const char* value : {"now()", "NULL"}) {
      As(absl::StrCat("UPDATE hearth.directories SET ", time, " = ", value, " WHERE directory_id = 'forthcoffee'"));
      EXPECT_THAT(Told(kContoso), testing::UnorderedElementsAreArray(expected)) << "not in the transaction itself";
      TellAll();
      for (const auto& guest : guests) {
        expected.emplace_back(value[0] == 'N' ? v1::EVENT_TYPE_ACCOUNT_ENABLED : v1::EVENT_TYPE_ACCOUNT_DISABLED,
                              guest[0]);
        if (value[0] != 'N') expected.emplace_back(v1::EVENT_TYPE_SESSIONS_REVOKED, guest[0]);
      }
      EXPECT_THAT(Told(kContoso), testing::UnorderedElementsAreArray(expected)) << time << " " << value;
      Sql("INSERT INTO hearth.home_news (directory_id) VALUES ('forthcoffee')");
      TellAll();
      EXPECT_THAT(Told(kContoso), testing::UnorderedElementsAreArray(expected)) << "and no more";
    }
  }
  EXPECT_THAT(Told(kForth), IsEmpty()) << "home itself is not live, or as it was";
}

// Hundreds of guests take several batches; a home that is back before the end has those told who were told that it was away, and nobody else.
TEST_F(EventTest, AHomeThatIsBackInTheMiddleHasOnlyThoseToldWhoKnew) {
  Sql("INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id)"
      " SELECT 'forthcoffee', 'many' || i, 'many' || i || '@forthcoffee.com', 'M', 1, 'forthcoffee'"
      " FROM generate_series(1, 450) i;"
      "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, "
      "home_directory_id,"
      " home_identity, invitation_state) SELECT 'contoso', 'guest-' || h.user_id, h.user_principal_name, 'M', 2,"
      " 'forthcoffee', h.identity, 2 FROM hearth.users h WHERE h.directory_id = 'forthcoffee' AND h.user_id LIKE "
      "'many%'");
  As("UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = 'forthcoffee'");
  EXPECT_GT(Tell(), 1);
  const auto of = [this](v1::EventType type) {
    return Sql(
        absl::StrCat("SELECT count(*) FROM hearth.events WHERE directory_id = 'contoso' AND type = ", type))[0][0];
  };
  const std::string known = of(v1::EVENT_TYPE_ACCOUNT_DISABLED);
  EXPECT_GT(std::stoi(known), 100);
  EXPECT_LE(std::stoi(known), 200) << "one transaction does not tell all";
  As("UPDATE hearth.directories SET suspend_time = NULL WHERE directory_id = 'forthcoffee'");
  TellAll();
  EXPECT_EQ(of(v1::EVENT_TYPE_ACCOUNT_DISABLED), known);
  EXPECT_EQ(of(v1::EVENT_TYPE_ACCOUNT_ENABLED), known);
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.users WHERE NOT home_live")[0][0], "0");
}

TEST_F(EventTest, WhatElseIsTold) {
  As("UPDATE hearth.users SET user_principal_name = 'newname@forthcoffee.com', mail = 'a@b.example'"
     " WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  As("UPDATE hearth.users SET delete_time = now() WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  As("DELETE FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  EXPECT_THAT(Told(kForth), ElementsAre(Pair(v1::EVENT_TYPE_IDENTIFIER_CHANGED, "user2"),
                                        Pair(v1::EVENT_TYPE_RECOVERY_INFORMATION_CHANGED, "user2"),
                                        Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "user2"),
                                        Pair(v1::EVENT_TYPE_ACCOUNT_PURGED, "user2")));
  EXPECT_EQ(Read(kForth)[0].user_principal_name, "newname@forthcoffee.com");
  EXPECT_EQ(Read(kForth)[0].previous_principal_name, "user2@forthcoffee.com");
  EXPECT_EQ(Read(kForth)[1].previous_principal_name, "");
}

TEST_F(EventTest, WhatIsNoNewsIsNotTold) {
  As(std::string("UPDATE hearth.users SET display_name = 'Somebody', revision = revision + 1") + kUser1);
  EXPECT_THAT(Told(kForth), IsEmpty());
}

TEST_F(EventTest, WhatIsRolledBackIsNotTold) {
  const Scope forth = {kForth};
  EXPECT_FALSE(
      SqlAsApp(&forth, std::string("UPDATE hearth.users SET disabled = true") + kUser1 + "; SELECT 1 / 0").ok());
  EXPECT_THAT(Told(kForth), IsEmpty());
}

// The trap of sequences: an event that is committed late must not come behind a place that was told already.
TEST_F(EventTest, AnEventThatIsCommittedLateGetsALaterPlace) {
  pqxx::connection connection(app_conninfo());
  pqxx::work late(connection);
  late.exec("SET LOCAL hearth.directories = '{forthcoffee,contoso}'");
  late.exec(std::string("UPDATE hearth.users SET disabled = true") + kUser1);
  As("UPDATE hearth.users SET disabled = true WHERE directory_id = 'forthcoffee' AND user_id = 'user2'");
  EXPECT_THAT(Told(kForth), ElementsAre(Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "user2")));
  late.commit();
  EXPECT_THAT(Told(kForth), ElementsAre(Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "user2"),
                                        Pair(v1::EVENT_TYPE_ACCOUNT_DISABLED, "user1")));
}

// Many who change the same people, and replicas that give places: no gaps, and each person's events in the order in which they happened.
TEST_F(EventTest, PlacesHaveNoGapsAndKeepTheOrderOfEachPerson) {
  std::atomic<int> changing = 4;
  std::vector<std::function<void()>> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        As(absl::StrCat(
            "UPDATE hearth.users SET revision = revision + 1, sessions_valid_after = clock_timestamp() + interval"
            " '1 second' WHERE directory_id = 'forthcoffee' AND user_id = 'user",
            1 + (i + t) % 2, "'"));
      }
      --changing;
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (changing > 0) Sequence();
    });
  }
  RunTogether(threads);
  const auto events = Read(kForth);
  std::map<std::string, absl::Time> before;
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence, static_cast<int64_t>(i) + 1);
    EXPECT_GT(events[i].sessions_valid_after, before[events[i].user_id]) << i;
    before[events[i].user_id] = events[i].sessions_valid_after;
  }
  EXPECT_GT(events.size(), 50u);
}

TEST_F(EventTest, ResumeTokensAreOfOneDirectoryAndOfThisServer) {
  const ResumeTokens tokens(keyring());
  const std::string token = tokens.Make(kForth, {.sequence = 17, .event_id = "the-event"});
  ASSERT_THAT(tokens.Read(kForth, token), IsOk());
  EXPECT_EQ(tokens.Read(kForth, token)->sequence, 17);
  EXPECT_EQ(tokens.Read(kForth, token)->event_id, "the-event");
  EXPECT_THAT(tokens.Read(kContoso, token), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID));
  for (const std::string& forged : {std::string(), std::string("17"), token + "AA", token.substr(0, 8),
                                    std::string("\n"), std::string(500, 'A'), std::string("!") + token.substr(1)}) {
    EXPECT_THAT(tokens.Read(kForth, forged), HasReason(v1::ERROR_REASON_RESUME_TOKEN_INVALID)) << forged;
  }
}

}  // namespace
}  // namespace hearth::test
