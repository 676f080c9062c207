// Writes audit events.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/authz/call.h"

namespace hearth {

class Database;
class Tx;

// Appends the event that the call was allowed and took effect, in the transaction of that effect, when all else is decided and done: one row in
// the caller's directory, and one in the other directory that the call's note names, if that exists; the transaction serves it from then on. Throws
// when a row cannot be written. A reason in the note makes it a refusal, of which the caller is not told. Repeating it adds nothing.
void AppendAudit(Tx& tx, const Call& call);

// The same for a call that took effect, or was refused (or failed) with `verdict`, after it was answered: what a relay did with it.
void AppendVerdict(Tx& tx, const Call& call, const absl::Status& verdict);

// The same in this directory alone, whoever called: what became of a call is not for the directory that made it.
void AppendVerdictIn(Tx& tx, const std::string& directory, const Call& call, const absl::Status& verdict);

// Records that the call was allowed, in a transaction of its own: for what has no other effect than its answer, which is given only if this is OK.
// Fails as Database::Write does.
absl::Status RecordAllowed(Database& database, const Call& call);

// Records that the call was refused (or failed, for reasons of the server's own), in a transaction of its
// own, with the reason of `status`. Fails as Database::Write does; the caller then gets that failure instead
// of the refusal.
absl::Status RecordRefusal(Database& database, const Call& call, const absl::Status& status);

// The same for calls that were served together: all in one transaction, or none. `calls` is not empty.
struct RefusedCall {
  const Call* call;
  absl::Status status;
};
absl::Status RecordRefusals(Database& database, absl::Span<const RefusedCall> calls);

}  // namespace hearth
