// The RPCs of DirectoryService about custom roles.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows, changes and removes custom roles. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class CustomRoleDesk {
 public:
  CustomRoleDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateCustomRoleResponse> CreateCustomRole(const Call& call,
                                                                const v1::CreateCustomRoleRequest& request);
  absl::StatusOr<v1::GetCustomRoleResponse> GetCustomRole(const Call& call, const v1::GetCustomRoleRequest& request);
  absl::StatusOr<v1::ListCustomRolesResponse> ListCustomRoles(const Call& call,
                                                              const v1::ListCustomRolesRequest& request);
  absl::StatusOr<v1::UpdateCustomRoleResponse> UpdateCustomRole(const Call& call,
                                                                const v1::UpdateCustomRoleRequest& request);
  absl::StatusOr<v1::DeleteCustomRoleResponse> DeleteCustomRole(const Call& call,
                                                                const v1::DeleteCustomRoleRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
