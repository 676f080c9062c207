// How often something may happen. Pure functions.
#pragma once

#include "absl/time/time.h"
#include "hearth/v1/request_reset_service.pb.h"

namespace hearth {

// One count, as it is stored.
struct LimitCount {
  int count = 0;
  absl::Time window_start = absl::InfinitePast();
  absl::Time blocked_until = absl::InfinitePast();  // InfinitePast: never was.
};

enum class LimitVerdict {
  kAllowed,
  kBlocks,   // This one is too many: it is not allowed, and neither is what follows.
  kBlocked,  // As before.
};

// Counts one more at `now` (the database's clock). A window begins with the first in it, and with the first after a block.
LimitVerdict CountOne(const v1::ResetPolicy::Limit& limit, absl::Time now, LimitCount& count);

// The limit of a kind in a policy.
const v1::ResetPolicy::Limit& LimitOf(const v1::ResetPolicy& policy, v1::ResetLimitKind kind);

}  // namespace hearth
