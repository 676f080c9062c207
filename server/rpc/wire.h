// Messages to and from the bytes of a call.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace hearth {

// Parses the bytes into `message`. Fails with INVALID_FIELDS: a string that is not UTF-8 is named, other damage is "(message)"; with PASSWORD_POLICY for a
// new password that is not UTF-8.
absl::Status ParseMessage(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

// The message's bytes.
grpc::ByteBuffer SerializeMessage(const google::protobuf::Message& message);

}  // namespace hearth
