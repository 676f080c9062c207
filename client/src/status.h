// From gRPC's status to Abseil's, with the details kept for Error::From.
#ifndef HEARTH_CLIENT_SRC_STATUS_H_
#define HEARTH_CLIENT_SRC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace hearth::client {

// The same code and message; the serialised google.rpc.Status, if there is one, as payload.
absl::Status FromGrpc(const grpc::Status& status);

// Notes in a failure with which request_id the call was made. Does nothing for OK or an empty id.
void NoteRequestId(const std::string& request_id, absl::Status* status);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_STATUS_H_
