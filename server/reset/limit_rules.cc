#include "server/reset/limit_rules.h"

#include "server/reset/policy_rules.h"

namespace hearth {

LimitVerdict CountOne(const v1::ResetPolicy::Limit& limit, absl::Time now, LimitCount& count) {
  if (now < count.blocked_until) return LimitVerdict::kBlocked;
  const bool was_blocked = count.blocked_until != absl::InfinitePast();
  if (was_blocked || now >= count.window_start + SpanOf(limit.window())) {
    count = {.count = 1, .window_start = now};
    return LimitVerdict::kAllowed;
  }
  if (count.count < limit.count()) {
    ++count.count;
    return LimitVerdict::kAllowed;
  }
  count.blocked_until = now + SpanOf(limit.block());
  return LimitVerdict::kBlocks;
}

const v1::ResetPolicy::Limit& LimitOf(const v1::ResetPolicy& policy, v1::ResetLimitKind kind) {
  switch (kind) {
    case v1::RESET_LIMIT_KIND_FAILED_PROOFS:
      return policy.failed_proofs();
    case v1::RESET_LIMIT_KIND_NOTICES:
      return policy.notices();
    default:
      return policy.requests();
  }
}

}  // namespace hearth
