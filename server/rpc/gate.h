// What every call passes before a desk sees it.
#pragma once

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/base/clock.h"
#include "server/rpc/authenticator.h"
#include "server/rpc/long_runs.h"
#include "server/rpc/metrics.h"
#include "server/rpc/rate_limiter.h"
#include "server/rpc/work.h"

namespace hearth {

// Admits calls or decides their status. The order is fixed: who calls, how often, whether the token opens the call at all, the directory fence,
// permission, how long ago the caller signed in, form of the fields (AIP-211: permission before the rest), and of long runs whether the directory
// has another. Thread-safe.
class Gate {
 public:
  // What is passed in outlives the gate. `max_sign_in_age` is how long a sign-in counts as recent (recent_sign_in in options.proto).
  Gate(Authenticator* authenticator, RateLimiter* limiter, Metrics* metrics, const Clock* clock,
       absl::Duration max_sign_in_age)
      : authenticator_(*authenticator),
        limiter_(*limiter),
        metrics_(*metrics),
        clock_(*clock),
        max_sign_in_age_(max_sign_in_age) {}

  // Admits a batch of calls of one method. Work whose status is set already is left alone.
  void Admit(absl::Span<Work* const> batch);

  // Which directory a call is of, as far as that can be told without a look at the database; empty when it cannot.
  std::string RememberedDirectory(const Work& work) const { return authenticator_.RememberedDirectory(work); }

  // Admits a further request of a call that streams them, in work.request: what it names, and the form of its fields, as of the first. Who calls was
  // asked then, and is asked again where something is written.
  absl::Status AdmitMore(Work& work) const { return AdmitOne(work); }

 private:
  absl::Status TakeFromLimits(const Work& work);
  absl::Status AdmitOne(Work& work) const;
  absl::Status CheckRecentSignIn(const Work& work) const;
  absl::Status BeginRun(Work& work);

  Authenticator& authenticator_;
  RateLimiter& limiter_;
  Metrics& metrics_;
  const Clock& clock_;
  const absl::Duration max_sign_in_age_;
  LongRuns runs_;
};

}  // namespace hearth
