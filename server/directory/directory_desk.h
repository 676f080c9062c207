// The RPCs of DirectoryService about directories themselves.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Creates, shows, changes, deletes, restores and suspends directories. Each method is described in directory_service.proto. Thread-safe. What is passed in
// outlives the desk.
class DirectoryDesk {
 public:
  DirectoryDesk(Database* database, const Keyring* keyring, const Pager* pager)
      : database_(*database), keyring_(*keyring), pager_(*pager) {}

  absl::StatusOr<v1::CreateDirectoryResponse> CreateDirectory(const Call& call,
                                                              const v1::CreateDirectoryRequest& request);
  absl::StatusOr<v1::GetDirectoryResponse> GetDirectory(const Call& call, const v1::GetDirectoryRequest& request);
  absl::StatusOr<v1::ListDirectoriesResponse> ListDirectories(const Call& call,
                                                              const v1::ListDirectoriesRequest& request);
  absl::StatusOr<v1::UpdateDirectoryResponse> UpdateDirectory(const Call& call,
                                                              const v1::UpdateDirectoryRequest& request);
  absl::StatusOr<v1::DeleteDirectoryResponse> DeleteDirectory(const Call& call,
                                                              const v1::DeleteDirectoryRequest& request);
  absl::StatusOr<v1::UndeleteDirectoryResponse> UndeleteDirectory(const Call& call,
                                                                  const v1::UndeleteDirectoryRequest& request);
  absl::StatusOr<v1::SuspendDirectoryResponse> SuspendDirectory(const Call& call,
                                                                const v1::SuspendDirectoryRequest& request);
  absl::StatusOr<v1::ResumeDirectoryResponse> ResumeDirectory(const Call& call,
                                                              const v1::ResumeDirectoryRequest& request);

 private:
  // Suspends a live directory, or ends that; the same for both requests.
  template <typename Response, typename Request>
  absl::StatusOr<Response> SetSuspended(const Call& call, const Request& request, bool suspended);

  Database& database_;
  const Keyring& keyring_;
  const Pager& pager_;
};

}  // namespace hearth
