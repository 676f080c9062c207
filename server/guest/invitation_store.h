// All SQL about invitations. They end by themselves when their guest redeems, is removed or is converted (migrations/…_guests.sql, follow_guest).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/guest/invitation_rules.h"
#include "server/storage/tx.h"

namespace hearth {

// The invitation of a guest, locked until the transaction ends: of many who redeem at once, one finds it. nullopt when there is none.
std::optional<Invitation> LockInvitation(Tx& tx, std::string_view directory, std::string_view guest);

// Writes the invitation, in place of the one before, to end after `lifetime` by the database's clock; counts a mail when one is sent with it.
// Returns when it ends.
absl::Time SaveInvitation(Tx& tx, const Invitation& invitation, absl::Duration lifetime, bool mailed);

}  // namespace hearth
