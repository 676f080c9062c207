// All SQL about guest policies, and about the domains that their rules ask.
#pragma once

#include <string>
#include <string_view>

#include "server/guest/policy_rules.h"
#include "server/storage/tx.h"

namespace hearth {

// The directory's policy; the defaults when it never set one. The transaction serves the directory.
GuestPolicy FindGuestPolicy(Tx& tx, std::string_view directory);
// The same, locked until the transaction ends. Makes the row of defaults that later changes lock.
GuestPolicy LockGuestPolicy(Tx& tx, std::string_view directory);
// Writes all but revision and time, which it moves on. The policy was locked.
void UpdateGuestPolicy(Tx& tx, std::string_view directory, const GuestPolicy& policy);

// The live domains of a directory, the primary one first.
Domains DomainsOf(Tx& tx, std::string_view directory);

}  // namespace hearth
