// The RPCs of DirectoryService about service accounts.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows and removes service accounts. Each method is described in directory_service.proto. Thread-safe. What is passed in outlives the
// desk.
class ServiceAccountDesk {
 public:
  ServiceAccountDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateServiceAccountResponse> CreateServiceAccount(const Call& call,
                                                                        const v1::CreateServiceAccountRequest& request);
  absl::StatusOr<v1::GetServiceAccountResponse> GetServiceAccount(const Call& call,
                                                                  const v1::GetServiceAccountRequest& request);
  absl::StatusOr<v1::ListServiceAccountsResponse> ListServiceAccounts(const Call& call,
                                                                      const v1::ListServiceAccountsRequest& request);
  absl::StatusOr<v1::DeleteServiceAccountResponse> DeleteServiceAccount(const Call& call,
                                                                        const v1::DeleteServiceAccountRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
