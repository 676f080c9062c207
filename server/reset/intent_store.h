// All SQL about intents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/reset/intent.h"
#include "server/storage/tx.h"

namespace hearth {

// Writes all with one statement, each under its own directory. The result says for each whether its handle was there already for another request;
// one that was there for the same request is left as it is.
std::vector<bool> InsertIntents(Tx& tx, const std::vector<Intent>& intents);

// Writes one that another directory's request became.
void HandOverIntent(Tx& tx, const Intent& intent);

// Takes at most `most` intents that are due, of any directory, for the length of the lease. A statement that stands alone.
std::vector<IntentKey> TakeIntents(Tx& tx, int most, absl::Duration lease);

// Those of the directory's intents that still are the taker's: not done, and not taken by another since. `lock` holds the rows, in the order of their
// keys, until the transaction ends.
std::vector<Intent> FindIntents(Tx& tx, const std::string& directory, std::vector<IntentKey> keys, bool lock);
// Marks intents of the directory done, which are locked, and wipes their wishes.
void FinishIntents(Tx& tx, const std::string& directory, const std::vector<Intent>& intents);
// The same for all intents that wait for the same identifier.
void FinishIntentsOf(Tx& tx, const std::string& directory, const std::string& identifier_digest);

// What the intent of a handle says to somebody who brings a code.
struct HandleUse {
  std::string identifier_digest;
};
// Counts an attempt with a code; nullopt when there have been `most` already, or there is no such handle.
std::optional<HandleUse> CountCodeAttempt(Tx& tx, const std::string& directory, const std::string& handle_digest,
                                          int most);

// Removes intents that are older than 24 hours, for as long a request_id is remembered; returns how many. The transaction's scope says in which
// directories.
int SweepIntents(Tx& tx);

}  // namespace hearth
