#include "server/guest/guest_store.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/directory/user_store.h"

namespace hearth {
namespace {

constexpr Statement kGet{"guest_get", "SELECT * FROM hearth.get_guests($1::text[], $2::text[], $3::text[])"};
constexpr Statement kResolve{"guest_resolve",
                             "SELECT ord, kind, domain, issuer, help_uri, contact"
                             " FROM hearth.resolve_homes($1::text[], $2::text[], $3::text[], $4::text[])"};

// Each class of guests (a state, live or deleted) is read in the order of its index and no further than a page; then the people on the page, each by
// its key. So a list costs the same however many guests there are and whatever the planner believes of them. A statement for each index.
#define HEARTH_LIST_GUESTS(guests)                                                                                    \
  "SELECT p.* FROM (SELECT g.user_id FROM unnest($4::smallint[]) s(state) CROSS JOIN unnest($5::boolean[]) l(live)"   \
  " CROSS JOIN LATERAL (" guests                                                                                      \
  " LIMIT $3) g ORDER BY g.user_id LIMIT $3) page"                                                                    \
  " CROSS JOIN LATERAL (SELECT * FROM hearth.people WHERE people.directory_id = $1 AND people.user_id = page.user_id" \
  " LIMIT 1) p ORDER BY p.user_id"
#define HEARTH_GUESTS(where)                                                                  \
  "SELECT u.user_id FROM hearth.users u WHERE " where                                         \
  " AND u.invitation_state = s.state AND (u.delete_time IS NULL) = l.live AND u.user_id > $2" \
  " ORDER BY u.user_id"
// Those without an invitation that could still be redeemed: one look for each, in their order. The LIMIT, which nothing reaches, keeps the planner from
// weighing that look against ways to find guests which read all of them.
#define HEARTH_STALE_GUESTS(where) \
  "SELECT w.user_id FROM (" HEARTH_GUESTS(where) " LIMIT $3::bigint + 1000000000000) w WHERE coalesce((SELECT" \
  " i.expire_time <= now() FROM hearth.invitations i WHERE i.directory_id = $1 AND i.user_id = w.user_id), true)" \
  " ORDER BY w.user_id"
// In "C", as in the indexes of guests only: migrations/0033_guest_lists.sql.
#define HEARTH_GUEST \
  "u.directory_id COLLATE \"C\" = $1 AND (u.user_type = 2 OR u.home_directory_id IS DISTINCT FROM u.directory_id)"
#define HEARTH_GUEST_OF_HOME \
  "u.directory_id COLLATE \"C\" = $1 AND u.home_directory_id <> u.directory_id AND u.home_directory_id = $6"

constexpr Statement kList{"guest_list", HEARTH_LIST_GUESTS(HEARTH_GUESTS(HEARTH_GUEST))};
constexpr Statement kListStale{"guest_list_stale", HEARTH_LIST_GUESTS(HEARTH_STALE_GUESTS(HEARTH_GUEST))};
constexpr Statement kListOfHome{"guest_list_of_home", HEARTH_LIST_GUESTS(HEARTH_GUESTS(HEARTH_GUEST_OF_HOME))};
constexpr Statement kListStaleOfHome{"guest_list_stale_of_home",
                                     HEARTH_LIST_GUESTS(HEARTH_STALE_GUESTS(HEARTH_GUEST_OF_HOME))};
constexpr Statement kIsHeldLocally{
    "guest_is_held_locally",
    "SELECT 1 FROM hearth.users WHERE directory_id = $1 AND lower(mail COLLATE \"C\") = $3 AND mail <> ''"
    " AND delete_time IS NULL AND home_directory_id = directory_id AND user_id <> $2 LIMIT 1"};
constexpr Statement kLink{
    "guest_link",
    "UPDATE hearth.users g SET invitation_state = 2, home_identity = h.identity, user_principal_name ="
    " h.user_principal_name, mail = h.mail, home_active = NOT h.disabled AND h.delete_time IS NULL, consent_time = "
    "now(),"
    " sessions_valid_after = now(), update_time = now(), revision = g.revision + 1"
    " FROM hearth.users h WHERE g.directory_id = $1 AND g.user_id = $2 AND h.directory_id = $3 AND h.user_id = $4"
    " AND g.invitation_state = 1 AND g.home_directory_id = h.directory_id AND h.home_directory_id = h.directory_id"
    " AND NOT hearth.name_taken($1, $2, h.user_principal_name)"};
constexpr Statement kLinkOutsider{
    "guest_link_outsider",
    "UPDATE hearth.users g SET invitation_state = 2, home_subject = $4, consent_time = now(),"
    " sessions_valid_after = now(), update_time = now(), revision = g.revision + 1"
    " WHERE g.directory_id = $1 AND g.user_id = $2 AND g.invitation_state = 1 AND g.home_issuer = $3"
    " AND NOT EXISTS (SELECT 1 FROM hearth.users o WHERE o.directory_id = $1 AND o.home_issuer = $3"
    " AND o.home_subject = $4 AND o.delete_time IS NULL)"};
constexpr Statement kMoveAway{
    "guest_move_away",
    "UPDATE hearth.users SET home_directory_id = nullif($4::text, ''), home_issuer = nullif($5::text, ''),"
    " home_identity = NULL, home_active = true, invitation_state = 1, user_principal_name = $3, mail = $3,"
    " consent_time = NULL, sessions_valid_after = now(), update_time = now(), revision = revision + 1"
    " WHERE directory_id = $1 AND user_id = $2 AND NOT hearth.name_taken($1, $2, $3)"};
constexpr Statement kMoveHere{
    "guest_move_here",
    "UPDATE hearth.users SET home_directory_id = $1, home_issuer = NULL, home_identity = NULL, home_active = true,"
    " invitation_state = 0, user_principal_name = $3, consent_time = NULL, sessions_valid_after = now(),"
    " update_time = now(), revision = revision + 1"
    " WHERE directory_id = $1 AND user_id = $2 AND NOT hearth.name_taken($1, $2, $3)"};
constexpr Statement kWithdraw{
    "guest_withdraw",
    "UPDATE hearth.users SET delete_time = now(), home_identity = NULL, invitation_state = 1, consent_time = NULL,"
    " sessions_valid_after = now(), update_time = now(), revision = revision + 1 WHERE directory_id = $1 AND user_id = "
    "$2"};
constexpr Statement kUpdate{
    "guest_update",
    "UPDATE hearth.users SET display_name = $3, sponsor_id = $4, user_type = $5, preferred_language = $6,"
    " update_time = now(), revision = revision + 1 WHERE directory_id = $1 AND user_id = $2"};

#define HEARTH_LATELY_INVITED                                                                                  \
  "EXISTS (SELECT 1 FROM hearth.invitations i WHERE i.directory_id = u.directory_id AND i.user_id = u.user_id" \
  " AND i.expire_time >= now() - interval '30 days')"
constexpr Statement kLockStale{"guest_lock_stale",
                               "SELECT u.user_id FROM hearth.users u WHERE " HEARTH_GUEST
                               " AND u.invitation_state = 1 AND u.delete_time IS NULL"
                               " AND u.update_time < now() - interval '30 days' AND NOT " HEARTH_LATELY_INVITED
                               " ORDER BY u.user_id LIMIT $2 FOR UPDATE SKIP LOCKED"};
// Asks again, now that they are locked: an invitation may have been sent again meanwhile.
constexpr Statement kRemoveStale{
    "guest_remove_stale",
    "UPDATE hearth.users u SET delete_time = now(), update_time = now(), sessions_valid_after = now(),"
    " revision = revision + 1 WHERE u.directory_id = $1 AND u.user_id = ANY ($2::text[])"
    " AND NOT " HEARTH_LATELY_INVITED " RETURNING u.user_id, u.user_principal_name, coalesce(u.home_directory_id, '')"};

// The keys as the array parameters of a statement.
struct Columns {
  explicit Columns(const std::vector<GuestKey>& keys) {
    std::set<std::string> distinct;
    std::vector<std::string> all_directories, all_askers, all_whos;
    for (const GuestKey& key : keys) {
      distinct.insert(key.asker.directory);
      all_directories.push_back(key.asker.directory);
      all_askers.push_back(key.asker.subject);
      all_whos.push_back(key.who);
    }
    scope = TextArray({distinct.begin(), distinct.end()});
    directories = TextArray(all_directories);
    askers = TextArray(all_askers);
    whos = TextArray(all_whos);
  }

  std::string scope, directories, askers, whos;
};

}  // namespace

std::vector<std::optional<User>> GetGuests(Tx& tx, const std::vector<GuestKey>& keys) {
  const Columns columns(keys);
  std::map<std::pair<std::string, std::string>, User> found;
  for (const auto& row : tx.Exec(kGet, columns.scope, columns.directories, columns.whos)) {
    User guest = UserOf(row);
    found.insert_or_assign({guest.directory, guest.id}, std::move(guest));
  }
  std::vector<std::optional<User>> guests;
  for (const GuestKey& key : keys) {
    const auto guest = found.find({key.asker.directory, key.who});
    guests.push_back(guest == found.end() ? std::nullopt : std::optional(guest->second));
  }
  return guests;
}

std::vector<std::optional<Home>> ResolveHomes(Tx& tx, const std::vector<GuestKey>& keys) {
  const Columns columns(keys);
  std::vector<std::optional<Home>> homes(keys.size());
  for (const auto& row : tx.Exec(kResolve, columns.scope, columns.directories, columns.askers, columns.whos)) {
    const int kind = row["kind"].as<int>();
    if (kind == 0) continue;
    Home& home = homes[row["ord"].as<size_t>() - 1].emplace();
    home.kind = static_cast<v1::Home::Kind>(kind);
    home.domain = row["domain"].c_str();
    home.issuer = row["issuer"].c_str();
    home.help_uri = row["help_uri"].c_str();
    home.contact = row["contact"].c_str();
  }
  return homes;
}

std::vector<User> ListGuests(Tx& tx, std::string_view directory, const GuestQuery& query, const std::string& after,
                             int limit) {
  const std::string own(directory);
  const int state = query.stale ? v1::INVITATION_STATE_PENDING_ACCEPTANCE : query.state;
  const std::string states = state == v1::INVITATION_STATE_UNSPECIFIED ? "{0,1,2}" : absl::StrCat("{", state, "}");
  const std::string live = query.show_deleted ? "{true,false}" : "{true}";
  const pqxx::result rows =
      query.home.has_value()
          ? tx.Exec(query.stale ? kListStaleOfHome : kListOfHome, own, after, limit, states, live, *query.home)
          : tx.Exec(query.stale ? kListStale : kList, own, after, limit, states, live);
  std::vector<User> guests;
  for (const auto& row : rows) guests.push_back(UserOf(row));
  return guests;
}

bool IsHeldLocally(Tx& tx, std::string_view directory, std::string_view guest, const std::string& mail) {
  return !tx.Exec(kIsHeldLocally, std::string(directory), std::string(guest), mail).empty();
}

bool LinkGuest(Tx& tx, const User& guest, std::string_view home_user) {
  return tx.Exec(kLink, guest.directory, guest.id, guest.home.directory, std::string(home_user)).affected_rows() == 1;
}

bool LinkOutsider(Tx& tx, const User& guest, const std::string& subject) {
  return tx.Exec(kLinkOutsider, guest.directory, guest.id, guest.home.issuer, subject).affected_rows() == 1;
}

bool MoveHomeAway(Tx& tx, const User& guest, const std::string& address) {
  return tx.Exec(kMoveAway, guest.directory, guest.id, address, guest.home.directory, guest.home.issuer)
             .affected_rows() == 1;
}

bool MoveHomeHere(Tx& tx, const User& guest, const std::string& user_principal_name) {
  return tx.Exec(kMoveHere, guest.directory, guest.id, user_principal_name).affected_rows() == 1;
}

void WithdrawGuest(Tx& tx, const User& guest) { tx.Exec(kWithdraw, guest.directory, guest.id); }

std::vector<StaleGuest> RemoveStaleGuests(Tx& tx, std::string_view directory, int limit) {
  std::vector<std::string> ids;
  for (const auto& row : tx.Exec(kLockStale, std::string(directory), limit)) ids.push_back(row[0].c_str());
  std::vector<StaleGuest> removed;
  if (ids.empty()) return removed;
  for (const auto& row : tx.Exec(kRemoveStale, std::string(directory), TextArray(ids))) {
    removed.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str()});
  }
  return removed;
}

void UpdateGuest(Tx& tx, const User& guest) {
  tx.Exec(kUpdate, guest.directory, guest.id, guest.display_name, guest.sponsor, static_cast<int>(guest.user_type),
          guest.preferred_language);
}

}  // namespace hearth
