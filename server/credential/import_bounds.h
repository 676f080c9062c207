// What a hash of another system may cost to be imported.
#pragma once

#include <cstdint>

#include "server/credential/foreign_hash.h"
#include "server/credential/hasher.h"

namespace hearth {

// Of the deployment's own hash: what an imported one may take at most. Lanes hold as many times their memory while imported passwords are signed in
// with, and no more. Three times the default takes in what Argon2's reference, Django, Kratos and OWASP's scrypt ask for; Argon2 may besides take
// five times the work.
inline constexpr uint64_t kImportMemory = 3, kImportArgon2Work = 5;

// Of those that take no memory to speak of, about as long: a quarter to half of a second on a core of 2020, and what other systems' defaults stay below, but
// for ZITADEL's: bcrypt 14, for which a deployment has to say so (--import-bcrypt-cost).
inline constexpr int kImportBcryptCost = 12;
inline constexpr uint64_t kImportCryptRounds = 500'000;
inline constexpr uint64_t kImportPbkdf2Work = 1'500'000;
inline constexpr uint64_t kImportScryptWork = 1u << 20;  // N r p.

// The bounds of an import: every sign-in would pay for what lies above, in a lane that others wait for. `own`: what a hash of this deployment costs;
// `bcrypt_cost`: kLeastBcryptCost to kMostBcryptCost. Asked at imports only: what is stored stays comparable when the deployment's hashes become cheaper.
ForeignBounds ImportBounds(const HashParameters& own, int bcrypt_cost = kImportBcryptCost);

}  // namespace hearth
