// What a call's status says, for EXPECT_THAT.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "hearth/v1/error_reason.pb.h"
#include "server/base/error.h"

namespace hearth::test {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class Value>
const absl::Status& StatusOf(const absl::StatusOr<Value>& result) {
  return result.status();
}

// A detail of the failure; a default one when it has none.
template <class Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload = status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  if (payload.has_value()) detail.ParseFromString(std::string(*payload));
  return detail;
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// Failed with this reason: HasReason(v1::ERROR_REASON_NOT_FOUND).
MATCHER_P(HasReason, reason, "has the reason " + ReasonName(reason)) {
  *result_listener << StatusOf(arg).ToString();
  return ReasonOf(StatusOf(arg)) == reason;
}

// Failed with this reason and this metadatum: Refuses(v1::ERROR_REASON_NOT_FOUND, "resource_type", "user").
MATCHER_P3(Refuses, reason, key, value, "has the reason " + ReasonName(reason) + " with " + key + " " + value) {
  *result_listener << StatusOf(arg).ToString();
  const auto info = DetailOf<google::rpc::ErrorInfo>(StatusOf(arg));
  const auto metadatum = info.metadata().find(key);
  return ReasonOf(StatusOf(arg)) == reason && metadatum != info.metadata().end() && metadatum->second == value;
}

// INVALID_FIELDS that names this field: ViolatesField("user.mail").
MATCHER_P(ViolatesField, field, std::string("names the field ") + field) {
  const auto details = DetailOf<google::rpc::BadRequest>(StatusOf(arg));
  *result_listener << StatusOf(arg).ToString() << " " << details.ShortDebugString();
  for (const auto& violation : details.field_violations()) {
    if (violation.field() == field) return true;
  }
  return false;
}

}  // namespace hearth::test
