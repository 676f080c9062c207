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

// Copies the field at `path`, as FieldsToUpdate returns it (field, or field.part of a message), from `wanted` to `to`; one that `wanted` leaves out is
// taken from `by_default`. The three are of one type.
void TakeField(const std::string& path, const google::protobuf::Message& wanted,
               const google::protobuf::Message& by_default, google::protobuf::Message& to);

// Fails with ETAG_MISMATCH when an etag is given and is not that of the current revision.
absl::Status CheckEtag(const std::string& etag, int64_t revision, const std::string& resource_type);

}  // namespace hearth
