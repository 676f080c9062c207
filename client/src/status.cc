#include "status.h"

#include "absl/strings/cord.h"
#include "payloads.h"

namespace hearth::client {

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!result.ok() && !status.error_details().empty()) {
    result.SetPayload(kDetailsPayload, absl::Cord(status.error_details()));
  }
  return result;
}

void NoteRequestId(const std::string& request_id, absl::Status* status) {
  if (status->ok() || request_id.empty()) return;
  status->SetPayload(kRequestIdPayload, absl::Cord(request_id));
}

}  // namespace hearth::client
