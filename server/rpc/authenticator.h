// Finds out who calls.
#pragma once

#include "absl/types/span.h"
#include "server/authn/token_authority.h"
#include "server/rpc/work.h"
#include "server/storage/database.h"

namespace hearth {

// Authenticates calls by their bearer token, their client certificate or both, and reads what the callers hold, many calls at once. A
// certificate alone is the service account that it is bound to. With a person's token beside it, the service acts for that person: the
// principal is the person, the service is noted in Call::through, and both are of one directory. A token of an issuer of external guests is
// the guest who redeemed with it; of anybody else it opens methods of ACCESS_INVITEE only (Call::outsider). Thread-safe.
class Authenticator {
 public:
  // What is passed in outlives the authenticator.
  Authenticator(Database* database, TokenAuthority* tokens) : database_(*database), tokens_(*tokens) {}

  // Fills principal and access of each call, or its status: CREDENTIALS_NOT_ACCEPTED (one answer for every defect of the credentials; the cause
  // is in log_detail), CALLER_NOT_ACTIVE, or a failure of the database.
  void Authenticate(absl::Span<Work* const> batch);

  // The directory of a call whose token is remembered, without a look at the database, so as it was when the token was verified last; empty for others.
  // Good for refusing sooner, for nothing else.
  std::string RememberedDirectory(const Work& work);

 private:
  Database& database_;
  TokenAuthority& tokens_;
};

}  // namespace hearth
