// The RPCs of AuditService about the directory's policy.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/audit_service.pb.h"
#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/storage/database.h"

namespace hearth {

// Shows and changes audit policies. Each method is described in audit_service.proto. Thread-safe. What is passed in outlives the desk.
class AuditPolicyDesk {
 public:
  AuditPolicyDesk(Database* database, const Keyring* keyring) : database_(*database), keyring_(*keyring) {}

  absl::StatusOr<v1::GetAuditPolicyResponse> GetAuditPolicy(const Call& call, const v1::GetAuditPolicyRequest& request);
  absl::StatusOr<v1::UpdateAuditPolicyResponse> UpdateAuditPolicy(const Call& call,
                                                                  const v1::UpdateAuditPolicyRequest& request);

 private:
  Database& database_;
  const Keyring& keyring_;
};

}  // namespace hearth
