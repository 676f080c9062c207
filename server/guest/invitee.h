// Who can be invited: where an address is at home, and what keeps its holder from being a guest.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/directory/user.h"
#include "server/guest/policy_rules.h"

namespace hearth {

class Tx;

// An address to invite, as a request gives it.
struct Invitee {
  std::string address;      // Lower case.
  std::string home_issuer;  // For homes outside Hearth; else empty.
  std::string field;        // Where the address stands in the request.
};

// Where the holder of the address is at home, by its domain alone: whether home knows the person is not looked up. Fails with INVALID_FIELDS (a
// domain of `directory` itself; an issuer where Hearth holds the home, or of `directory`), and HOME_NOT_FOUND.
absl::StatusOr<Home> HomeOf(Tx& tx, const std::string& directory, const Invitee& invitee);

// Asks both guest policies whether a person of that home may be a guest of `directory`, whose policy is `policy`. Lets the transaction serve the home
// too. Fails with GUEST_POLICY.
absl::Status CheckGuestPolicies(Tx& tx, const std::string& directory, const GuestPolicy& policy, const Home& home,
                                const std::string& address);

// OK unless another live person than `guest`, at home in the directory that lists them, has this mail: ADDRESS_HELD_LOCALLY. An empty address is
// nobody's.
absl::Status CheckNotHeldLocally(Tx& tx, const User& guest, const std::string& address);

// All of these for somebody who is to be a guest: their home goes into `guest`, and is noted for the audit unless another directory is.
absl::Status SettleElsewhere(Tx& tx, const Call& call, const GuestPolicy& policy, const Invitee& invitee, User& guest);

}  // namespace hearth
