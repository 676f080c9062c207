#include "server/directory/update.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"

namespace hearth {
namespace {

bool IsSet(const google::protobuf::Message& resource, const std::string& field) {
  const auto* descriptor = resource.GetDescriptor()->FindFieldByName(field);
  const auto* reflection = resource.GetReflection();
  return descriptor->is_repeated() ? reflection->FieldSize(resource, descriptor) > 0
                                   : reflection->HasField(resource, descriptor);
}

}  // namespace

absl::StatusOr<std::set<std::string>> FieldsToUpdate(const google::protobuf::Message& resource,
                                                     const google::protobuf::FieldMask& mask,
                                                     const std::vector<std::string>& changeable) {
  std::set<std::string> fields;
  for (const std::string& path : mask.paths()) {
    if (std::find(changeable.begin(), changeable.end(), path) == changeable.end()) {
      return InvalidField("update_mask", absl::StrCat("only these can be changed: ", absl::StrJoin(changeable, ", ")));
    }
    fields.insert(path);
  }
  if (!fields.empty()) return fields;
  std::copy_if(changeable.begin(), changeable.end(), std::inserter(fields, fields.end()),
               [&](const std::string& field) { return IsSet(resource, field); });
  return fields;
}

absl::Status CheckEtag(const std::string& etag, int64_t revision, const std::string& resource_type) {
  if (etag.empty() || etag == std::to_string(revision)) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_ETAG_MISMATCH, {{"resource_type", resource_type}});
}

}  // namespace hearth
