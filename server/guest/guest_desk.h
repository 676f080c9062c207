// The RPCs of GuestUserService.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/authz/call.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Tells about guests. Thread-safe. What is passed in outlives the desk.
class GuestDesk {
 public:
  GuestDesk(Database* database, const Pager* pager) : database_(*database), pager_(*pager) {}

  // Batched: the answers are parallel to the calls.
  std::vector<absl::StatusOr<v1::ResolveHomeDirectoryResponse>> ResolveHomeDirectory(
      absl::Span<const Ask<v1::ResolveHomeDirectoryRequest>> asks);
  std::vector<absl::StatusOr<v1::GetGuestUserResponse>> GetGuestUser(
      absl::Span<const Ask<v1::GetGuestUserRequest>> asks);

  absl::StatusOr<v1::ListGuestUsersResponse> ListGuestUsers(const Call& call, const v1::ListGuestUsersRequest& request);

 private:
  Database& database_;
  const Pager& pager_;
};

}  // namespace hearth
