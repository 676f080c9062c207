// Lists of guests, where people are at home, and leaving cost the same in a large directory as in a small one. What is counted is what the database
// reads for the server's own statements, in the server's own sessions: rows of scanned tables and entries of scanned indexes.
#include "server/directory/user_store.h"
#include "server/guest/guest_store.h"
#include "server/guest/membership_store.h"
#include "tests/storage/guest/guest_desk_fixture.h"

namespace hearth::test {
namespace {

constexpr int kPage = 10;
// Half of the invitations below: reading any table or any class of guests to its end is more.
constexpr int64_t kMostRead = 5'000;

constexpr Statement kReadSoFar{
    "test_read_so_far",
    "SELECT sum(coalesce(pg_stat_get_xact_tuples_returned(oid), 0))::bigint FROM pg_class"
    " WHERE relnamespace = 'hearth'::regnamespace"};
constexpr Statement kCompiles{"test_compiles", "SHOW jit"};

class FlatTest : public GuestDeskTest {
 protected:
  // Contoso lists 20,000 pending guests of Forth Coffee, half of them with an invitation, 20,000 guests from outside Hearth, half of them deleted, and
  // at the very end one of each other kind. user2 of Forth Coffee is a guest in 500 directories.
  void SetUp() override {
    AddFabrikam();
    Sql("ALTER TABLE hearth.users DISABLE TRIGGER USER;"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id, invitation_state)"
        " SELECT 'contoso', 'p' || i, 'p' || i || '@forthcoffee.com', 'x', 2, 'forthcoffee', 1 FROM generate_series(10001, 30000) i;"
        "INSERT INTO hearth.invitations (directory_id, user_id, digest, address, inviter, expire_time)"
        " SELECT 'contoso', 'p' || i, '', 'x', 'x', now() + interval '1 day' FROM generate_series(10001, 30000, 2) i;"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_issuer, invitation_state,"
        " delete_time) SELECT 'contoso', 'o' || i, 'o' || i || '@example.org', 'x', 2, 'https://accounts.example.com', 2,"
        " CASE WHEN i > 20000 THEN now() END FROM generate_series(10001, 30000) i;"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id, invitation_state)"
        " VALUES ('contoso', 'z1', 'z1@fabrikam.com', 'x', 2, 'fabrikam', 1);"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_issuer, invitation_state)"
        " VALUES ('contoso', 'z2', 'z2@example.org', 'x', 2, 'https://accounts.example.com', 2);"
        "ALTER TABLE hearth.users ENABLE TRIGGER USER;"
        "INSERT INTO hearth.directories (directory_id, display_name) SELECT 'd' || i, 'x' FROM generate_series(101, 600) i;"
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id, invitation_state,"
        " home_identity) SELECT 'd' || i, 'g', user_principal_name, 'x', 2, 'forthcoffee', 2, identity FROM generate_series(101, 600) i,"
        " hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user2';"
        "ANALYZE hearth.users; ANALYZE hearth.invitations; ANALYZE hearth.memberships; ANALYZE hearth.directories");
  }

  // What `body` reads, in a transaction that serves the directory.
  int64_t Reads(const std::string& directory, const std::function<void(Tx&)>& body) {
    int64_t count = 0;
    const absl::Status status = database().Write({directory}, absl::Now() + absl::Seconds(20), [&](Tx& tx) {
      const auto before = tx.Exec(kReadSoFar)[0][0].as<int64_t>();
      body(tx);
      count = tx.Exec(kReadSoFar)[0][0].as<int64_t>() - before;
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    EXPECT_GT(count, 0) << "the database counts";
    return count;
  }
  // The ids of the page after `after`, which is read without reading more than it takes.
  std::vector<std::string> Ids(const GuestQuery& query, const std::string& after) {
    std::vector<std::string> ids;
    const int64_t reads = Reads(kContoso, [&](Tx& tx) {
      for (const User& guest : ListGuests(tx, kContoso, query, after, kPage)) ids.push_back(guest.id);
    });
    EXPECT_LT(reads, kMostRead) << "state " << query.state << ", home " << query.home.value_or("any") << ", stale " << query.stale << ", deleted "
                                << query.show_deleted << ", after '" << after << "'";
    return ids;
  }
};

TEST_F(FlatTest, EachPageOfEachListOfGuestsReadsLittle) {
  for (const auto state : {v1::INVITATION_STATE_UNSPECIFIED, v1::INVITATION_STATE_PENDING_ACCEPTANCE, v1::INVITATION_STATE_ACCEPTED}) {
    for (const std::optional<std::string>& home : {std::optional<std::string>(), std::optional<std::string>(kForth)}) {
      for (const bool stale : {false, true}) {
        for (const bool deleted : {false, true}) {
          Ids({.state = state, .home = home, .stale = stale, .show_deleted = deleted}, "");
          Ids({.state = state, .home = home, .stale = stale, .show_deleted = deleted}, "p25000");
        }
      }
    }
  }
}

TEST_F(FlatTest, GuestsBehindAllOthersAreFoundAtOnce) {
  using testing::ElementsAre;
  EXPECT_THAT(Ids({.home = "fabrikam"}, ""), ElementsAre("z1"));
  EXPECT_THAT(Ids({.home = "fabrikam", .stale = true}, ""), ElementsAre("z1"));
  EXPECT_THAT(Ids({.state = v1::INVITATION_STATE_ACCEPTED, .home = kForth}, ""), ElementsAre("partner", "visitor"));
  EXPECT_THAT(Ids({.state = v1::INVITATION_STATE_ACCEPTED, .home = {}}, "o20000"), ElementsAre("partner", "visitor", "z2"));
  EXPECT_THAT(Ids({}, "o19999"), testing::Contains("o20000"));
}

TEST_F(FlatTest, AnswersAboutOnePersonReadLittle) {
  EXPECT_LT(Reads(kContoso, [](Tx& tx) { EXPECT_TRUE(GetGuests(tx, {{ContosoAdmin(), "p25000"}})[0].has_value()); }), kMostRead / 10);
  EXPECT_LT(Reads(kContoso, [](Tx& tx) { EXPECT_TRUE(ResolveHomes(tx, {{ContosoAdmin(), "p25000@forthcoffee.com"}})[0].has_value()); }),
            kMostRead / 10);
}

TEST_F(FlatTest, APersonWhoIsAGuestIn500DirectoriesIsListedByPageAndLeavesOne) {
  for (const char* after : {"", "d500"}) {
    EXPECT_LT(Reads(kForth, [&](Tx& tx) { EXPECT_EQ(ListMemberships(tx, kForth, "user2", {"", after}, kPage).size(), kPage); }), 100) << after;
    EXPECT_LT(Reads(kForth, [&](Tx& tx) { EXPECT_EQ(ListMemberships(tx, kForth, "-", {"user2", after}, kPage).size(), kPage); }), 100) << after;
  }
  EXPECT_LT(Reads("d500", [](Tx& tx) { WithdrawGuest(tx, *FindUser(tx, "d500", "g")); }), 100);
  EXPECT_EQ(MembershipsOf("user2").size(), 499u);
}

TEST_F(FlatTest, NoSessionCompilesStatements) {
  EXPECT_THAT(database().ReadAlone(absl::Now() + absl::Seconds(20),
                                   [](Tx& tx) {
                                     EXPECT_EQ(std::string(tx.Exec(kCompiles)[0][0].c_str()), "off");
                                     return absl::OkStatus();
                                   }),
              IsOk());
}

}  // namespace
}  // namespace hearth::test
