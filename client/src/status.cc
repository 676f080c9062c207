#include "status.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "payloads.h"

namespace hearth::client {
namespace {

// What every answer of the server has (proto/README.md).
constexpr char kCallIdMetadata[] = "hearth-call-id";

}  // namespace

absl::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (result.ok()) return result;
  if (!status.error_details().empty()) result.SetPayload(kDetailsPayload, absl::Cord(status.error_details()));
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto id = trailers.find(kCallIdMetadata); id != trailers.end()) {
    result.SetPayload(kCallIdPayload, absl::Cord(absl::string_view(id->second.data(), id->second.size())));
  }
  return result;
}

void NoteRequestId(const std::string& request_id, absl::Status* status) {
  if (status->ok() || request_id.empty()) return;
  status->SetPayload(kRequestIdPayload, absl::Cord(request_id));
}

}  // namespace hearth::client
