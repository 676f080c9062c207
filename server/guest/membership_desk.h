// The RPCs of GuestUserService about a directory's own people as guests elsewhere.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and ends memberships, from home. Thread-safe. What is passed in outlives the desk.
class MembershipDesk {
 public:
  MembershipDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::ListMembershipsResponse> ListMemberships(const Call& call,
                                                              const v1::ListMembershipsRequest& request);
  absl::StatusOr<v1::LeaveDirectoryResponse> LeaveDirectory(const Call& call, const v1::LeaveDirectoryRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
