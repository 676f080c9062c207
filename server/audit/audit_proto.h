// Rows and heads of the audit as messages of the contract.
#pragma once

#include <string>
#include <string_view>

#include "hearth/v1/audit_service.pb.h"
#include "server/audit/audit_row.h"
#include "server/audit/tree_head.h"
#include "server/base/hex.h"

namespace hearth {

v1::AuditCheckpoint ToProto(const TreeHead& head);

// A sealed row.
v1::AuditEvent ToProto(const AuditRow& row, int64_t sequence, std::string_view personal_digest,
                       std::string_view leaf_hash);

// Bytes in hexadecimal, lower case; and back, of digits that were checked.
std::string ToHex(std::string_view bytes);

// directories/{directory}/auditEvents/{audit_event}
std::string AuditEventName(std::string_view directory, std::string_view event_id);

}  // namespace hearth
