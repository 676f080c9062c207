#include "server/directory/custom_role_store.h"

#include "absl/strings/str_split.h"
#include "server/base/text.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_CUSTOM_ROLE                                                                                     \
  "SELECT directory_id, custom_role_id, display_name, description, array_to_string(permissions, ',') AS permissions," \
  " hearth.micros(create_time) AS create_time, hearth.micros(update_time) AS update_time, revision"                   \
  " FROM hearth.custom_roles WHERE directory_id = $1"

constexpr Statement kFind{"custom_role_find", HEARTH_SELECT_CUSTOM_ROLE " AND custom_role_id = $2"};
constexpr Statement kList{"custom_role_list",
                          HEARTH_SELECT_CUSTOM_ROLE " AND custom_role_id > $2 ORDER BY custom_role_id LIMIT $3"};
constexpr Statement kLock{
    "custom_role_lock", "SELECT 1 FROM hearth.custom_roles WHERE directory_id = $1 AND custom_role_id = $2 FOR UPDATE"};
constexpr Statement kKeep{
    "custom_role_keep", "SELECT 1 FROM hearth.custom_roles WHERE directory_id = $1 AND custom_role_id = $2 FOR SHARE"};
constexpr Statement kLockCount{"custom_role_lock_count",
                               "SELECT pg_advisory_xact_lock(hashtextextended('hearth custom roles ' || $1::text, 0))"};
constexpr Statement kCount{"custom_role_count", "SELECT count(*) FROM hearth.custom_roles WHERE directory_id = $1"};
constexpr Statement kIsHeld{
    "custom_role_is_held",
    "SELECT EXISTS (SELECT 1 FROM hearth.role_assignments WHERE directory_id = $1 AND custom_role_id = $2)"
    " OR EXISTS (SELECT 1 FROM hearth.group_role_assignments WHERE directory_id = $1 AND custom_role_id = $2)"};
constexpr Statement kInsert{"custom_role_insert",
                            "INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, description,"
                            " permissions) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{"custom_role_update",
                            "UPDATE hearth.custom_roles SET display_name = $3, description = $4, permissions = $5,"
                            " update_time = now(), revision = revision + 1"
                            " WHERE directory_id = $1 AND custom_role_id = $2"};
constexpr Statement kDelete{"custom_role_delete",
                            "DELETE FROM hearth.custom_roles WHERE directory_id = $1 AND custom_role_id = $2"};

CustomRole RoleOf(const pqxx::row& row) {
  CustomRole role;
  role.directory = row["directory_id"].c_str();
  role.id = row["custom_role_id"].c_str();
  role.display_name = row["display_name"].c_str();
  role.description = row["description"].c_str();
  for (const absl::string_view name : absl::StrSplit(row["permissions"].c_str(), ',', absl::SkipEmpty())) {
    if (const auto permission = PermissionFromName(ToStd(name))) role.permissions.push_back(*permission);
  }
  role.create_time = ToTime(row["create_time"]);
  role.update_time = ToTime(row["update_time"]);
  role.revision = row["revision"].as<int64_t>();
  return role;
}

std::string NamesOf(const CustomRole& role) {
  std::vector<std::string> names;
  for (const v1::Permission permission : role.permissions) names.push_back(PermissionName(permission));
  return TextArray(names);
}

}  // namespace

std::optional<CustomRole> FindCustomRole(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(RoleOf(rows[0]));
}

bool LockCustomRole(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kLock, std::string(directory), std::string(id)).empty();
}

bool KeepCustomRole(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kKeep, std::string(directory), std::string(id)).empty();
}

std::vector<CustomRole> ListCustomRoles(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<CustomRole> roles;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) roles.push_back(RoleOf(row));
  return roles;
}

int CountCustomRoles(Tx& tx, std::string_view directory) {
  tx.Exec(kLockCount, std::string(directory));
  return tx.Exec(kCount, std::string(directory))[0][0].as<int>();
}

bool IsCustomRoleHeld(Tx& tx, std::string_view directory, std::string_view id) {
  return tx.Exec(kIsHeld, std::string(directory), std::string(id))[0][0].as<bool>();
}

bool InsertCustomRole(Tx& tx, const CustomRole& role) {
  return tx.Exec(kInsert, role.directory, role.id, role.display_name, role.description, NamesOf(role))
             .affected_rows() == 1;
}

void UpdateCustomRole(Tx& tx, const CustomRole& role) {
  tx.Exec(kUpdate, role.directory, role.id, role.display_name, role.description, NamesOf(role));
}

void DeleteCustomRole(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kDelete, std::string(directory), std::string(id));
}

}  // namespace hearth
