// What all changes have in common, and the names that calls are about.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/authz/access.h"
#include "server/authz/call.h"
#include "server/base/invitation_token.h"
#include "server/base/keyring.h"
#include "server/base/resource_name.h"
#include "server/storage/database.h"

namespace hearth {

// Takes the name apart and notes it for the audit. It is of the caller's own directory, or the caller is of the platform directory and the
// method's policy lets operators name any directory, which is then noted as the other one; else FOREIGN_DIRECTORY. The gate has asked the same
// already; this holds if it did not. The parts are views into `name`.
absl::StatusOr<ResourceName> NameOf(const Call& call, const std::string& name);

// Takes an invitation token apart and notes its directory as the other one. FOREIGN_DIRECTORY unless the method's policy lets such a token reach
// beyond the fence (ACCESS_INVITEE), INVITATION_NOT_ACCEPTED for what has not the form of a token, or is an outsider's token of another directory than the one that
// trusts their issuer. The parts are views into `token`.
absl::StatusOr<InvitationToken> TokenOf(const Call& call, const std::string& token);

// The directories that a change of a name of `directory` serves: the caller's, where its idempotency record lives, and that one.
Scope ScopeOf(const Call& call, std::string_view directory);

// Runs a change on behalf of a call: in one transaction that serves `scope`, at most once for the request's request_id, with the caller locked
// and its permission checked again, and recorded in the audit. `self`: the caller acts on themselves. `body` locks and reads what it changes,
// decides, writes, and fills the response, of the type that Change fills; it may run twice. Fails as Database::Once does, with CALLER_NOT_ACTIVE
// or PERMISSION_MISSING, and as `body` does.
absl::Status RunChange(Database& database, const Keyring& keyring, const Call& call, const Scope& scope, bool self,
                       const google::protobuf::Message& request, const std::string& request_id,
                       google::protobuf::Message& response,
                       const std::function<absl::Status(Tx&, const Access&)>& body);

// True when the change of this request_id took effect before: its response is in `response`. For desks that do costly work before RunChange, which
// would find out too. False for an empty request_id. Fails with REQUEST_ID_REUSED, and as Database::Read does.
absl::StatusOr<bool> WasDone(Database& database, const Keyring& keyring, const Call& call,
                             const google::protobuf::Message& request, const std::string& request_id,
                             google::protobuf::Message& response);

// The same with the request and response of one method: `body` is (Tx&, const Access&, Response&) -> absl::Status.
template <class Response, class Request, class Body>
absl::StatusOr<Response> Change(Database& database, const Keyring& keyring, const Call& call, const Scope& scope,
                                const Request& request, const Body& body) {
  Response response;
  absl::Status status = RunChange(database, keyring, call, scope, /*self=*/false, request, request.request_id(),
                                  response, [&](Tx& tx, const Access& access) { return body(tx, access, response); });
  if (!status.ok()) return status;
  return response;
}

// Reads for a call in one transaction: `body` is (Tx&, Response&) -> absl::Status. `directory` is the one that is read.
template <class Response, class Body>
absl::StatusOr<Response> Look(Database& database, const Call& call, std::string_view directory, const Body& body) {
  Response response;
  absl::Status status = database.Read({std::string(directory)}, call.deadline, [&](Tx& tx) {
    response.Clear();
    return body(tx, response);
  });
  if (!status.ok()) return status;
  return response;
}

}  // namespace hearth
