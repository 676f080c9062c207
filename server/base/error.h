// Failures with a reason. The reason's status code and message are declared in error_reason.proto and read from there, so a call site names
// only the reason and the variable parts.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hearth/v1/error_reason.pb.h"

namespace hearth {

// The variable parts of a reason's message, by name.
using ErrorMetadata = std::map<std::string, std::string>;

// A failure for `reason`: its status code, its message with each {name} replaced from `metadata`, and a google.rpc.ErrorInfo. Reasons that
// are declared retryable carry a google.rpc.RetryInfo of `retry_after`.
absl::Status Refuse(v1::ErrorReason reason, const ErrorMetadata& metadata = {},
                    absl::Duration retry_after = absl::Milliseconds(200));

// One wrong field of a request.
struct FieldViolation {
  std::string field;        // Path from the request's root, in proto names.
  std::string description;  // What is wrong, and what would be right.
};

// The most wrong fields that a failure names: what a call ends with travels as HTTP/2 trailers, for which many clients allow 8 KiB.
inline constexpr size_t kMostViolations = 20;

// INVALID_FIELDS with a google.rpc.BadRequest that names the violations; beyond kMostViolations it only says how many more there are. The message and
// the ErrorInfo, which travel besides, name half as many. `violations` is not empty; `uncounted` are further ones that it leaves out.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations, size_t uncounted = 0);

// INVALID_FIELDS for one field.
absl::Status InvalidField(const std::string& field, const std::string& description);

// The reason that a failure was made with; nullopt for an OK status or one that Refuse did not make.
std::optional<v1::ErrorReason> ReasonOf(const absl::Status& status);

// The variable parts that a failure was made with; empty for an OK status or one that Refuse did not make.
ErrorMetadata MetadataOf(const absl::Status& status);

// The failure as a message, with its details of google.rpc; other payloads stay inside.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// Adds the message as google.rpc.LocalizedMessage: `text` is a message of the failure's reason in the language `locale` (BCP 47), with the same {name}s as
// the English one. Nothing happens to a failure without a reason.
void AddLocalizedMessage(absl::Status& status, const std::string& locale, const std::string& text);

// Adds a link where a person can act.
void AddHelpLink(absl::Status& status, const std::string& description, const std::string& url);

// The reason's name without its prefix: "NOT_HOME_DIRECTORY".
std::string ReasonName(v1::ErrorReason reason);

}  // namespace hearth
