// All SQL about reset policies.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/storage/tx.h"

namespace hearth {

// A directory's policy, complete: what it has not set is the default's.
struct StoredResetPolicy {
  v1::ResetPolicy policy;                         // Without name, etag and times.
  absl::Time update_time = absl::InfinitePast();  // InfinitePast: it was never set.
  int64_t revision = 0;
};

// `lock` holds the row, if there is one, until the transaction ends. A transaction that serves the directory may ask; others fail.
StoredResetPolicy FindResetPolicy(Tx& tx, std::string_view directory, bool lock = false);
// Writes the policy and counts the revision.
void WriteResetPolicy(Tx& tx, std::string_view directory, const v1::ResetPolicy& policy);

}  // namespace hearth
