#include "server/rpc/status_mapping.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/mail/language.h"
#include "server/rpc/reason_texts.h"

namespace hearth {
namespace {

// By the reason alone, so that answers that are equal are equal in every language.
absl::Status Localized(absl::Status failure, const std::string& accept_language) {
  const auto reason = ReasonOf(failure);
  if (accept_language.empty() || !reason.has_value()) return failure;
  const std::string language = ChooseLanguageOf(accept_language);
  const std::string text = ReasonText(*reason, language);
  if (!text.empty()) AddLocalizedMessage(failure, language, text);
  return failure;
}

}  // namespace

absl::Status WithReason(const absl::Status& status) {
  if (status.ok() || ReasonOf(status).has_value()) return status;
  const std::string incident = NewUuid4();
  Log(LogLevel::kError, "unexpected failure", {{"incident", incident}, {"detail", std::string(status.message())}});
  return Refuse(v1::ERROR_REASON_INTERNAL, {{"incident", incident}});
}

std::string AcceptLanguageOf(const grpc::CallbackServerContext& context) {
  const auto entry = context.client_metadata().find("accept-language");
  return entry == context.client_metadata().end() ? "" : std::string(entry->second.data(), entry->second.size());
}

grpc::Status ToGrpc(const absl::Status& failure, const std::string& accept_language) {
  if (failure.ok()) return grpc::Status::OK;
  const google::rpc::Status rich = ToRpcStatus(Localized(WithReason(failure), accept_language));
  return {static_cast<grpc::StatusCode>(rich.code()), rich.message(), rich.SerializeAsString()};
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload.has_value() || !retry.ParseFromString(std::string(*payload))) return std::nullopt;
  return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

}  // namespace hearth
