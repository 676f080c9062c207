// The RPCs of DirectoryService about service accounts.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows, changes, switches and removes service accounts. Each method is described in directory_service.proto. Thread-safe. What is passed in outlives the
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
  absl::StatusOr<v1::UpdateServiceAccountResponse> UpdateServiceAccount(const Call& call,
                                                                        const v1::UpdateServiceAccountRequest& request);
  absl::StatusOr<v1::DisableServiceAccountResponse> DisableServiceAccount(
      const Call& call, const v1::DisableServiceAccountRequest& request);
  absl::StatusOr<v1::EnableServiceAccountResponse> EnableServiceAccount(const Call& call,
                                                                        const v1::EnableServiceAccountRequest& request);
  absl::StatusOr<v1::DeleteServiceAccountResponse> DeleteServiceAccount(const Call& call,
                                                                        const v1::DeleteServiceAccountRequest& request);

 private:
  // What Update, Disable and Enable have in common: finds and locks the account, checks the etag, and writes what `change` makes of it.
  // `change` is (ServiceAccount&) -> absl::Status.
  template <class Response, class Request, class Body>
  absl::StatusOr<Response> ChangeAccount(const Call& call, const Request& request, const std::string& name,
                                         const std::string& etag, const Body& change);

  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
