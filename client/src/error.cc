#include "hearth/client/error.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hearth/v1/options.pb.h"
#include "payloads.h"

namespace hearth::client {
namespace {

constexpr char kDomain[] = "hearth";

std::string NextStep(v1::ErrorReason reason, const std::map<std::string, std::string>& metadata) {
  const google::protobuf::EnumValueDescriptor* value = v1::ErrorReason_descriptor()->FindValueByNumber(reason);
  if (value == nullptr) return "";
  std::string step = value->options().GetExtension(v1::reason).next_step();
  for (const auto& [name, text] : metadata) step = absl::StrReplaceAll(step, {{absl::StrCat("{", name, "}"), text}});
  return step;
}

void Read(const google::rpc::ErrorInfo& info, Error* error) {
  error->reason = info.reason();
  error->metadata.insert(info.metadata().begin(), info.metadata().end());
  if (info.domain() != kDomain) return;
  v1::ErrorReason value;
  if (!v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", info.reason()), &value)) return;
  error->reason_value = value;
  error->next_step = NextStep(value, error->metadata);
}

void Read(const google::rpc::BadRequest& bad, Error* error) {
  for (const auto& violation : bad.field_violations()) {
    error->field_violations.push_back({violation.field(), violation.description()});
  }
}

void Read(const google::rpc::RetryInfo& info, Error* error) {
  const absl::Duration delay =
      absl::Seconds(info.retry_delay().seconds()) + absl::Nanoseconds(info.retry_delay().nanos());
  error->retry_delay = std::max(delay, absl::ZeroDuration());
}

void Read(const google::rpc::Help& help, Error* error) {
  for (const auto& link : help.links()) error->help_links.push_back({link.description(), link.url()});
}

void Read(const google::rpc::LocalizedMessage& message, Error* error) {
  if (!message.message().empty()) error->message = message.message();
}

template <class Detail>
bool ReadAs(const google::protobuf::Any& any, Error* error) {
  Detail detail;
  if (!any.Is<Detail>() || !any.UnpackTo(&detail)) return false;
  Read(detail, error);
  return true;
}

}  // namespace

Error Error::From(const absl::Status& status) {
  Error error;
  error.code = status.code();
  error.message = std::string(status.message());
  if (auto id = status.GetPayload(kRequestIdPayload); id.has_value()) error.request_id = std::string(*id);
  if (auto id = status.GetPayload(kCallIdPayload); id.has_value()) error.call_id = std::string(*id);

  google::rpc::Status details;
  const auto payload = status.GetPayload(kDetailsPayload);
  if (!payload.has_value() || !details.ParseFromString(std::string(*payload))) return error;
  for (const google::protobuf::Any& any : details.details()) {
    ReadAs<google::rpc::ErrorInfo>(any, &error) || ReadAs<google::rpc::BadRequest>(any, &error) ||
        ReadAs<google::rpc::RetryInfo>(any, &error) || ReadAs<google::rpc::Help>(any, &error) ||
        ReadAs<google::rpc::LocalizedMessage>(any, &error);
  }
  return error;
}

}  // namespace hearth::client
