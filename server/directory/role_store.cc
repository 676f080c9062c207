#include "server/directory/role_store.h"

#include "server/base/resource_name.h"

namespace hearth {
namespace {

// The same statements about the two tables; $1 directory, $2 holder, $3 role, $4 unit.
struct Statements {
  Statement find, insert, remove;
};
#define HEARTH_ROLE_STATEMENTS(prefix, table, holder)                                                                \
  {                                                                                                                  \
      {prefix "_find", "SELECT hearth.micros(create_time) FROM hearth." table " WHERE directory_id = $1 AND " holder \
                       " = $2 AND role = $3 AND unit_id = $4"},                                                      \
      {prefix "_insert", "INSERT INTO hearth." table " (directory_id, " holder                                       \
                         ", role, unit_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"},                         \
      {prefix "_delete",                                                                                             \
       "DELETE FROM hearth." table " WHERE directory_id = $1 AND " holder " = $2 AND role = $3 AND unit_id = $4"},   \
  }
constexpr Statements kOfPeople = HEARTH_ROLE_STATEMENTS("role", "role_assignments", "user_id");
constexpr Statements kOfGroups = HEARTH_ROLE_STATEMENTS("group_role", "group_role_assignments", "group_id");

// The name of an assignment within the directory, as RoleGrant::name() ends.
#define HEARTH_ASSIGNMENT                                                                                      \
  "(CASE WHEN group_id IS NULL THEN 'users/' || user_id ELSE 'groups/' || group_id END || '/roleAssignments/'" \
  " || role || CASE WHEN unit_id = '' THEN '' ELSE '@' || unit_id END) COLLATE \"C\""
#define HEARTH_LIST_ROLES(source, holder)                                                                    \
  "SELECT user_id, group_id, role, unit_id, hearth.micros(create_time) AS create_time FROM " source          \
  " WHERE directory_id = $1 AND " holder " = $2 AND 'directories/' || $1::text || '/' || " HEARTH_ASSIGNMENT \
  " > $3::text COLLATE \"C\" ORDER BY " HEARTH_ASSIGNMENT " LIMIT $4"
constexpr Statement kListOfPerson{"role_list", HEARTH_LIST_ROLES("hearth.held_roles", "user_id")};
constexpr Statement kListOfGroup{
    "group_role_list",
    HEARTH_LIST_ROLES("(SELECT *, ''::text AS user_id FROM hearth.group_role_assignments) a", "group_id")};

#define HEARTH_ENCODED                                                                                               \
  "SELECT DISTINCT a.role || CASE WHEN a.custom_role_id IS NULL THEN '' ELSE '=' || array_to_string(c.permissions, " \
  "'+')"                                                                                                             \
  " END || CASE WHEN a.unit_id = '' THEN '' ELSE '@' || a.unit_id END"
#define HEARTH_ASSIGNMENTS(table)                                         \
  " FROM hearth." table                                                   \
  " a LEFT JOIN hearth.custom_roles c ON c.directory_id = a.directory_id" \
  " AND c.custom_role_id = a.custom_role_id WHERE a.directory_id = $1 AND "
constexpr Statement kOfGroup{"group_roles",
                             HEARTH_ENCODED HEARTH_ASSIGNMENTS("group_role_assignments") "a.group_id = $2"};
constexpr Statement kOnUnit{
    "unit_roles", HEARTH_ENCODED HEARTH_ASSIGNMENTS("role_assignments") "a.scope_unit_id = $2 UNION " HEARTH_ENCODED
                      HEARTH_ASSIGNMENTS("group_role_assignments") "a.scope_unit_id = $2"};
constexpr Statement kLockGlobalAdministrators{
    "role_lock_global_administrators",
    "SELECT pg_advisory_xact_lock(hashtextextended('hearth global administrators ' || $1::text, 0))"};
constexpr Statement kHasGlobalAdministrator{
    "role_has_global_administrator",
    "SELECT EXISTS (SELECT 1 FROM hearth.held_roles r"
    " JOIN hearth.users u ON u.directory_id = r.directory_id AND u.user_id = r.user_id"
    " WHERE r.directory_id = $1 AND r.role = 'global_administrator' AND r.unit_id = ''"
    " AND hearth.may_act(u) AND hearth.roles_count(u))"};

pqxx::result Exec(Tx& tx, Statement Statements::* statement, const RoleGrant& grant) {
  const Statements& statements = grant.holder.is_group ? kOfGroups : kOfPeople;
  return tx.Exec(statements.*statement, grant.holder.directory, grant.holder.id, grant.role, grant.unit);
}

std::vector<HeldRole> Encoded(Tx& tx, const Statement& statement, std::string_view directory, std::string_view of) {
  std::vector<HeldRole> roles;
  for (const auto& row : tx.Exec(statement, std::string(directory), std::string(of))) {
    roles.push_back(ParseHeldRoles(row[0].c_str()).front());
  }
  return roles;
}

}  // namespace

std::string RoleHolder::name() const { return is_group ? GroupName(directory, id) : UserName(directory, id); }

std::string RoleGrant::name() const { return RoleAssignmentName(holder.name(), RoleAssignmentId(role, unit)); }

std::optional<RoleGrant> FindRole(Tx& tx, const RoleGrant& grant) {
  const pqxx::result rows = Exec(tx, &Statements::find, grant);
  if (rows.empty()) return std::nullopt;
  RoleGrant found = grant;
  found.create_time = ToTime(rows[0][0]);
  return found;
}

std::vector<RoleGrant> ListRoles(Tx& tx, const RoleHolder& holder, const std::string& after, int limit) {
  std::vector<RoleGrant> grants;
  const Statement& statement = holder.is_group ? kListOfGroup : kListOfPerson;
  for (const auto& row : tx.Exec(statement, holder.directory, holder.id, after, limit)) {
    RoleGrant& grant = grants.emplace_back();
    const bool through_group = !row["group_id"].is_null();
    grant.holder = {holder.directory, through_group, row[through_group ? "group_id" : "user_id"].c_str()};
    grant.role = row["role"].c_str();
    grant.unit = row["unit_id"].c_str();
    grant.create_time = ToTime(row["create_time"]);
  }
  return grants;
}

bool InsertRole(Tx& tx, const RoleGrant& grant) { return Exec(tx, &Statements::insert, grant).affected_rows() == 1; }

bool DeleteRole(Tx& tx, const RoleGrant& grant) { return Exec(tx, &Statements::remove, grant).affected_rows() == 1; }

std::vector<HeldRole> RolesOfGroup(Tx& tx, std::string_view directory, std::string_view group) {
  return Encoded(tx, kOfGroup, directory, group);
}

std::vector<HeldRole> RolesOnUnit(Tx& tx, std::string_view directory, std::string_view unit) {
  return Encoded(tx, kOnUnit, directory, unit);
}

bool HasGlobalAdministrator(Tx& tx, std::string_view directory) {
  tx.Exec(kLockGlobalAdministrators, std::string(directory));
  return tx.Exec(kHasGlobalAdministrator, std::string(directory))[0][0].as<bool>();
}

}  // namespace hearth
