#include "server/base/error.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/message.h"
#include "hearth/v1/options.pb.h"

namespace hearth {
namespace {

constexpr char kDomain[] = "hearth";
constexpr std::string_view kPrefix = "ERROR_REASON_";

const v1::ReasonPolicy& PolicyOf(v1::ErrorReason reason) {
  return v1::ErrorReason_descriptor()->FindValueByNumber(reason)->options().GetExtension(v1::reason);
}

// A message of a reason with its variables in place.
template <class Metadata>
std::string FillIn(std::string message, const Metadata& metadata) {
  for (const auto& [name, value] : metadata) {
    message = absl::StrReplaceAll(message, {{absl::StrCat("{", name, "}"), value}});
  }
  return message;
}

template <class Detail>
std::string TypeUrl() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <class Detail>
std::optional<Detail> Find(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  if (!payload.has_value()) return std::nullopt;
  Detail detail;
  if (!detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::string ReasonName(v1::ErrorReason reason) { return v1::ErrorReason_Name(reason).substr(kPrefix.size()); }

absl::Status Refuse(v1::ErrorReason reason, const ErrorMetadata& metadata, absl::Duration retry_after) {
  const v1::ReasonPolicy& policy = PolicyOf(reason);
  google::rpc::ErrorInfo info;
  info.set_reason(ReasonName(reason));
  info.set_domain(kDomain);
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  absl::Status status(static_cast<absl::StatusCode>(policy.status()), FillIn(policy.message(), metadata));
  Attach(status, info);
  if (policy.retryable()) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_after));
    retry.mutable_retry_delay()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(retry_after - absl::Floor(retry_after, absl::Seconds(1)))));
    Attach(status, retry);
  }
  return status;
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations, size_t uncounted) {
  std::string fields;
  google::rpc::BadRequest bad_request;
  const size_t named = std::min(violations.size(), kMostViolations);
  const size_t in_text = std::min(named, kMostViolations / 2);
  for (size_t i = 0; i < named; ++i) {
    if (i < in_text) absl::StrAppend(&fields, i == 0 ? "" : ", ", violations[i].field);
    auto* detail = bad_request.add_field_violations();
    detail->set_field(violations[i].field);
    detail->set_description(violations[i].description);
  }
  const size_t all = violations.size() + uncounted;
  if (all > in_text) absl::StrAppend(&fields, " +", all - in_text);
  if (const size_t more = all - named; more > 0) {
    bad_request.add_field_violations()->set_description(absl::StrCat("and ", more, " more"));
  }
  absl::Status status = Refuse(v1::ERROR_REASON_INVALID_FIELDS, {{"fields", fields}});
  Attach(status, bad_request);
  return status;
}

absl::Status InvalidField(const std::string& field, const std::string& description) {
  return InvalidFields({{field, description}});
}

std::optional<v1::ErrorReason> ReasonOf(const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info.has_value() || info->domain() != kDomain) return std::nullopt;
  v1::ErrorReason reason;
  if (!v1::ErrorReason_Parse(absl::StrCat(std::string(kPrefix), info->reason()), &reason)) return std::nullopt;
  return reason;
}

ErrorMetadata MetadataOf(const absl::Status& status) {
  const auto info = Find<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return {};
  return {info->metadata().begin(), info->metadata().end()};
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  constexpr absl::string_view kDetailPrefix = "type.googleapis.com/google.rpc.";
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(std::string(status.message()));
  // In the order of their types: Abseil's own order changes from status to status, and equal refusals have equal bytes.
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    if (absl::StartsWith(type_url, kDetailPrefix)) details.emplace(type_url, payload);
  });
  for (const auto& [type_url, payload] : details) {
    auto* detail = rich.add_details();
    detail->set_type_url(type_url);
    detail->set_value(payload);
  }
  return rich;
}

void AddLocalizedMessage(absl::Status& status, const std::string& locale, const std::string& text) {
  if (!ReasonOf(status).has_value()) return;
  google::rpc::LocalizedMessage localized;
  localized.set_locale(locale);
  localized.set_message(FillIn(text, MetadataOf(status)));  // In the order of their names, as in the English message.
  Attach(status, localized);
}

void AddHelpLink(absl::Status& status, const std::string& description, const std::string& url) {
  if (status.ok() || url.empty()) return;
  google::rpc::Help help;
  auto* link = help.add_links();
  link->set_description(description);
  link->set_url(url);
  Attach(status, help);
}

}  // namespace hearth
