// The context of one call, as the desks see it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "hearth/v1/options.pb.h"
#include "server/authz/access.h"
#include "server/authz/principal.h"

namespace hearth {

// What a desk notes about a call for its audit events. Written by the one thread that serves the call.
struct AuditNote {
  std::string target;                 // Name of the resource that the call is about, as the caller addressed it.
  std::string target_principal_name;  // Of the person the call is about, where it is known.
  std::string other_directory;        // Id of the other directory that the call concerns, such as a guest's home;
                                      // may not exist.
  std::string reason;  // The reason that the audit gives, where the caller is told another or of none; else empty.
  // How long the call takes must not tell how many directories it concerns: one takes as long as two.
  bool evenly = false;
};

// One admitted call. The gate made it; it is valid while the desk serves the call.
struct Call {
  Principal principal;
  Access access;  // As it was at the gate. Transactions that write read it again, under lock.
  std::string
      through{};  // Id of the service account of the principal's directory that acts for the principal, a person; or empty.
  // At methods of ACCESS_INVITEE, of a caller from outside Hearth: who they are there. The principal is then "{issuer} {subject}" of the directory that
  // trusts the issuer, which is no id of it, whether they are a guest of it already or not: they ask again as whom they asked.
  std::optional<ExternalIdentity> outsider{};
  const v1::MethodPolicy* policy = nullptr;
  std::string rpc;                // "ResetPasswordService/ResetPassword"
  std::string id;                 // Names the call in log and audit.
  std::string peer;               // Network address of the caller.
  std::string trace_id;           // From `traceparent` (W3C Trace Context), or empty.
  std::string accept_language{};  // The `accept-language` metadata (RFC 9110, 12.5.4), as it came; or empty.
  absl::Time deadline;
  AuditNote* note = nullptr;  // Never null inside a desk.
};

// Where a method that streams puts its responses, one by one. Waits while the caller is slow to read; false: the caller is gone or out of time,
// and the method ends.
template <class Response>
using Sink = std::function<bool(const Response&)>;

// Where a method that goes on after its call was admitted puts its responses: nothing here waits. One response is under way at a time. Used by one
// thread at a time.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // True: the next response can be sent.
  virtual bool ready() const = 0;
  // True: the caller is gone; all that is left is to End.
  virtual bool gone() const = 0;
  // Sends a response, when ready.
  virtual void Send(const google::protobuf::Message& response) = 0;
  // Ends the stream; the last use of the outlet.
  virtual void End(const absl::Status& status) = 0;
  // From now on calls `wake`, on any thread, when ready or gone become true. It must not wait, and outlives the outlet.
  virtual void OnChange(std::function<void()> wake) = 0;
};

// One call of a batch.
template <class Request>
struct Ask {
  const Call* call;
  const Request* request;
};

}  // namespace hearth
