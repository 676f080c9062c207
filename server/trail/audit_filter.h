// Filters of the audit's list (a part of AIP-160).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/audit/log_store.h"

namespace hearth {

// The filter of a list, as hearth.v1.ListAuditEventsRequest describes it. Fails with INVALID_FIELDS that names `filter`. Pure.
absl::StatusOr<AuditFilter> ParseAuditFilter(const std::string& filter);

}  // namespace hearth
