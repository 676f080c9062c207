#include "server/app/janitor.h"

#include "absl/time/clock.h"
#include "server/base/status_macros.h"
#include "server/credential/sign_in_sweep.h"
#include "server/directory/purge.h"
#include "server/guest/invitation_sweep.h"
#include "server/mail/outbox.h"
#include "server/reset/sweep.h"
#include "server/trail/sweep.h"

namespace hearth {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(10);
constexpr absl::Duration kPatience = absl::Minutes(1);

}  // namespace

Janitor::Janitor(Database* database)
    : database_(*database), thread_({kInterval, kInterval}, "sweep failed", [this] { return Sweep(); }) {}

absl::StatusOr<int64_t> Janitor::Sweep() {
  absl::Status status = PurgeExpired(database_, absl::Now() + kPatience);
  status.Update(SweepInvitations(database_, absl::Now() + kPatience));
  status.Update(SweepOutbox(database_, absl::Now() + kPatience));
  status.Update(SweepTrail(database_, absl::Now() + kPatience));
  status.Update(SweepResets(database_, absl::Now() + kPatience));
  status.Update(SweepSignIns(database_, absl::Now() + kPatience));
  RETURN_IF_ERROR(status);
  return 0;
}

}  // namespace hearth
