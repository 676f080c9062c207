// What a directory's reset policy can be. Pure functions.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "hearth/v1/request_reset_service.pb.h"

namespace hearth {

// The policy of a directory that has set none; its numbers are the model system's, where that publishes them. Without name, etag and times.
const v1::ResetPolicy& DefaultResetPolicy();

// OK when every number is within the bounds that request_reset_service.proto states; else INVALID_FIELDS that names the field.
absl::Status CheckResetPolicy(const v1::ResetPolicy& policy);

// `current` as the request wants it. A field that the mask names and the request leaves out gets its default. Fails with INVALID_FIELDS.
absl::StatusOr<v1::ResetPolicy> UpdatedResetPolicy(const v1::ResetPolicy& current,
                                                   const v1::UpdateResetPolicyRequest& request);

// A span of time as Abseil has it.
absl::Duration SpanOf(const google::protobuf::Duration& duration);

}  // namespace hearth
