// Checks the form of a request by the rules that the contract declares on its fields.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "server/rpc/message_plan.h"

namespace hearth {

// OK, or INVALID_FIELDS that names the wrong fields, as many as InvalidFields does: absent though required, too long, of another form, too many elements, an enum value that the
// contract does not have, a duration out of bounds. In updates the required fields inside a resource may be absent. Pure.
absl::Status ValidateRequest(const MessagePlan& plan, const google::protobuf::Message& request);

// Drops what callers sent in fields that only the server sets (AIP-203).
void ClearOutputOnly(const MessagePlan& plan, google::protobuf::Message& request);

// Overwrites the secrets in a message, here and deeper.
void WipeSecrets(const MessagePlan& plan, google::protobuf::Message& message);

}  // namespace hearth
