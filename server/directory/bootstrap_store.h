// All SQL of the bootstrap.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "server/storage/tx.h"

namespace hearth {

// Inserts the platform directory, if there is none.
void InsertPlatform(Tx& tx);
// Inserts a token that expires after `lifetime`, and removes those that have expired. Repeating it adds nothing.
void InsertBootstrapToken(Tx& tx, const std::string& digest, absl::Duration lifetime);
// Whether there is such a token that has not expired.
bool HasBootstrapToken(Tx& tx, const std::string& digest);
// Uses the token up: true for one caller, if it has not expired. It is back when the transaction fails.
bool TakeBootstrapToken(Tx& tx, const std::string& digest);

}  // namespace hearth
