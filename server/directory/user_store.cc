#include "server/directory/user_store.h"

#include "absl/strings/str_split.h"

namespace hearth {
namespace {

constexpr Statement kFind{"user_find", "SELECT * FROM hearth.people WHERE directory_id = $1 AND user_id = $2"};
// The index of names knows the table's delete_time, which the view tells in another form.
constexpr Statement kFindByName{
    "user_find_by_name",
    "SELECT * FROM hearth.people WHERE directory_id = $1 AND user_id = (SELECT user_id FROM hearth.users"
    " WHERE directory_id = $1 AND user_principal_name = $2 AND delete_time IS NULL)"};
// Whoever is not there costs the work of the directory's first person. One value in parentheses: row-level security lets no other expression use an index.
#define HEARTH_FIND_EVENLY(whom)                                                                            \
  "SELECT * FROM hearth.people WHERE directory_id = $1 AND user_id = (SELECT coalesce((SELECT user_id FROM" \
  " hearth.users WHERE directory_id = $1 AND " whom                                                         \
  "), (SELECT min(user_id) FROM hearth.users WHERE directory_id"                                            \
  " = $1)))"
constexpr Statement kFindEvenly{"user_find_evenly", HEARTH_FIND_EVENLY("user_id = $2")};
constexpr Statement kFindByNameEvenly{"user_find_by_name_evenly",
                                      HEARTH_FIND_EVENLY("user_principal_name = $2 AND delete_time IS NULL")};
constexpr Statement kFindByAddress{
    "user_find_by_address",
    "SELECT * FROM hearth.people WHERE directory_id = $1 AND user_id IN (SELECT user_id FROM hearth.users"
    " WHERE directory_id = $1 AND home_directory_id = $1 AND delete_time IS NULL"
    " AND (alternate_mails @> ARRAY[$2::text] OR (mail <> '' AND lower(mail COLLATE \"C\") = $2))) LIMIT 2"};
constexpr Statement kListHolders{
    "user_list_holders",
    "SELECT * FROM hearth.people WHERE directory_id = $1 AND home_kind = 1 AND delete_time IS NULL AND NOT disabled"
    " AND user_id IN (SELECT h.user_id FROM hearth.held_roles h JOIN hearth.users u USING (directory_id, user_id)"
    " WHERE h.directory_id = $1 AND h.role = ANY ($2::text[]) AND hearth.roles_count(u))"
    " ORDER BY user_id LIMIT 1000"};
constexpr Statement kLock{"user_lock", "SELECT hearth.lock_person($1, $2)"};
constexpr Statement kList{
    "user_list",
    "SELECT * FROM hearth.people WHERE directory_id = $1 AND user_id > $2 AND ($4 OR delete_time IS NULL)"
    " AND ($5::text[] IS NULL OR user_id IN (SELECT m.user_id FROM hearth.administrative_unit_members m"
    " WHERE m.directory_id = $1 AND m.unit_id = ANY ($5::text[]))) ORDER BY user_id LIMIT $3"};
constexpr Statement kInsert{
    "user_insert",
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, mail, user_type,"
    " home_directory_id, home_issuer, invitation_state, sponsor_id, alternate_mails, preferred_language)"
    " SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::smallint, nullif($7::text, ''),"
    " nullif($8::text, ''), $9::smallint, $10::text, $11::text[], $12::text WHERE hearth.claim_subject($1::text, "
    "$2::text)"
    " ON CONFLICT DO NOTHING"};
// A taken principal name makes this update no row instead of failing; a race for it is decided by the unique
// index.
constexpr Statement kUpdate{
    "user_update",
    "UPDATE hearth.users u SET user_principal_name = $3, display_name = $4, mail = "
    "$5, user_type = $6, alternate_mails = $7::text[], preferred_language = $8, update_time = now(),"
    " revision = revision + 1 WHERE directory_id = $1 AND user_id = $2 AND NOT "
    "EXISTS (SELECT 1 FROM hearth.users o"
    " WHERE o.directory_id = $1 AND o.user_principal_name = $3 AND o.user_id <> $2 "
    "AND o.delete_time IS NULL)"};
constexpr Statement kTouch{"user_touch",
                           "UPDATE hearth.users SET update_time = now(), revision = revision + 1"
                           " WHERE directory_id = $1 AND user_id = $2"};
constexpr Statement kSetDisabled{
    "user_set_disabled",
    "UPDATE hearth.users SET disabled = $3, update_time = now(), revision = revision + 1,"
    " sessions_valid_after = CASE WHEN $3 THEN now() ELSE sessions_valid_after END WHERE directory_id = $1 "
    "AND user_id = $2"};
constexpr Statement kMarkDeleted{"user_delete",
                                 "UPDATE hearth.users SET delete_time = now(), update_time = now(), "
                                 "sessions_valid_after = now(), revision = revision + 1"
                                 " WHERE directory_id = $1 AND user_id = $2"};
constexpr Statement kRestore{
    "user_restore",
    "UPDATE hearth.users u SET delete_time = NULL, update_time = now(), revision = revision + 1"
    " WHERE directory_id = $1 AND user_id = $2 AND NOT EXISTS (SELECT 1 FROM hearth.users o WHERE "
    "o.directory_id = $1"
    " AND o.user_principal_name = u.user_principal_name AND o.user_id <> $2 AND o.delete_time IS NULL)"};
constexpr Statement kCutSessions{
    "user_cut_sessions",
    "UPDATE hearth.users SET sessions_valid_after = now(), revision = revision + 1, update_time = now()"
    " WHERE directory_id = $1 AND user_id = $2 RETURNING hearth.micros(sessions_valid_after)"};
constexpr Statement kPurge{"user_purge",
                           "DELETE FROM hearth.users WHERE delete_time < now() - interval '30 days'"
                           " AND directory_id = ANY (hearth.served())"};

Home HomeOf(const pqxx::row& row) {
  Home home;
  home.kind = static_cast<v1::Home::Kind>(row["home_kind"].as<int>());
  home.directory = row["home_directory_id"].as<std::string>("");
  home.domain = row["home_domain"].c_str();
  home.issuer = row["home_issuer"].as<std::string>("");
  home.help_uri = row["home_help_uri"].c_str();
  home.contact = row["home_contact"].c_str();
  return home;
}

}  // namespace

User UserOf(const pqxx::row& row) {
  User user;
  user.directory = row["directory_id"].c_str();
  user.id = row["user_id"].c_str();
  user.user_principal_name = row["user_principal_name"].c_str();
  user.display_name = row["display_name"].c_str();
  user.mail = row["mail"].c_str();
  for (const absl::string_view address : absl::StrSplit(row["alternate_mails"].c_str(), ' ', absl::SkipEmpty())) {
    user.alternate_mails.emplace_back(address);
  }
  user.preferred_language = row["preferred_language"].c_str();
  user.user_type = static_cast<v1::UserType>(row["user_type"].as<int>());
  user.home = HomeOf(row);
  user.invitation_state = static_cast<v1::InvitationState>(row["invitation_state"].as<int>());
  user.invitation_expire_time = ToTime(row["invitation_expire_time"]);
  user.sponsor = row["sponsor_id"].c_str();
  user.disabled_at_home = row["disabled_at_home"].as<bool>();
  user.disabled = row["disabled"].as<bool>();
  user.roles = ParseHeldRoles(row["roles"].c_str());
  user.units = ParseUnits(row["units"].c_str());
  user.privileged_group = row["privileged_group"].as<bool>();
  user.password_set = row["password_set"].as<bool>();
  user.must_change = row["must_change"].as<bool>();
  user.password_change_time = ToTime(row["password_change_time"]);
  user.password_expire_time = ToTime(row["password_expire_time"]);
  user.sessions_valid_after = ToTime(row["sessions_valid_after"]);
  user.create_time = ToTime(row["create_time"]);
  user.update_time = ToTime(row["update_time"]);
  user.delete_time = ToTime(row["delete_time"]);
  user.restorable = row["restorable"].as<bool>();
  user.revision = row["revision"].as<int64_t>();
  return user;
}

std::optional<User> FindUser(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(UserOf(rows[0]));
}

std::optional<User> FindUserByPrincipalName(Tx& tx, std::string_view directory,
                                            const std::string& user_principal_name) {
  const pqxx::result rows = tx.Exec(kFindByName, std::string(directory), user_principal_name);
  return rows.empty() ? std::nullopt : std::optional(UserOf(rows[0]));
}

std::optional<User> FindUserEvenly(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFindEvenly, std::string(directory), std::string(id));
  if (rows.empty()) return std::nullopt;
  User user = UserOf(rows[0]);
  return user.id == id ? std::optional(std::move(user)) : std::nullopt;
}

std::optional<User> FindUserByPrincipalNameEvenly(Tx& tx, std::string_view directory,
                                                  const std::string& user_principal_name) {
  const pqxx::result rows = tx.Exec(kFindByNameEvenly, std::string(directory), user_principal_name);
  if (rows.empty()) return std::nullopt;
  User user = UserOf(rows[0]);
  const bool sought = user.user_principal_name == user_principal_name && !user.deleted();
  return sought ? std::optional(std::move(user)) : std::nullopt;
}

std::vector<User> FindUsersByAddress(Tx& tx, std::string_view directory, const std::string& address) {
  std::vector<User> users;
  for (const auto& row : tx.Exec(kFindByAddress, std::string(directory), address)) users.push_back(UserOf(row));
  return users;
}

std::vector<User> ListHolders(Tx& tx, std::string_view directory, const std::vector<v1::Role>& roles) {
  std::vector<std::string> ids;
  for (const v1::Role role : roles) ids.push_back(RoleId(role));
  std::vector<User> users;
  for (const auto& row : tx.Exec(kListHolders, std::string(directory), TextArray(ids))) users.push_back(UserOf(row));
  return users;
}

bool LockUser(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kLock, std::string(directory), std::string(id))[0][0].as<bool>();
}

std::vector<User> ListUsers(Tx& tx, std::string_view directory, const std::string& after, int limit, bool show_deleted,
                            const std::optional<std::vector<std::string>>& units) {
  std::optional<std::string> only;
  if (units.has_value()) only = TextArray(*units);
  std::vector<User> users;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit, show_deleted, only)) {
    users.push_back(UserOf(row));
  }
  return users;
}

bool InsertUser(Tx& tx, const User& user) {
  return tx.Exec(kInsert, user.directory, user.id, user.user_principal_name, user.display_name, user.mail,
                 static_cast<int>(user.user_type), user.home.directory, user.home.issuer,
                 static_cast<int>(user.invitation_state), user.sponsor, TextArray(user.alternate_mails),
                 user.preferred_language)
             .affected_rows() == 1;
}

bool UpdateUser(Tx& tx, const User& user) {
  return tx.Exec(kUpdate, user.directory, user.id, user.user_principal_name, user.display_name, user.mail,
                 static_cast<int>(user.user_type), TextArray(user.alternate_mails), user.preferred_language)
             .affected_rows() == 1;
}

void TouchUser(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kTouch, std::string(directory), std::string(id));
}

void SetDisabled(Tx& tx, std::string_view directory, std::string_view id, bool disabled) {
  tx.Exec(kSetDisabled, std::string(directory), std::string(id), disabled);
}

void MarkDeleted(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kMarkDeleted, std::string(directory), std::string(id));
}

bool Restore(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kRestore, std::string(directory), std::string(id)).affected_rows() == 1;
}

absl::Time CutSessions(Tx& tx, std::string_view directory, std::string_view id) {
  return ToTime(tx.Exec(kCutSessions, std::string(directory), std::string(id))[0][0]);
}

int PurgeUsers(Tx& tx) { return static_cast<int>(tx.Exec(kPurge).affected_rows()); }

}  // namespace hearth
