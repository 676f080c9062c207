// What a failed call says, for programs and for people.
#ifndef HEARTH_CLIENT_ERROR_H_
#define HEARTH_CLIENT_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hearth/v1/error_reason.pb.h"

namespace hearth::client {

// The parsed details of a failure. Everything but code and message may be empty: a call that never reached a
// server has no reason. The texts come from the server as they are: take control characters out before
// writing them to a terminal.
struct Error {
  struct FieldViolation {
    std::string field;
    std::string description;
  };
  struct Link {
    std::string description;
    std::string url;
  };

  absl::StatusCode code = absl::StatusCode::kOk;
  // In the caller's language when the server sent such a message, else in English.
  std::string message;
  // Such as "NOT_HOME_DIRECTORY"; kept as text even when this library is older than the reason.
  std::string reason;
  // The same as a value of the contract; unspecified when this library does not know it.
  v1::ErrorReason reason_value = v1::ERROR_REASON_UNSPECIFIED;
  // The variables of the message, such as home_domain.
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> field_violations;
  // Present when the call is worth repeating, not before this time has passed.
  std::optional<absl::Duration> retry_delay;
  std::vector<Link> help_links;
  // What to do next, from the contract.
  std::string next_step;
  // The request_id of the call, if it had one: the name under which the same attempt can be repeated safely.
  std::string request_id;
  // The id that the server gave the call: finds its line in the server's log, and its row in the audit (ListAuditEvents with the filter
  // `event_id = …`), which an administrator may read.
  std::string call_id;

  // Reads the details that a Client left in `status`. Never fails; damaged details are left out.
  static Error From(const absl::Status& status);
};

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_ERROR_H_
