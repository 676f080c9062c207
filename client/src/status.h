// From gRPC's status to Abseil's, with the details kept for Error::From.
#ifndef HEARTH_CLIENT_SRC_STATUS_H_
#define HEARTH_CLIENT_SRC_STATUS_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace hearth::client {

// How the call of `context`, which is over, ended: the same code and message; as payloads the serialised google.rpc.Status and the id that the server gave
// the call, as far as there are such.
absl::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context);

// Notes in a failure with which request_id the call was made. Does nothing for OK or an empty id.
void NoteRequestId(const std::string& request_id, absl::Status* status);

}  // namespace hearth::client

#endif  // HEARTH_CLIENT_SRC_STATUS_H_
