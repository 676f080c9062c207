// Lists of guests, where people are at home, and leaving cost the same in a large directory as in a small one. What is counted is what the database
// reads for the server's own statements, in the server's own sessions: rows of scanned tables and entries of scanned indexes.
#include "server/directory/user_store.h"
#include "server/guest/guest_store.h"
#include "server/guest/membership_store.h"
#include "tests/storage/guest/guest_desk_fixture.h"
#include "tests/support/read_count.h"

namespace hearth::test {
namespace {

constexpr int kPage = 10;
// A page of ten reads some 200; reading any table or any class of the people below to its end is more.
constexpr int64_t kMostRead = 1'000;
// The same of a person's memberships, of which there are 500.
constexpr int64_t kMostReadOfOne = 250;

constexpr Statement kCompiles{"test_compiles", "SHOW jit"};

class FlatTest : public GuestDeskTest {
 protected:
  // Contoso lists 6,000 pending guests of Forth Coffee, half of them with an invitation, 3,000 who have accepted, 6,000 guests from outside Hearth,
  // half of them deleted, and at the very end one of each other kind. user2 of Forth Coffee is a guest in 500 directories.
  void SetUp() override {
    AddFabrikam();
    Sql("ALTER TABLE hearth.users DISABLE TRIGGER USER");
    AddPeople("'contoso', 'p' || i, 'p' || i || '@forthcoffee.com', 'forthcoffee', NULL, 1, NULL, NULL", 6'000);
    AddPeople("'forthcoffee', 'h' || i, 'h' || i || '@forthcoffee.com', 'forthcoffee', NULL, 0, NULL, NULL", 3'000);
    AddPeople(
        "'contoso', 'a' || i, 'h' || i || '@forthcoffee.com', 'forthcoffee', NULL, 2,"
        " (SELECT identity FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'h' || i), NULL",
        3'000);
    AddPeople(
        "'contoso', 'o' || i, 'o' || i || '@example.org', NULL, 'https://accounts.example.com', 2, NULL,"
        " CASE WHEN i > 13000 THEN now() END",
        6'000);
    AddPeople("'contoso', 'z1', 'z1@fabrikam.com', 'fabrikam', NULL, 1, NULL, NULL", 1);
    AddPeople("'contoso', 'z2', 'z2@example.org', NULL, 'https://accounts.example.com', 2, NULL, NULL", 1);
    Sql("ALTER TABLE hearth.users ENABLE TRIGGER USER;"
        "INSERT INTO hearth.invitations (directory_id, user_id, digest, address, inviter, expire_time)"
        " SELECT 'contoso', 'p' || i, '', 'x', 'x', now() + interval '1 day' FROM generate_series(10001, 16000, 2) i;"
        "INSERT INTO hearth.memberships (directory_id, user_id, resource_directory_id, guest_id)"
        " SELECT 'forthcoffee', 'h' || i, 'contoso', 'a' || i FROM generate_series(10001, 13000) i;"
        "INSERT INTO hearth.directories (directory_id, display_name)"
        " SELECT 'd' || i, 'x' FROM generate_series(10001, 10500) i");
    AddPeople(
        "'d' || i, 'g', 'user2@forthcoffee.com', 'forthcoffee', NULL, 2,"
        " (SELECT identity FROM hearth.users WHERE directory_id = 'forthcoffee' AND user_id = 'user2'), NULL",
        500);
    Sql("ANALYZE hearth.users; ANALYZE hearth.invitations; ANALYZE hearth.memberships; ANALYZE hearth.directories");
  }

  // People of these values, where i is 10001 and so on.
  void AddPeople(const std::string& values, int count) {
    Sql(absl::StrCat(
        "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, home_directory_id, home_issuer,"
        " invitation_state, home_identity, delete_time, display_name, user_type) SELECT ",
        values, ", 'x', 2 FROM generate_series(10001, ", 10'000 + count, ") i"));
  }

  // What `body` reads, in a transaction that serves the directory.
  int64_t Reads(const std::string& directory, const std::function<void(Tx&)>& body) {
    return CountReads(database(), {directory}, body);
  }
  // The ids of the page after `after`, which is read without reading more than it takes.
  std::vector<std::string> Ids(const GuestQuery& query, const std::string& after) {
    std::vector<std::string> ids;
    const int64_t reads = Reads(kContoso, [&](Tx& tx) {
      for (const User& guest : ListGuests(tx, kContoso, query, after, kPage)) ids.push_back(guest.id);
    });
    EXPECT_LT(reads, kMostRead) << "state " << query.state << ", home " << query.home.value_or("any") << ", stale "
                                << query.stale << ", deleted " << query.show_deleted << ", after '" << after << "'";
    return ids;
  }
};

TEST_F(FlatTest, EachPageOfEachListOfGuestsReadsLittle) {
  for (const auto state :
       {v1::INVITATION_STATE_UNSPECIFIED, v1::INVITATION_STATE_PENDING_ACCEPTANCE, v1::INVITATION_STATE_ACCEPTED}) {
    for (const std::optional<std::string>& home : {std::optional<std::string>(), std::optional<std::string>(kForth)}) {
      for (const bool stale : {false, true}) {
        for (const bool deleted : {false, true}) {
          Ids({.state = state, .home = home, .stale = stale, .show_deleted = deleted}, "");
          Ids({.state = state, .home = home, .stale = stale, .show_deleted = deleted}, "p13000");
        }
      }
    }
  }
}

TEST_F(FlatTest, GuestsBehindAllOthersAreFoundAtOnce) {
  using testing::ElementsAre;
  EXPECT_THAT(Ids({.home = "fabrikam"}, ""), ElementsAre("z1"));
  EXPECT_THAT(Ids({.home = "fabrikam", .stale = true}, ""), ElementsAre("z1"));
  EXPECT_THAT(Ids({.state = v1::INVITATION_STATE_ACCEPTED, .home = kForth}, "a12999"),
              ElementsAre("a13000", "partner", "visitor"));
  EXPECT_THAT(Ids({.state = v1::INVITATION_STATE_ACCEPTED, .home = {}}, "o13000"),
              ElementsAre("partner", "visitor", "z2"));
  EXPECT_THAT(Ids({}, "o12999"), testing::Contains("o13000"));
}

TEST_F(FlatTest, AnswersAboutOnePersonReadLittle) {
  EXPECT_LT(Reads(kContoso, [](Tx& tx) { EXPECT_TRUE(GetGuests(tx, {{ContosoAdmin(), "p13000"}})[0].has_value()); }),
            kMostReadOfOne);
  EXPECT_LT(
      Reads(kContoso,
            [](Tx& tx) { EXPECT_TRUE(ResolveHomes(tx, {{ContosoAdmin(), "p13000@forthcoffee.com"}})[0].has_value()); }),
      kMostReadOfOne);
}

TEST_F(FlatTest, APersonWhoIsAGuestIn500DirectoriesIsListedByPageAndLeavesOne) {
  for (const char* after : {"", "d10400"}) {
    EXPECT_LT(Reads(kForth,
                    [&](Tx& tx) { EXPECT_EQ(ListMemberships(tx, kForth, "user2", {"", after}, kPage).size(), kPage); }),
              kMostReadOfOne)
        << after;
    EXPECT_LT(
        Reads(kForth,
              [&](Tx& tx) { EXPECT_EQ(ListMemberships(tx, kForth, "-", {"user2", after}, kPage).size(), kPage); }),
        kMostReadOfOne)
        << after;
  }
  EXPECT_LT(Reads("d10400", [](Tx& tx) { WithdrawGuest(tx, *FindUser(tx, "d10400", "g")); }), kMostReadOfOne);
  EXPECT_EQ(MembershipsOf("user2").size(), 499u);
}

TEST_F(GuestDeskTest, NoSessionCompilesStatements) {
  EXPECT_THAT(database().ReadAlone(absl::Now() + absl::Seconds(20),
                                   [](Tx& tx) {
                                     EXPECT_EQ(std::string(tx.Exec(kCompiles)[0][0].c_str()), "off");
                                     return absl::OkStatus();
                                   }),
              IsOk());
}

}  // namespace
}  // namespace hearth::test
