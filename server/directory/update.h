// What updates have in common: field masks (AIP-161) and etags (AIP-154).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace hearth {

// The fields of `resource` that an update changes: those of `mask`, or without a mask those of `changeable` that are set. Fails with
// INVALID_FIELDS for a path that is not in `changeable`.
absl::StatusOr<std::set<std::string>> FieldsToUpdate(const google::protobuf::Message& resource,
                                                     const google::protobuf::FieldMask& mask,
                                                     const std::vector<std::string>& changeable);

// Fails with ETAG_MISMATCH when an etag is given and is not that of the current revision.
absl::Status CheckEtag(const std::string& etag, int64_t revision, const std::string& resource_type);

}  // namespace hearth
