#include "tests/rpc/cells.h"

#include <atomic>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace hearth::test {
namespace {

constexpr int kThreads = 8;

constexpr char kMorePeople[] =
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)"
    " SELECT '{d}', id, id || '@{d}.com', 'x', 1, '{d}' FROM unnest('{two-roles,half-and-half,wide,second-global,"
    "guest-admin-at-home,stopped-at-home}'::text[]) id;";
constexpr char kMoreGuests[] =
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id,"
    " invitation_state, home_identity) SELECT '{d}', replace(h.user_id, '-at-home', ''), h.user_principal_name, 'x', 2,"
    " '{o}', 2, h.identity FROM hearth.users h WHERE h.directory_id = '{o}' AND h.user_id IN ('guest-admin-at-home', "
    "'stopped-at-home');"
    "UPDATE hearth.users SET disabled = true WHERE directory_id = '{o}' AND user_id = 'stopped-at-home';"
    "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES"
    " ('{d}', 'two-roles', 'helpdesk_administrator'), ('{d}', 'two-roles', 'directory_readers'),"
    " ('{d}', 'half-and-half', 'groups_administrator'), ('{d}', 'half-and-half', 'authentication_administrator'),"
    " ('{d}', 'wide', 'user_administrator'), ('{d}', 'wide', 'authentication_administrator'),"
    " ('{d}', 'second-global', 'global_administrator'), ('{d}', 'guest-admin', 'global_administrator');";

// In Forth Coffee alone: people of an administrative unit (north), of a restricted one (board), of both, and those whose roles are limited to one;
// of groups, with and without roles; and holders of a custom role.
constexpr char kUnits[] =
    "INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted)"
    " VALUES ('forthcoffee', 'board', 'x', true);"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)"
    " SELECT 'forthcoffee', id, id || '@forthcoffee.com', 'x', 1, 'forthcoffee' FROM unnest('{in-both,board-global,"
    "board-user-admin,board-privileged,north-helpdesk,north-user-admin,north-privileged,north-and-all,warden,"
    "warden-owner,idler,singer,receptionist,north-reception}'::text[]) id;"
    "INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable) VALUES"
    " ('forthcoffee', 'wardens', 'x', true), ('forthcoffee', 'idlers', 'x', true), ('forthcoffee', 'choir', 'x', "
    "false);"
    "INSERT INTO hearth.group_role_assignments (directory_id, group_id, role) VALUES"
    " ('forthcoffee', 'wardens', 'user_administrator');"
    "INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation) VALUES"
    " ('forthcoffee', 'wardens', 'warden', 1), ('forthcoffee', 'wardens', 'warden-owner', 2),"
    " ('forthcoffee', 'idlers', 'idler', 1), ('forthcoffee', 'choir', 'singer', 1);"
    "INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions) VALUES"
    " ('forthcoffee', 'reception', 'x', '{users.read,users.write,resets.perform}');"
    "INSERT INTO hearth.role_assignments (directory_id, user_id, role, unit_id) VALUES"
    " ('forthcoffee', 'receptionist', 'custom.reception', ''),"
    " ('forthcoffee', 'north-reception', 'custom.reception', 'north'),"
    " ('forthcoffee', 'board-global', 'global_administrator', ''),"
    " ('forthcoffee', 'board-user-admin', 'user_administrator', 'board'),"
    " ('forthcoffee', 'board-privileged', 'privileged_authentication_administrator', 'board'),"
    " ('forthcoffee', 'north-helpdesk', 'helpdesk_administrator', 'north'),"
    " ('forthcoffee', 'north-user-admin', 'user_administrator', 'north'),"
    " ('forthcoffee', 'north-privileged', 'privileged_authentication_administrator', 'north'),"
    " ('forthcoffee', 'north-and-all', 'user_administrator', 'north'),"
    " ('forthcoffee', 'north-and-all', 'helpdesk_administrator', '');"
    "INSERT INTO hearth.administrative_unit_members (directory_id, unit_id, user_id)"
    " SELECT 'forthcoffee', 'north', id FROM unnest('{user1,in-both,visitor,external,disabled,password-administrator,"
    "second-global,north-helpdesk,north-user-admin}'::text[]) id"
    " UNION ALL SELECT 'forthcoffee', 'board', id FROM unnest('{user2,in-both,board-global,contractor,"
    "board-user-admin,partner,reports-reader}'::text[]) id;";

struct Person {
  std::string directory, id, principal_name, home_directory;
  bool guest, disabled, deleted;
  std::vector<OracleRole> roles;
  std::map<std::string, bool> units;
  bool in_group;
  bool at_home;  // Homed here; or a guest who has redeemed, and whom home has neither disabled nor deleted.
};

// "helpdesk_administrator@,custom.reception@north=users.read+users.write"
std::vector<OracleRole> ParseRoles(const std::string& texts) {
  std::vector<OracleRole> roles;
  for (const auto& text : absl::StrSplit(texts, ',', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("@="));
    OracleRole& held = roles.emplace_back();
    held.unit = parts.at(1);
    if (parts[0].starts_with("custom.")) {
      held.custom = parts[0];
      held.permissions = absl::StrSplit(parts.at(2), '+');
    } else {
      EXPECT_TRUE(v1::Role_Parse("ROLE_" + absl::AsciiStrToUpper(parts[0]), &held.role)) << text;
    }
  }
  return roles;
}

// "board!,north"
std::map<std::string, bool> ParseUnits(const std::string& texts) {
  std::map<std::string, bool> units;
  for (const auto& view : absl::StrSplit(texts, ',', absl::SkipEmpty())) {
    const std::string text(view);
    const bool restricted = text.back() == '!';
    units[restricted ? text.substr(0, text.size() - 1) : text] = restricted;
  }
  return units;
}

std::vector<Person> AllPeople(const RunSql& sql) {
  std::vector<Person> people;
  for (const auto& row :
       sql("SELECT u.directory_id, u.user_id, u.user_principal_name, coalesce(u.home_directory_id, ''), u.user_type = "
           "2, u.disabled, u.delete_time IS NOT NULL,"
           " coalesce((SELECT string_agg(r.role || '@' || r.unit_id || coalesce('=' || array_to_string(c.permissions, "
           "'+'), ''), ',')"
           "  FROM (SELECT directory_id, user_id, role, unit_id FROM hearth.role_assignments UNION ALL"
           "        SELECT g.directory_id, m.user_id, g.role, g.unit_id FROM hearth.group_role_assignments g"
           "        JOIN hearth.group_members m USING (directory_id, group_id) WHERE m.relation = 1) r"
           "  LEFT JOIN hearth.custom_roles c ON c.directory_id = r.directory_id AND 'custom.' || c.custom_role_id = "
           "r.role"
           "  WHERE (r.directory_id, r.user_id) = (u.directory_id, u.user_id)), ''),"
           " coalesce((SELECT string_agg(n.unit_id || CASE WHEN n.restricted THEN '!' ELSE '' END, ',')"
           "           FROM hearth.administrative_unit_members m JOIN hearth.administrative_units n USING "
           "(directory_id, unit_id)"
           "           WHERE (m.directory_id, m.user_id) = (u.directory_id, u.user_id)), ''),"
           " EXISTS (SELECT 1 FROM hearth.group_members m JOIN hearth.groups g USING (directory_id, group_id)"
           "         WHERE g.role_assignable AND (m.directory_id, m.user_id) = (u.directory_id, u.user_id)),"
           " u.home_directory_id = u.directory_id OR (u.invitation_state = 2 AND (u.home_issuer IS NOT NULL OR EXISTS"
           "   (SELECT 1 FROM hearth.users h WHERE h.directory_id = u.home_directory_id AND h.identity = "
           "u.home_identity AND NOT h.disabled AND h.delete_time IS NULL))) FROM hearth.users u")) {
    people.push_back({row[0], row[1], row[2], row[3], row[4] == "t", row[5] == "t", row[6] == "t", ParseRoles(row[7]),
                      ParseUnits(row[8]), row[9] == "t", row[10] == "t"});
  }
  return people;
}

OracleTarget Listed(const Person& person) {
  OracleTarget target{.listed = true,
                      .id = person.id,
                      .guest = person.guest,
                      .disabled = person.disabled,
                      .roles = person.roles,
                      .units = person.units,
                      .restricted = {"board"},
                      .in_group = person.in_group};
  if (person.home_directory.empty()) {
    target.home = HomeKind::kOutsideHearth;
  } else if (person.home_directory != person.directory) {
    target.home = HomeKind::kElsewhere;
  }
  return target;
}

// A live person of the directory by their principal name; or what their name says by its domain alone.
OracleTarget ByPrincipalName(const std::vector<Person>& people, const std::map<std::string, std::string>& domains,
                             const std::string& directory, const std::string& principal_name) {
  for (const Person& person : people) {
    if (person.directory == directory && !person.deleted && person.principal_name == principal_name)
      return Listed(person);
  }
  const auto owner = domains.find(principal_name.substr(principal_name.find('@') + 1));
  return {.own_domain = owner != domains.end() && owner->second == directory, .known_domain = owner != domains.end()};
}

}  // namespace

std::string MorePeopleSql() {
  std::string sql;
  for (const std::string directory : {kForth, kContoso}) {
    sql += absl::StrReplaceAll(kMorePeople, {{"{d}", directory}, {"{o}", OtherOf(directory)}});
  }
  for (const std::string directory : {kForth, kContoso}) {
    sql += absl::StrReplaceAll(kMoreGuests, {{"{d}", directory}, {"{o}", OtherOf(directory)}});
  }
  return sql + kUnits;
}

std::vector<OracleActor> AllActors(const RunSql& sql) {
  std::vector<OracleActor> actors;
  for (const Person& person : AllPeople(sql)) {
    const bool active = !person.disabled && !person.deleted && person.at_home;
    actors.push_back({person.directory, person.id, active, false, {}, person.roles});
  }
  for (const auto& row :
       sql("SELECT directory_id, service_account_id, array_to_string(permissions, ',') FROM hearth.service_accounts")) {
    actors.push_back({row[0], row[1], true, true, absl::StrSplit(row[2], ','), {}});
  }
  for (const char* directory : {kForth, kContoso, kPlatform})
    actors.push_back({directory, "stranger", false, false, {}, {}});
  return actors;
}

std::vector<Address> AllAddresses(const RunSql& sql, const std::string& directory) {
  const std::vector<Person> people = AllPeople(sql);
  std::map<std::string, std::string> domains;
  for (const auto& row : sql("SELECT domain, directory_id FROM hearth.domains")) domains[row[0]] = row[1];
  std::vector<Address> addresses;
  std::set<std::string> principal_names = {"nobody@forthcoffee.com", "nobody@forthcoffee.net",
                                           "nobody@contoso.com",     "nobody@contoso.net",
                                           "nobody@nowhere.example", "user1@platform.example"};
  for (const Person& person : people) {
    Address address{.name = absl::StrCat("directories/", person.directory, "/users/", person.id)};
    if (person.directory != directory) {
      address.target.foreign_name = true;
    } else if (!person.deleted) {
      address.target = Listed(person);
    } else {
      address.target.own_domain = true;
    }
    addresses.push_back(std::move(address));
    principal_names.insert(person.principal_name);
  }
  for (const char* nobody : {"directories/forthcoffee/users/nobody", "directories/contoso/users/nobody",
                             "directories/nowhere/users/user1", "directories/forthcoffee/users/backend"}) {
    const bool own = std::string(nobody).find(absl::StrCat("/", directory, "/")) != std::string::npos;
    addresses.push_back({.name = nobody, .target = {.foreign_name = !own, .own_domain = own}});
  }
  for (const std::string& name : principal_names) {
    addresses.push_back({.principal_name = name, .target = ByPrincipalName(people, domains, directory, name)});
  }
  return addresses;
}

void ForEachTogether(const std::vector<Cell>& cells,
                     const std::function<void(const OracleActor&, const Address&)>& body) {
  std::atomic<size_t> next = 0;
  RunTogether(std::vector<std::function<void()>>(kThreads, [&] {
    for (size_t i = next++; i < cells.size(); i = next++) body(*cells[i].actor, *cells[i].address);
  }));
}

SplitCells Split(const std::vector<Cell>& cells, Deed deed) {
  SplitCells split;
  for (const Cell& cell : cells) {
    (Verdict(deed, *cell.actor, cell.address->target) == "OK" ? split.allowed : split.refused).push_back(cell);
  }
  return split;
}

std::string PeopleChecksum(const RunSql& sql) {
  return sql(
      "SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (SELECT c::text AS t FROM hearth.credentials c"
      " UNION ALL SELECT u::text FROM hearth.users u) all_rows")[0][0];
}

}  // namespace hearth::test
