// The RPCs of DirectoryService about administrative units.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows, changes and removes administrative units. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class UnitDesk {
 public:
  UnitDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateAdministrativeUnitResponse> CreateAdministrativeUnit(
      const Call& call, const v1::CreateAdministrativeUnitRequest& request);
  absl::StatusOr<v1::GetAdministrativeUnitResponse> GetAdministrativeUnit(
      const Call& call, const v1::GetAdministrativeUnitRequest& request);
  absl::StatusOr<v1::ListAdministrativeUnitsResponse> ListAdministrativeUnits(
      const Call& call, const v1::ListAdministrativeUnitsRequest& request);
  absl::StatusOr<v1::UpdateAdministrativeUnitResponse> UpdateAdministrativeUnit(
      const Call& call, const v1::UpdateAdministrativeUnitRequest& request);
  absl::StatusOr<v1::DeleteAdministrativeUnitResponse> DeleteAdministrativeUnit(
      const Call& call, const v1::DeleteAdministrativeUnitRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
