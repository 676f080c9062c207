// The RPCs of DirectoryService about trusted issuers.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Registers, shows, changes and removes identity providers. Each method is described in directory_service.proto. Thread-safe. What is passed in outlives
// the desk.
class IssuerDesk {
 public:
  IssuerDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateTrustedIssuerResponse> CreateTrustedIssuer(const Call& call,
                                                                      const v1::CreateTrustedIssuerRequest& request);
  absl::StatusOr<v1::GetTrustedIssuerResponse> GetTrustedIssuer(const Call& call,
                                                                const v1::GetTrustedIssuerRequest& request);
  absl::StatusOr<v1::ListTrustedIssuersResponse> ListTrustedIssuers(const Call& call,
                                                                    const v1::ListTrustedIssuersRequest& request);
  absl::StatusOr<v1::UpdateTrustedIssuerResponse> UpdateTrustedIssuer(const Call& call,
                                                                      const v1::UpdateTrustedIssuerRequest& request);
  // Removes any issuer, also the one that vouches for the caller, and also the last: then nobody of the directory can call, and a new one takes
  // a change by the operators of the deployment.
  absl::StatusOr<v1::DeleteTrustedIssuerResponse> DeleteTrustedIssuer(const Call& call,
                                                                      const v1::DeleteTrustedIssuerRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
