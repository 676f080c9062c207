// The RPCs that bring back who was deleted: anybody (DirectoryService), or a guest (GuestUserService).
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Restores people. Whoever is at home elsewhere is asked for as an invitation would be: a restoration gets around no guest policy. Thread-safe. What is
// passed in outlives the desk.
class RestorationDesk {
 public:
  RestorationDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::UndeleteUserResponse> UndeleteUser(const Call& call, const v1::UndeleteUserRequest& request);
  absl::StatusOr<v1::UndeleteGuestUserResponse> UndeleteGuestUser(const Call& call,
                                                                  const v1::UndeleteGuestUserRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
