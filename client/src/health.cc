#include "hearth/client/health.h"

#include "google/protobuf/wrappers.pb.h"

namespace hearth::client {

absl::StatusOr<Health> CheckHealth(const Client& client, const std::string& service, const CallOptions& options) {
  // Byte for byte, StringValue is HealthCheckRequest{string service = 1} and Int32Value
  // HealthCheckResponse{enum status = 1}.
  google::protobuf::StringValue request;
  google::protobuf::Int32Value response;
  request.set_value(service);
  absl::Status status = client.InvokeOnce("/grpc.health.v1.Health/Check", request, &response, options);
  if (!status.ok()) return status;
  switch (response.value()) {
    case 1:
      return Health::kServing;
    case 2:
      return Health::kNotServing;
    case 3:
      return Health::kServiceUnknown;
    default:
      return Health::kUnknown;
  }
}

}  // namespace hearth::client
