// The RPCs of DirectoryService about people.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Adds, shows, changes and deletes people; guest/ restores them, for it knows who may be a guest. Each method is described in
// directory_service.proto. Thread-safe. What is passed in outlives the desk.
class UserDesk {
 public:
  UserDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateUserResponse> CreateUser(const Call& call, const v1::CreateUserRequest& request);
  absl::StatusOr<v1::GetUserResponse> GetUser(const Call& call, const v1::GetUserRequest& request);
  absl::StatusOr<v1::ListUsersResponse> ListUsers(const Call& call, const v1::ListUsersRequest& request);
  absl::StatusOr<v1::UpdateUserResponse> UpdateUser(const Call& call, const v1::UpdateUserRequest& request);
  absl::StatusOr<v1::DeleteUserResponse> DeleteUser(const Call& call, const v1::DeleteUserRequest& request);
  absl::StatusOr<v1::DisableUserResponse> DisableUser(const Call& call, const v1::DisableUserRequest& request);
  absl::StatusOr<v1::EnableUserResponse> EnableUser(const Call& call, const v1::EnableUserRequest& request);

 private:
  // Changes one person of the caller's directory: `body` is (Tx&, const Access&) -> StatusOr<User>, the person as it found them; the
  // response gets what they became.
  template <class Response, class Request, class Body>
  absl::StatusOr<Response> ChangeUser(const Call& call, const Request& request, const Body& body);

  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
