// Finds the person that a request names, by resource name or by principal name, in the caller's directory.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// How a request names a person: one of the two is set.
struct TargetName {
  std::string name;  // directories/{directory}/users/{user}; the gate has checked that the directory is the caller's.
  std::string user_principal_name;  // In any case.
};

// Takes the name from a request with the oneof `target`.
template <class Request>
TargetName TargetNameOf(const Request& request) {
  return {request.name(), request.user_principal_name()};
}

// Finds the live person whom the caller's directory lists, and notes them for the audit. `lock` holds their
// row until the transaction ends. Fails with NOT_FOUND for names of the caller's directory, and with
// FOREIGN_DIRECTORY for principal names of other domains that the directory does not list: the same for all
// of those, whether such a person or directory exists or not; the directory that owns the domain is noted.
absl::StatusOr<User> FindTarget(Tx& tx, const Call& call, const TargetName& target, bool lock);

// The same without a lock, and with the same statements whether the person is there or not: for those who must not learn which, from the time either.
absl::StatusOr<User> FindTargetEvenly(Tx& tx, const Call& call, const TargetName& target);

// A principal name as it is stored: lower case.
std::string CanonicalPrincipalName(const std::string& name);

// The refusal for a person who is not there.
absl::Status UserNotFound();

}  // namespace hearth
