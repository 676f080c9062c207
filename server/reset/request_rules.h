// What becomes of a request for a reset. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/v1/request_reset_service.pb.h"
#include "server/directory/user.h"

namespace hearth {

enum class ResetPath {
  kNobody,          // Nobody has that identifier: nothing happens.
  kDisabled,        // The person may not sign in, so they get no password either: nothing happens.
  kHomeElsewhere,   // A mail says where home is; the home may take the request over.
  kHomeOutside,     // The identity provider is outside Hearth: nothing happens.
  kSelfService,     // A link, a code or both are mailed.
  kAdministrators,  // The request goes into the queue.
};

struct ResetPlan {
  ResetPath path = ResetPath::kNobody;
  bool link = false;
  bool code = false;
  bool needs_both = false;  // The link goes to the first address, the code to SecondAddressOf, and both are needed.
};

// `policy` is that of the directory that lists the person; `selected`: they are in its self_service_group; `blocked`: too many wrong codes. Two proofs are needed of whoever holds an administrator
// role, whatever the policy says (NIST SP 800-63B-4, 4.2.2.2; Entra's two-gate policy).
ResetPlan PlanReset(const std::optional<User>& user, const v1::ResetPolicy& policy, v1::ResetPolicy::Channel wished,
                    bool selected, bool blocked);

// Where mail for the person goes: their address, or the principal name of those who have none, then the alternate ones; each once, and only what
// mail can carry.
std::vector<std::string> AddressesOf(const User& user);

// Where the second of two proofs goes: the first of these addresses that is not the first one's mailbox under another tag, as ada+x@ is ada@. Empty
// when there is none.
std::string SecondAddressOf(const User& user);

// An identifier as it is compared: ASCII letters in lower case, every other byte as it is.
std::string CanonicalIdentifier(const std::string& identifier);

}  // namespace hearth
