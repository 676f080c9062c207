#include "server/guest/invitation_sweep.h"

#include <string>

#include "server/audit/audit_store.h"
#include "server/base/ids.h"
#include "server/base/resource_name.h"
#include "server/directory/each_directory.h"
#include "server/guest/guest_store.h"

namespace hearth {
namespace {

constexpr int kMostAtOnce = 500;
constexpr char kJanitor[] = "hearth.janitor";  // A dot is in no id.

// The one thing here that a policy says.
const v1::MethodPolicy& PolicyOfSweep() {
  static const auto* policy = [] {
    auto* made = new v1::MethodPolicy;
    made->set_audit_action("guest.expire");
    return made;
  }();
  return *policy;
}

void Record(Tx& tx, const std::string& directory, const StaleGuest& guest) {
  AuditNote note;
  note.target = UserName(directory, guest.id);
  note.target_principal_name = guest.user_principal_name;
  note.other_directory = guest.home_directory;
  Call call;
  call.principal = {directory, kJanitor};
  call.access.kind = PrincipalKind::kService;
  call.policy = &PolicyOfSweep();
  call.rpc = "Janitor";
  call.id = NewUuid4();
  call.note = &note;
  AppendAudit(tx, call);
}

}  // namespace

absl::Status SweepInvitations(Database& database, absl::Time deadline) {
  return WriteInEachDirectory(database, deadline, [](Tx& tx, const std::string& directory) {
    for (const StaleGuest& guest : RemoveStaleGuests(tx, directory, kMostAtOnce)) Record(tx, directory, guest);
  });
}

}  // namespace hearth
