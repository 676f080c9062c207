// All SQL about groups and who belongs to them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/resources.pb.h"
#include "server/storage/tx.h"

namespace hearth {

// People under one name: one row of hearth.groups.
struct Group {
  std::string directory;
  std::string id;
  std::string display_name;
  std::string description;
  bool role_assignable = false;
  absl::Time create_time;
  absl::Time update_time;
  int64_t revision = 0;
};

std::optional<Group> FindGroup(Tx& tx, std::string_view directory, std::string_view id);
// Locks the group's row until the transaction ends, against others who change it or decide about its people; false when there is none.
bool LockGroup(Tx& tx, std::string_view directory, std::string_view id);
// Keeps the group from being removed until the transaction ends; false when there is none.
bool KeepGroup(Tx& tx, std::string_view directory, std::string_view id);
// One page of the directory's groups by id, after `after`.
std::vector<Group> ListGroups(Tx& tx, std::string_view directory, const std::string& after, int limit);

// How many role-assignable groups the directory has. No other transaction counts them until this one ends.
int CountRoleAssignableGroups(Tx& tx, std::string_view directory);
// Inserts the group; false when the id is taken.
bool InsertGroup(Tx& tx, const Group& group);
// Writes display name and description, and counts the revision.
void UpdateGroup(Tx& tx, const Group& group);
// Counts the revisions of the group's people, for changes of what they hold through it. Call it before LockGroup: people are locked before groups.
void TouchGroupPeople(Tx& tx, std::string_view directory, std::string_view id);
// Removes the group with its memberships and roles.
void DeleteGroup(Tx& tx, std::string_view directory, std::string_view id);

// A person as member or owner of a group.
struct GroupMember {
  std::string user;
  std::string user_principal_name;
  std::string display_name;
  v1::GroupRelation relation = v1::GROUP_RELATION_UNSPECIFIED;
  absl::Time create_time;  // When they were added.
};

// The id by which members are listed.
std::string GroupMemberKey(const GroupMember& member);
// The live person of that id in that relation; nullopt when there is none.
std::optional<GroupMember> FindGroupMember(Tx& tx, std::string_view directory, std::string_view group,
                                           std::string_view user, v1::GroupRelation relation);
// One page of the group's live members and owners by GroupMemberKey, after `after`.
std::vector<GroupMember> ListGroupMembers(Tx& tx, std::string_view directory, std::string_view group,
                                          const std::string& after, int limit);
// How many memberships the group has. No other transaction counts them until this one ends.
int CountGroupMembers(Tx& tx, std::string_view directory, std::string_view group);
// Adds a person in that relation; false when they are in it already. Takes them out; false when they are not in it.
bool InsertGroupMember(Tx& tx, std::string_view directory, std::string_view group, std::string_view user,
                       v1::GroupRelation relation);
bool DeleteGroupMember(Tx& tx, std::string_view directory, std::string_view group, std::string_view user,
                       v1::GroupRelation relation);

}  // namespace hearth
