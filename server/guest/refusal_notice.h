// Telling people at home that a directory where they are guests tried to reset their password.
#pragma once

#include "server/authz/call.h"
#include "server/base/keyring.h"
#include "server/directory/user.h"
#include "server/storage/database.h"

namespace hearth {

// For a reset of `guest` that was refused because their home is another directory of Hearth: puts a mail to the person into home's outbox, if home's
// guest policy wants that, and at most once a day for each directory. In a transaction of its own that serves home alone; what goes wrong is logged
// and keeps nobody from the refusal.
void TellOfRefusedReset(Database& database, const Keyring& keyring, const Call& call, const User& guest);

}  // namespace hearth
