// Who is told that somebody waits for an administrator.
#pragma once

#include <string>
#include <vector>

#include "hearth/v1/request_reset_service.pb.h"
#include "server/base/keyring.h"
#include "server/directory/user.h"
#include "server/reset/reset_keys.h"
#include "server/reset/reset_mail.h"

namespace hearth {

class Tx;

// At most this many, as in the model system.
inline constexpr size_t kMostNoticed = 100;

// The administrators who are told: those of the first group that has any whom mail reaches and who could approve. Helpdesk and Password
// Administrators; else User Administrators; else Global Administrators. `candidates`: live, enabled people with such roles. Pure.
std::vector<User> ChooseNoticed(const std::vector<User>& candidates, const User& person);

// Tells them of a new request, each within the policy's limit; false when somebody was not told because of it, and a digest is due later.
bool NoticeRequest(Tx& tx, const Keyring& keyring, const ResetKeys& keys, const User& person,
                   const std::string& request, const Asked& asked, const v1::ResetPolicy& policy);

// Sends the digest of a directory, if one is due: who waits since a time of the policy's block, and no mail has told of.
void NoticeDigest(Tx& tx, const Keyring& keyring, const std::string& directory, const v1::ResetPolicy& policy);

}  // namespace hearth
