// The RPCs of DirectoryService about who belongs to groups.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Adds people to groups, as members or owners, shows them, and takes them out. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class GroupMemberDesk {
 public:
  GroupMemberDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::AddGroupMemberResponse> AddGroupMember(const Call& call, const v1::AddGroupMemberRequest& request);
  absl::StatusOr<v1::ListGroupMembersResponse> ListGroupMembers(const Call& call,
                                                                const v1::ListGroupMembersRequest& request);
  absl::StatusOr<v1::RemoveGroupMemberResponse> RemoveGroupMember(const Call& call,
                                                                  const v1::RemoveGroupMemberRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
