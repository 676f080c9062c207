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
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id,"
    " invitation_state) VALUES"
    " ('{d}', 'two-roles', 'two-roles@{d}.com', 'x', 1, '{d}', 0), ('{d}', 'half-and-half', 'half-and-half@{d}.com', "
    "'x', 1, '{d}', 0),"
    " ('{d}', 'wide', 'wide@{d}.com', 'x', 1, '{d}', 0), ('{d}', 'second-global', 'second-global@{d}.com', 'x', 1, "
    "'{d}', 0),"
    " ('{d}', 'guest-admin', 'guest-admin@{o}.com', 'x', 2, '{o}', 2);"
    "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES"
    " ('{d}', 'two-roles', 'helpdesk_administrator'), ('{d}', 'two-roles', 'directory_readers'),"
    " ('{d}', 'half-and-half', 'groups_administrator'), ('{d}', 'half-and-half', 'authentication_administrator'),"
    " ('{d}', 'wide', 'user_administrator'), ('{d}', 'wide', 'authentication_administrator'),"
    " ('{d}', 'second-global', 'global_administrator'), ('{d}', 'guest-admin', 'global_administrator');";

struct Person {
  std::string directory, id, principal_name, home_directory;
  bool guest, disabled, deleted;
  std::vector<v1::Role> roles;
};

std::vector<v1::Role> ParseRoles(const std::string& ids) {
  std::vector<v1::Role> roles;
  for (const auto& id : absl::StrSplit(ids, ',', absl::SkipEmpty())) {
    v1::Role role = v1::ROLE_UNSPECIFIED;
    EXPECT_TRUE(v1::Role_Parse("ROLE_" + absl::AsciiStrToUpper(id), &role)) << id;
    roles.push_back(role);
  }
  return roles;
}

std::vector<Person> AllPeople(const RunSql& sql) {
  std::vector<Person> people;
  for (const auto& row :
       sql("SELECT u.directory_id, u.user_id, u.user_principal_name, coalesce(u.home_directory_id, ''), u.user_type = "
           "2, u.disabled,"
           " u.delete_time IS NOT NULL, coalesce(string_agg(r.role, ','), '') FROM hearth.users u"
           " LEFT JOIN hearth.role_assignments r USING (directory_id, user_id) GROUP BY u.directory_id, u.user_id")) {
    people.push_back({row[0], row[1], row[2], row[3], row[4] == "t", row[5] == "t", row[6] == "t", ParseRoles(row[7])});
  }
  return people;
}

OracleTarget Listed(const Person& person) {
  OracleTarget target{
      .listed = true, .id = person.id, .guest = person.guest, .disabled = person.disabled, .roles = person.roles};
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
  return sql;
}

std::vector<OracleActor> AllActors(const RunSql& sql) {
  std::vector<OracleActor> actors;
  for (const Person& person : AllPeople(sql)) {
    actors.push_back({person.directory, person.id, !person.disabled && !person.deleted, false, {}, person.roles});
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
