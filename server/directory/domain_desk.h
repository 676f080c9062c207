// The RPCs of DirectoryService about domains.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Gives directories domains, shows and takes them. Each method is described in directory_service.proto. A deleted domain stays its directory's,
// so that it can be restored; after 30 days anybody can have it. Thread-safe. What is passed in outlives the desk.
class DomainDesk {
 public:
  DomainDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateDomainResponse> CreateDomain(const Call& call, const v1::CreateDomainRequest& request);
  absl::StatusOr<v1::GetDomainResponse> GetDomain(const Call& call, const v1::GetDomainRequest& request);
  absl::StatusOr<v1::ListDomainsResponse> ListDomains(const Call& call, const v1::ListDomainsRequest& request);
  absl::StatusOr<v1::UpdateDomainResponse> UpdateDomain(const Call& call, const v1::UpdateDomainRequest& request);
  absl::StatusOr<v1::DeleteDomainResponse> DeleteDomain(const Call& call, const v1::DeleteDomainRequest& request);
  absl::StatusOr<v1::UndeleteDomainResponse> UndeleteDomain(const Call& call, const v1::UndeleteDomainRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
