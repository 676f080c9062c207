// The RPCs of DirectoryService about who is in administrative units.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Puts people into units, shows them, and takes them out. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class UnitMemberDesk {
 public:
  UnitMemberDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::AddAdministrativeUnitMemberResponse> AddAdministrativeUnitMember(
      const Call& call, const v1::AddAdministrativeUnitMemberRequest& request);
  absl::StatusOr<v1::ListAdministrativeUnitMembersResponse> ListAdministrativeUnitMembers(
      const Call& call, const v1::ListAdministrativeUnitMembersRequest& request);
  absl::StatusOr<v1::RemoveAdministrativeUnitMemberResponse> RemoveAdministrativeUnitMember(
      const Call& call, const v1::RemoveAdministrativeUnitMemberRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
