// Checks the form of a request by the rules that the contract declares on its fields.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "server/rpc/message_plan.h"

namespace hearth {

// Whether the rows of a request, the elements of its repeated messages, are judged with it.
enum class Rows { kWithin, kApart };

// OK, or INVALID_FIELDS that names the wrong fields, as many as InvalidFields does: absent though required, too long, of another form, too many elements, an enum value that the
// contract does not have, a duration out of bounds. In updates the required fields inside a resource may be absent. Pure.
absl::Status ValidateRequest(const MessagePlan& plan, const google::protobuf::Message& request,
                             Rows rows = Rows::kWithin);

// The same for each row of a request by itself, in their order; fields are named from the row.
std::vector<absl::Status> ValidateRows(const MessagePlan& plan, const google::protobuf::Message& request);

// Drops what callers sent in fields that only the server sets (AIP-203).
void ClearOutputOnly(const MessagePlan& plan, google::protobuf::Message& request);

// Overwrites the secrets in a message, here and deeper.
void WipeSecrets(const MessagePlan& plan, google::protobuf::Message& message);

}  // namespace hearth
