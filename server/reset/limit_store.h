// All SQL about counts of what happened to whom.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/reset/limit_rules.h"
#include "server/storage/tx.h"

namespace hearth {

// Counts one more for the subject (a digest of 32 bytes), and says whether it may happen. Of many at once each is counted.
LimitVerdict CountTowards(Tx& tx, const std::string& directory, const std::string& subject, v1::ResetLimitKind kind,
                          const v1::ResetPolicy& policy);
// Whether the subject is blocked now. Counts nothing.
bool IsBlocked(Tx& tx, const std::string& directory, const std::string& subject, v1::ResetLimitKind kind);

// The counts of a subject, by kind.
std::vector<v1::ResetLimitStatus> ListLimits(Tx& tx, const std::string& directory, const std::string& subject);
void ClearLimits(Tx& tx, const std::string& directory, const std::string& subject);

// Removes counts that no policy can ask for any more; returns how many. The transaction's scope says in which directories.
int SweepLimits(Tx& tx);

}  // namespace hearth
