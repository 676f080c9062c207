#include "server/directory/unit_store.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_UNIT                                                                                          \
  "SELECT directory_id, unit_id, display_name, description, restricted, hearth.micros(create_time) AS create_time," \
  " hearth.micros(update_time) AS update_time, revision FROM hearth.administrative_units WHERE directory_id = $1"
#define HEARTH_SELECT_UNIT_MEMBER                                                                        \
  "SELECT u.user_id, u.user_principal_name, u.display_name, hearth.micros(m.create_time) AS create_time" \
  " FROM hearth.administrative_unit_members m"                                                           \
  " JOIN hearth.users u ON u.directory_id = m.directory_id AND u.user_id = m.user_id"                    \
  " WHERE m.directory_id = $1 AND m.unit_id = $2 AND u.delete_time IS NULL"

constexpr Statement kFind{"unit_find", HEARTH_SELECT_UNIT " AND unit_id = $2"};
constexpr Statement kList{"unit_list", HEARTH_SELECT_UNIT " AND unit_id > $2 ORDER BY unit_id LIMIT $3"};
constexpr Statement kLock{"unit_lock",
                          "SELECT 1 FROM hearth.administrative_units WHERE directory_id = $1 AND unit_id = $2"
                          " FOR NO KEY UPDATE"};
constexpr Statement kKeep{"unit_keep",
                          "SELECT 1 FROM hearth.administrative_units WHERE directory_id = $1 AND unit_id = $2"
                          " FOR KEY SHARE"};
constexpr Statement kLockCount{
    "unit_lock_count", "SELECT pg_advisory_xact_lock(hashtextextended('hearth restricted units ' || $1::text, 0))"};
constexpr Statement kCountRestricted{
    "unit_count_restricted", "SELECT count(*) FROM hearth.administrative_units WHERE directory_id = $1 AND restricted"};
constexpr Statement kInsert{"unit_insert",
                            "INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name,"
                            " description, restricted) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{"unit_update",
                            "UPDATE hearth.administrative_units SET display_name = $3, description = $4,"
                            " update_time = now(), revision = revision + 1 WHERE directory_id = $1 AND unit_id = $2"};
constexpr Statement kTouchPeople{
    "unit_touch_people",
    "UPDATE hearth.users u SET update_time = now(), revision = revision + 1 WHERE directory_id = $1 AND"
    " (EXISTS (SELECT 1 FROM hearth.administrative_unit_members m WHERE m.directory_id = $1 AND m.unit_id = $2"
    "          AND m.user_id = u.user_id)"
    "  OR EXISTS (SELECT 1 FROM hearth.role_assignments r WHERE r.directory_id = $1 AND r.scope_unit_id = $2"
    "             AND r.user_id = u.user_id)"
    "  OR EXISTS (SELECT 1 FROM hearth.group_role_assignments r JOIN hearth.group_members m ON m.directory_id = $1"
    "             AND m.group_id = r.group_id WHERE r.directory_id = $1 AND r.scope_unit_id = $2"
    "             AND m.user_id = u.user_id))"};
constexpr Statement kDelete{"unit_delete",
                            "DELETE FROM hearth.administrative_units WHERE directory_id = $1 AND unit_id = $2"};
constexpr Statement kFindMember{"unit_member_find", HEARTH_SELECT_UNIT_MEMBER " AND u.user_id = $3"};
constexpr Statement kListMembers{"unit_member_list",
                                 HEARTH_SELECT_UNIT_MEMBER " AND u.user_id > $3 ORDER BY u.user_id LIMIT $4"};
constexpr Statement kInsertMember{
    "unit_member_insert",
    "INSERT INTO hearth.administrative_unit_members (directory_id, unit_id, user_id) VALUES ($1, $2, $3)"
    " ON CONFLICT DO NOTHING"};
constexpr Statement kDeleteMember{
    "unit_member_delete",
    "DELETE FROM hearth.administrative_unit_members WHERE directory_id = $1 AND unit_id = $2 AND user_id = $3"};

Unit UnitOf(const pqxx::row& row) {
  Unit unit;
  unit.directory = row["directory_id"].c_str();
  unit.id = row["unit_id"].c_str();
  unit.display_name = row["display_name"].c_str();
  unit.description = row["description"].c_str();
  unit.restricted = row["restricted"].as<bool>();
  unit.create_time = ToTime(row["create_time"]);
  unit.update_time = ToTime(row["update_time"]);
  unit.revision = row["revision"].as<int64_t>();
  return unit;
}

UnitMember MemberOf(const pqxx::row& row) {
  return {.user = row["user_id"].c_str(),
          .user_principal_name = row["user_principal_name"].c_str(),
          .display_name = row["display_name"].c_str(),
          .create_time = ToTime(row["create_time"])};
}

}  // namespace

std::optional<Unit> FindUnit(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(UnitOf(rows[0]));
}

bool LockUnit(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kLock, std::string(directory), std::string(id)).empty();
}

bool KeepUnit(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kKeep, std::string(directory), std::string(id)).empty();
}

std::vector<Unit> ListUnits(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<Unit> units;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) units.push_back(UnitOf(row));
  return units;
}

int CountRestrictedUnits(Tx& tx, std::string_view directory) {
  tx.Exec(kLockCount, std::string(directory));
  return tx.Exec(kCountRestricted, std::string(directory))[0][0].as<int>();
}

bool InsertUnit(Tx& tx, const Unit& unit) {
  return tx.Exec(kInsert, unit.directory, unit.id, unit.display_name, unit.description, unit.restricted)
             .affected_rows() == 1;
}

void UpdateUnit(Tx& tx, const Unit& unit) {
  tx.Exec(kUpdate, unit.directory, unit.id, unit.display_name, unit.description);
}

void DeleteUnit(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kTouchPeople, std::string(directory), std::string(id));
  tx.Exec(kDelete, std::string(directory), std::string(id));
}

std::optional<UnitMember> FindUnitMember(Tx& tx, std::string_view directory, std::string_view unit,
                                         std::string_view user) {
  const pqxx::result rows = tx.Exec(kFindMember, std::string(directory), std::string(unit), std::string(user));
  return rows.empty() ? std::nullopt : std::optional(MemberOf(rows[0]));
}

std::vector<UnitMember> ListUnitMembers(Tx& tx, std::string_view directory, std::string_view unit,
                                        const std::string& after, int limit) {
  std::vector<UnitMember> members;
  for (const auto& row : tx.Exec(kListMembers, std::string(directory), std::string(unit), after, limit)) {
    members.push_back(MemberOf(row));
  }
  return members;
}

bool InsertUnitMember(Tx& tx, std::string_view directory, std::string_view unit, std::string_view user) {
  return tx.Exec(kInsertMember, std::string(directory), std::string(unit), std::string(user)).affected_rows() == 1;
}

bool DeleteUnitMember(Tx& tx, std::string_view directory, std::string_view unit, std::string_view user) {
  return tx.Exec(kDeleteMember, std::string(directory), std::string(unit), std::string(user)).affected_rows() == 1;
}

}  // namespace hearth
