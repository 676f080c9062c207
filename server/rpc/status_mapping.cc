#include "server/rpc/status_mapping.h"

#include <string>

#include "absl/strings/match.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"

namespace hearth {
namespace {

// Details of this contract; other payloads stay inside.
constexpr absl::string_view kDetailPrefix = "type.googleapis.com/google.rpc.";

}  // namespace

absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || ReasonOf(status).has_value()) return status;
  const std::string incident = NewUuid4();
  Log(LogLevel::kError, "unexpected failure", {{"incident", incident}, {"detail", std::string(status.message())}});
  return Refuse(v1::ERROR_REASON_INTERNAL, {{"incident", incident}});
}

grpc::Status ToGrpc(const absl::Status& failure) {
  if (failure.ok()) return grpc::Status::OK;
  const absl::Status status = WithReason(failure);
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(std::string(status.message()));
  status.ForEachPayload([&rich](absl::string_view type_url, const absl::Cord& payload) {
    if (!absl::StartsWith(type_url, kDetailPrefix)) return;
    auto* detail = rich.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return {static_cast<grpc::StatusCode>(status.code()), rich.message(), rich.SerializeAsString()};
}

}  // namespace hearth
