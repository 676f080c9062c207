// The RPCs of AuditService about the log.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hearth/v1/audit_service.pb.h"
#include "server/audit/tree_head.h"
#include "server/authz/call.h"
#include "server/directory/page.h"
#include "server/storage/database.h"

namespace hearth {

// Lists, proves and checks the audit. Each method is described in audit_service.proto. Thread-safe. What is passed in outlives the desk.
class AuditDesk {
 public:
  AuditDesk(Database* database, const HeadSigner* signer, const Pager* pager)
      : database_(*database), signer_(*signer), pager_(*pager) {}

  absl::StatusOr<v1::ListAuditEventsResponse> ListAuditEvents(const Call& call,
                                                              const v1::ListAuditEventsRequest& request);
  absl::StatusOr<v1::GetAuditCheckpointResponse> GetAuditCheckpoint(const Call& call,
                                                                    const v1::GetAuditCheckpointRequest& request);
  absl::Status VerifyAudit(const Call& call, const v1::VerifyAuditRequest& request,
                           const Sink<v1::VerifyAuditResponse>& sink);

 private:
  Database& database_;
  const HeadSigner& signer_;
  const Pager& pager_;
};

}  // namespace hearth
