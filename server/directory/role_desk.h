// The RPCs of DirectoryService about role assignments.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Gives, shows and takes roles of people and of groups. Each method is described in directory_service.proto; who may give which role,
// server/authz/role_giving.h says. Thread-safe. What is passed in outlives the desk.
class RoleDesk {
 public:
  RoleDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateRoleAssignmentResponse> CreateRoleAssignment(const Call& call,
                                                                        const v1::CreateRoleAssignmentRequest& request);
  absl::StatusOr<v1::ListRoleAssignmentsResponse> ListRoleAssignments(const Call& call,
                                                                      const v1::ListRoleAssignmentsRequest& request);
  absl::StatusOr<v1::DeleteRoleAssignmentResponse> DeleteRoleAssignment(const Call& call,
                                                                        const v1::DeleteRoleAssignmentRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
