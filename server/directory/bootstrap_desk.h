// The RPC of DirectoryService with which the platform gets an operator.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/directory_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Registers operators by single-use tokens; described in directory_service.proto. The call has no principal: the audit names the new operator.
// Thread-safe. What is passed in outlives the desk.
class BootstrapDesk {
 public:
  BootstrapDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::BootstrapPlatformResponse> BootstrapPlatform(const Call& call,
                                                                  const v1::BootstrapPlatformRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
