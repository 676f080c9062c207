// The RPCs of DirectoryService about groups.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows, changes and removes groups. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class GroupDesk {
 public:
  GroupDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateGroupResponse> CreateGroup(const Call& call, const v1::CreateGroupRequest& request);
  absl::StatusOr<v1::GetGroupResponse> GetGroup(const Call& call, const v1::GetGroupRequest& request);
  absl::StatusOr<v1::ListGroupsResponse> ListGroups(const Call& call, const v1::ListGroupsRequest& request);
  absl::StatusOr<v1::UpdateGroupResponse> UpdateGroup(const Call& call, const v1::UpdateGroupRequest& request);
  absl::StatusOr<v1::DeleteGroupResponse> DeleteGroup(const Call& call, const v1::DeleteGroupRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
