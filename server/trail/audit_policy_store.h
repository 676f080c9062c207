// The audit policies of directories.
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace hearth {

class Tx;

// How long a directory keeps its audit; what is not set in a row of hearth.audit_policies is as here.
struct AuditPolicy {
  absl::Duration retention = absl::Hours(365 * 24);
  absl::Duration personal_retention = absl::Hours(365 * 24);
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: never changed.
  int64_t revision = 0;
};

// `lock` holds the row, if there is one, until the transaction ends.
AuditPolicy FindAuditPolicy(Tx& tx, std::string_view directory, bool lock = false);
void WriteAuditPolicy(Tx& tx, std::string_view directory, const AuditPolicy& policy);

}  // namespace hearth
