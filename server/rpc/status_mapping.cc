#include "server/rpc/status_mapping.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"

namespace hearth {
absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || ReasonOf(status).has_value()) return status;
  const std::string incident = NewUuid4();
  Log(LogLevel::kError, "unexpected failure", {{"incident", incident}, {"detail", std::string(status.message())}});
  return Refuse(v1::ERROR_REASON_INTERNAL, {{"incident", incident}});
}

grpc::Status ToGrpc(const absl::Status& failure) {
  if (failure.ok()) return grpc::Status::OK;
  const google::rpc::Status rich = ToRpcStatus(WithReason(failure));
  return {static_cast<grpc::StatusCode>(rich.code()), rich.message(), rich.SerializeAsString()};
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload.has_value() || !retry.ParseFromString(std::string(*payload))) return std::nullopt;
  return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

}  // namespace hearth
