#include "server/directory/group_store.h"

#include "absl/strings/str_cat.h"

namespace hearth {
namespace {

#define HEARTH_SELECT_GROUP                                                                         \
  "SELECT directory_id, group_id, display_name, description, role_assignable,"                      \
  " hearth.micros(create_time) AS create_time, hearth.micros(update_time) AS update_time, revision" \
  " FROM hearth.groups WHERE directory_id = $1"
// As GroupMemberKey writes it.
#define HEARTH_GROUP_MEMBER_KEY "(m.user_id || ' ' || m.relation) COLLATE \"C\""
#define HEARTH_SELECT_GROUP_MEMBER                                                    \
  "SELECT u.user_id, u.user_principal_name, u.display_name, m.relation,"              \
  " hearth.micros(m.create_time) AS create_time FROM hearth.group_members m"          \
  " JOIN hearth.users u ON u.directory_id = m.directory_id AND u.user_id = m.user_id" \
  " WHERE m.directory_id = $1 AND m.group_id = $2 AND u.delete_time IS NULL"

constexpr Statement kFind{"group_find", HEARTH_SELECT_GROUP " AND group_id = $2"};
constexpr Statement kList{"group_list", HEARTH_SELECT_GROUP " AND group_id > $2 ORDER BY group_id LIMIT $3"};
constexpr Statement kLock{"group_lock",
                          "SELECT 1 FROM hearth.groups WHERE directory_id = $1 AND group_id = $2 FOR NO KEY UPDATE"};
constexpr Statement kKeep{"group_keep",
                          "SELECT 1 FROM hearth.groups WHERE directory_id = $1 AND group_id = $2 FOR KEY SHARE"};
constexpr Statement kLockCount{
    "group_lock_count",
    "SELECT pg_advisory_xact_lock(hashtextextended('hearth role-assignable groups ' || $1::text, 0))"};
constexpr Statement kCount{"group_count",
                           "SELECT count(*) FROM hearth.groups WHERE directory_id = $1 AND role_assignable"};
constexpr Statement kInsert{"group_insert",
                            "INSERT INTO hearth.groups (directory_id, group_id, display_name, description,"
                            " role_assignable) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
constexpr Statement kUpdate{"group_update",
                            "UPDATE hearth.groups SET display_name = $3, description = $4, update_time = now(),"
                            " revision = revision + 1 WHERE directory_id = $1 AND group_id = $2"};
constexpr Statement kTouchPeople{
    "group_touch_people",
    "UPDATE hearth.users u SET update_time = now(), revision = revision + 1 WHERE directory_id = $1 AND user_id IN"
    " (SELECT m.user_id FROM hearth.group_members m WHERE m.directory_id = $1 AND m.group_id = $2)"};
constexpr Statement kDelete{"group_delete", "DELETE FROM hearth.groups WHERE directory_id = $1 AND group_id = $2"};
constexpr Statement kFindMember{"group_member_find",
                                HEARTH_SELECT_GROUP_MEMBER " AND m.user_id = $3 AND m.relation = $4"};
constexpr Statement kListMembers{"group_member_list", HEARTH_SELECT_GROUP_MEMBER
                                 " AND " HEARTH_GROUP_MEMBER_KEY " > $3 ORDER BY " HEARTH_GROUP_MEMBER_KEY " LIMIT $4"};
constexpr Statement kLockCountMembers{
    "group_member_lock_count",
    "SELECT pg_advisory_xact_lock(hashtextextended('hearth group members ' || $1::text || '/' || $2::text, 0))"};
constexpr Statement kCountMembers{
    "group_member_count", "SELECT count(*) FROM hearth.group_members WHERE directory_id = $1 AND group_id = $2"};
constexpr Statement kInsertMember{"group_member_insert",
                                  "INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation)"
                                  " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
constexpr Statement kDeleteMember{"group_member_delete",
                                  "DELETE FROM hearth.group_members WHERE directory_id = $1 AND group_id = $2"
                                  " AND user_id = $3 AND relation = $4"};

Group GroupOf(const pqxx::row& row) {
  Group group;
  group.directory = row["directory_id"].c_str();
  group.id = row["group_id"].c_str();
  group.display_name = row["display_name"].c_str();
  group.description = row["description"].c_str();
  group.role_assignable = row["role_assignable"].as<bool>();
  group.create_time = ToTime(row["create_time"]);
  group.update_time = ToTime(row["update_time"]);
  group.revision = row["revision"].as<int64_t>();
  return group;
}

GroupMember MemberOf(const pqxx::row& row) {
  return {.user = row["user_id"].c_str(),
          .user_principal_name = row["user_principal_name"].c_str(),
          .display_name = row["display_name"].c_str(),
          .relation = static_cast<v1::GroupRelation>(row["relation"].as<int>()),
          .create_time = ToTime(row["create_time"])};
}

}  // namespace

std::optional<Group> FindGroup(Tx& tx, std::string_view directory, std::string_view id) {
  const pqxx::result rows = tx.Exec(kFind, std::string(directory), std::string(id));
  return rows.empty() ? std::nullopt : std::optional(GroupOf(rows[0]));
}

bool LockGroup(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kLock, std::string(directory), std::string(id)).empty();
}

bool KeepGroup(Tx& tx, std::string_view directory, std::string_view id) {
  return !tx.Exec(kKeep, std::string(directory), std::string(id)).empty();
}

std::vector<Group> ListGroups(Tx& tx, std::string_view directory, const std::string& after, int limit) {
  std::vector<Group> groups;
  for (const auto& row : tx.Exec(kList, std::string(directory), after, limit)) groups.push_back(GroupOf(row));
  return groups;
}

int CountRoleAssignableGroups(Tx& tx, std::string_view directory) {
  tx.Exec(kLockCount, std::string(directory));
  return tx.Exec(kCount, std::string(directory))[0][0].as<int>();
}

bool InsertGroup(Tx& tx, const Group& group) {
  return tx.Exec(kInsert, group.directory, group.id, group.display_name, group.description, group.role_assignable)
             .affected_rows() == 1;
}

void UpdateGroup(Tx& tx, const Group& group) {
  tx.Exec(kUpdate, group.directory, group.id, group.display_name, group.description);
}

void TouchGroupPeople(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kTouchPeople, std::string(directory), std::string(id));
}

void DeleteGroup(Tx& tx, std::string_view directory, std::string_view id) {
  tx.Exec(kDelete, std::string(directory), std::string(id));
}

std::string GroupMemberKey(const GroupMember& member) {
  return absl::StrCat(member.user, " ", static_cast<int>(member.relation));
}

std::optional<GroupMember> FindGroupMember(Tx& tx, std::string_view directory, std::string_view group,
                                           std::string_view user, v1::GroupRelation relation) {
  const pqxx::result rows =
      tx.Exec(kFindMember, std::string(directory), std::string(group), std::string(user), static_cast<int>(relation));
  return rows.empty() ? std::nullopt : std::optional(MemberOf(rows[0]));
}

std::vector<GroupMember> ListGroupMembers(Tx& tx, std::string_view directory, std::string_view group,
                                          const std::string& after, int limit) {
  std::vector<GroupMember> members;
  for (const auto& row : tx.Exec(kListMembers, std::string(directory), std::string(group), after, limit)) {
    members.push_back(MemberOf(row));
  }
  return members;
}

int CountGroupMembers(Tx& tx, std::string_view directory, std::string_view group) {
  tx.Exec(kLockCountMembers, std::string(directory), std::string(group));
  return tx.Exec(kCountMembers, std::string(directory), std::string(group))[0][0].as<int>();
}

bool InsertGroupMember(Tx& tx, std::string_view directory, std::string_view group, std::string_view user,
                       v1::GroupRelation relation) {
  return tx.Exec(kInsertMember, std::string(directory), std::string(group), std::string(user),
                 static_cast<int>(relation))
             .affected_rows() == 1;
}

bool DeleteGroupMember(Tx& tx, std::string_view directory, std::string_view group, std::string_view user,
                       v1::GroupRelation relation) {
  return tx.Exec(kDeleteMember, std::string(directory), std::string(group), std::string(user),
                 static_cast<int>(relation))
             .affected_rows() == 1;
}

}  // namespace hearth
